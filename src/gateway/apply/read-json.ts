import { McsError } from '../../base/errors.ts';
import type { Exec } from './exec.ts';

/** What `ip -j` and its like print: one array, or nothing at all where there is nothing. */
export function parseJsonList(text: string): readonly unknown[] {
  const parsed: unknown = text.trim() === '' ? [] : JSON.parse(text);
  return Array.isArray(parsed) ? parsed : [];
}

/** Runs a program of iproute2 that lists something. A failure is MCS_NETWORK_READ. */
export async function readList<T>(exec: Exec, command: string, args: readonly string[], signal: AbortSignal): Promise<readonly T[]> {
  const { stdout, stderr, code } = await exec(command, args, { signal });
  if (code === 0) return parseJsonList(stdout) as readonly T[];
  throw new McsError('MCS_NETWORK_READ', `Cannot read the node's network: "${[command, ...args].join(' ')}" ended with ${code}: ${stderr.trim()}`);
}
