import type { Exec } from '../../base/exec.ts';
import { isEchoAnswered } from './icmp-echo.ts';
import type { PathSize } from './paths-request.ts';

/** What every IPv4 host takes (RFC 791, section 3.1), bytes. */
const LEAST = 576;
/** Sizes that are tried at the same time: each that does not pass costs a second. */
const WIDTH = 8;

/**
 * Largest size up to `max` that passes; undefined where not even the smallest does. `passes` is taken
 * to hold for all sizes below one for which it holds.
 */
export async function searchLargest(max: number, passes: (size: number) => Promise<boolean>): Promise<number | undefined> {
  if (await passes(max)) return max;
  if (max <= LEAST || !(await passes(LEAST))) return undefined;
  let [low, high] = [LEAST, max];
  while (high - low > 1) {
    const step = (high - low) / (WIDTH + 1);
    const between = Array.from({ length: WIDTH }, (_, index) => Math.round(low + step * (index + 1)));
    const sizes = [...new Set(between)].filter((size) => size > low && size < high);
    const answers = await Promise.all(sizes.map(passes));
    const lost = answers.includes(false) ? answers.indexOf(false) : sizes.length;
    [low, high] = [sizes[lost - 1] ?? low, sizes[lost] ?? high];
  }
  // a moment of loss is no limit: a finding has been seen twice
  return (await passes(max)) ? max : low;
}

interface Route {
  readonly dev?: string;
  readonly metrics?: readonly { readonly mtu?: number }[];
}

async function readJson<Item>(exec: Exec, args: readonly string[]): Promise<Item | undefined> {
  const { stdout, code } = await exec('ip', args);
  if (code !== 0) return undefined;
  return (JSON.parse(stdout) as readonly Item[])[0];
}

/** What packets may have towards an address, by the route and its device; routers may have told the kernel less. */
async function readPromise(exec: Exec, address: string): Promise<Omit<PathSize, 'largest'> | undefined> {
  const route = await readJson<Route>(exec, ['-j', '-d', 'route', 'get', address]);
  if (route?.dev === undefined) return undefined;
  const limit = route.metrics?.find(({ mtu }) => mtu !== undefined)?.mtu;
  const link = await readJson<{ readonly mtu?: number }>(exec, ['-j', 'link', 'show', 'dev', route.dev]);
  const promised = Math.min(limit ?? Infinity, link?.mtu ?? Infinity);
  return Number.isFinite(promised) ? { address, device: route.dev, promised } : undefined;
}

/** How large packets to an address may be, and how large they pass; undefined where there is no route. */
export async function measureSize(exec: Exec, address: string): Promise<PathSize | undefined> {
  const path = await readPromise(exec, address);
  if (path === undefined) return undefined;
  const largest = await searchLargest(path.promised, (size) => isEchoAnswered(exec, { target: address, size }));
  return { ...path, ...(largest !== undefined && { largest }) };
}
