/** What the terminal can show and whether somebody sits there. */
export interface Terminal {
  /** Results go to a terminal. */
  readonly isOutputTTY: boolean;
  /** Progress can be redrawn in place. */
  readonly canRedraw: boolean;
  readonly hasColor: boolean;
  /** A question would be answered. */
  readonly canAsk: boolean;
}

/** Respects NO_COLOR, CI and TERM=dumb. */
export function describeTerminal(env: NodeJS.ProcessEnv, streams: { readonly stdin?: boolean; readonly stdout?: boolean; readonly stderr?: boolean }): Terminal {
  const isDumb = env.TERM === 'dumb';
  const isCI = env.CI !== undefined && env.CI !== '' && env.CI !== 'false';
  const isOutputTTY = streams.stdout === true;
  return {
    isOutputTTY,
    canRedraw: streams.stderr === true && !isDumb && !isCI,
    hasColor: isOutputTTY && !isDumb && (env.NO_COLOR === undefined || env.NO_COLOR === ''),
    canAsk: streams.stdin === true && streams.stderr === true && !isCI,
  };
}
