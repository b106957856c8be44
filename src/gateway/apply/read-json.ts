import { McsError } from '../../base/errors.ts';
import type { Exec } from '../../base/exec.ts';

/** What `ip -j` and its like print: one array, or nothing at all where there is nothing. */
export function parseJsonList(text: string): readonly unknown[] {
  const parsed: unknown = text.trim() === '' ? [] : JSON.parse(text);
  return Array.isArray(parsed) ? parsed : [];
}

/** Asks `ip` several questions in one run; the answers stand in their order, one on a line. A failure is MCS_NETWORK_READ. */
export async function readLists<T extends readonly unknown[]>(exec: Exec, questions: readonly string[], signal: AbortSignal): Promise<{ readonly [K in keyof T]: readonly T[K][] }> {
  const { stdout, stderr, code } = await exec('ip', ['-d', '-j', '-batch', '-'], { input: `${questions.join('\n')}\n`, signal });
  const lines = stdout.split('\n').filter((line) => line !== '');
  if (code !== 0 || lines.length !== questions.length) throw new McsError('MCS_NETWORK_READ', `Cannot read the node's network: "ip" ended with ${code} after ${lines.length} of "${questions.join('; ')}": ${stderr.trim()}`);
  return lines.map(parseJsonList) as unknown as { readonly [K in keyof T]: readonly T[K][] };
}

/** Runs a program of iproute2 that lists something. A failure is MCS_NETWORK_READ. */
export async function readList<T>(exec: Exec, command: string, args: readonly string[], signal: AbortSignal): Promise<readonly T[]> {
  const { stdout, stderr, code } = await exec(command, args, { signal });
  if (code === 0) return parseJsonList(stdout) as readonly T[];
  throw new McsError('MCS_NETWORK_READ', `Cannot read the node's network: "${[command, ...args].join(' ')}" ended with ${code}: ${stderr.trim()}`);
}
