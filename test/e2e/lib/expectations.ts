import assert from 'node:assert/strict';
import { eventually } from '../../helpers/eventually.ts';
import type { E2eCluster, Ran } from './fleet.ts';
import { inToolbox } from './workloads.ts';

const SPREADING = { timeoutMs: 30_000, everyMs: 200 };

/** Fails with everything that the command printed. */
export function assertOk(ran: Ran, pattern?: RegExp): Ran {
  assert.equal(ran.exitCode, 0, `exit ${ran.exitCode}:\n${ran.output}`);
  if (pattern !== undefined) assert.match(ran.output, pattern);
  return ran;
}

export function nameOf(service: string, namespace = 'mcs-e2e'): string {
  return `${service}.${namespace}.svc.clusterset.local`;
}

/** The addresses that a pod's own resolver gives for a name; none where there is no such name. */
export async function lookUp(cluster: E2eCluster, name: string): Promise<readonly string[]> {
  const { stdout } = await inToolbox(cluster, `dig +short +search +time=2 +tries=1 ${name}`);
  return stdout.split('\n').filter((line) => /^[\d.:a-f]+$/.test(line)).sort();
}

/** Waits until a name resolves in the pods of a cluster. */
export function resolves(cluster: E2eCluster, name: string, count?: number): Promise<readonly string[]> {
  return eventually(async () => {
    const addresses = await lookUp(cluster, name);
    if (count === undefined ? addresses.length > 0 : addresses.length === count) return addresses;
    throw new Error(`${name} in ${cluster.name}: ${addresses.join(', ') || 'no address'}`);
  }, SPREADING);
}

/** Waits until a name is gone in the pods of a cluster. */
export async function vanishes(cluster: E2eCluster, name: string): Promise<void> {
  await eventually(async () => {
    const { stdout } = await inToolbox(cluster, `dig ${name}`);
    return stdout.includes('NXDOMAIN') || Promise.reject(new Error(`${name} in ${cluster.name}: ${stdout}`));
  }, SPREADING);
}

/** Calls a URL from a pod several times, and gives the distinct answers. Every call must be answered. */
export async function answersOf(cluster: E2eCluster, url: string, times = 12): Promise<ReadonlySet<string>> {
  const line = `for i in $(seq ${times}); do curl -sS --max-time 3 ${url} || exit 1; done`;
  const { stdout } = assertOk(await inToolbox(cluster, line));
  return new Set(stdout.trim().split('\n'));
}

/** Waits until exactly these clusters answer a URL. */
export async function answeredBy(cluster: E2eCluster, url: string, clusters: readonly string[]): Promise<void> {
  const wanted = [...clusters].sort();
  await eventually(async () => {
    const answers = await answersOf(cluster, url);
    const found = [...new Set([...answers].map((answer) => answer.split(' ')[0] ?? ''))].sort();
    assert.deepEqual(found, wanted, `${url} from ${cluster.name}`);
  }, SPREADING);
}
