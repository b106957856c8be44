/** One program run that changes something. */
export interface Step {
  readonly command: string;
  readonly args: readonly string[];
  readonly input?: string;
  /** Whether the input holds keys: programs repeat in their complaints what they could not read, so those are kept back. */
  readonly isSecret?: boolean;
  /** A line for each change, without secrets. */
  readonly changes: readonly string[];
}

/** Lines for one run of `ip` or `bridge`; what fails does not hold up the rest. No lines, no step. */
export function batch(command: 'ip' | 'bridge', lines: readonly string[], ...options: readonly string[]): Step[] {
  return lines.length === 0 ? [] : [{ command, args: [...options, '-force', '-batch', '-'], input: `${lines.join('\n')}\n`, changes: lines.map((line) => [command, ...options, line].join(' ')) }];
}
