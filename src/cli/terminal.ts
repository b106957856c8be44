/** What the terminal can show and whether somebody sits there. */
export interface Terminal {
  /** Columns of the terminal that results go to; undefined where they go to a file or a pipe, which must lose nothing. */
  readonly width: number | undefined;
  /** Progress can be redrawn in place. */
  readonly canRedraw: boolean;
  readonly hasColor: boolean;
  /** A question would be answered. */
  readonly canAsk: boolean;
}

/** Respects NO_COLOR, CI and TERM=dumb. */
export function describeTerminal(env: NodeJS.ProcessEnv, streams: { readonly stdin?: boolean; readonly stdout?: boolean; readonly stderr?: boolean; readonly columns?: number }): Terminal {
  const isDumb = env.TERM === 'dumb';
  const isCI = env.CI !== undefined && env.CI !== '' && env.CI !== 'false';
  const isOutputTTY = streams.stdout === true;
  return {
    width: isOutputTTY ? streams.columns : undefined,
    canRedraw: streams.stderr === true && !isDumb && !isCI,
    hasColor: isOutputTTY && !isDumb && (env.NO_COLOR === undefined || env.NO_COLOR === ''),
    canAsk: streams.stdin === true && streams.stderr === true && !isCI,
  };
}
