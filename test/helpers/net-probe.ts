import { join } from 'node:path';
import { parseProbe } from '../../src/probe/pods/run-probe-pod.ts';
import type { PathsRequest, PathsResult } from '../../src/probe/paths/paths-request.ts';
import type { Netns } from './netns.ts';

/** Long enough for programs to start on a machine that is busy, ms. */
const WINDOW_MS = 2_000;
export const PROBE_TABLE = 'mcs-probe-test';

/** Request of a node that does nothing but what is said. */
export const pathsRequest = (parts: Partial<PathsRequest>): PathsRequest => ({ table: PROBE_TABLE, windowMs: WINDOW_MS, send: [], await: [], echoes: [], sizes: [], ...parts });

/** Runs what a probe pod runs, in the network of a node; `packageRoot` holds the built agent. */
export async function runProbe(netns: Netns, packageRoot: string, parts: Partial<PathsRequest>): Promise<PathsResult> {
  // simulated, so that nothing is written where kubelet would read it
  const { stdout, stderr } = await netns.exec('env', ['MCS_SIMULATED=1', `MCS_SIMULATED_ROOT=${packageRoot}`, process.execPath, join(packageRoot, 'dist/agents/probe.js'), JSON.stringify({ paths: pathsRequest(parts) })]);
  const looked = parseProbe(stdout, netns.name);
  if ('reason' in looked || looked.found.paths === undefined) throw new Error(`${stdout}${stderr}`);
  return looked.found.paths;
}
