import { join } from 'node:path';
import type { Outcome } from './lib/bar.ts';
import { medianTimes, type Program } from './lib/process-times.ts';
import type { JoinedClusters } from './lib/joined-clusters.ts';

/** Bare `node -e 0` on Node 24 when the bars were set, ms (2 cores). */
const RECORDED_BARE_NODE_MS = 20;

/** Start-up of commands as ratios of bare node, and `show all` over `--help`. */
export async function benchCli(root: string, sandbox: JoinedClusters): Promise<readonly Outcome[]> {
  const mcs = (name: string, ...args: string[]): Program => ({ name, argv: [process.execPath, join(root, 'bin', 'mcs.js'), ...args], env: sandbox.env });
  const [bare = Number.NaN, version = Number.NaN, help = Number.NaN, joinHelp = Number.NaN, showAll = Number.NaN] = await medianTimes(
    [
      { name: 'node -e 0', argv: [process.execPath, '-e', '0'] },
      mcs('mcs --version', '--version'),
      mcs('mcs --help', '--help'),
      mcs('mcs join --help', 'join', '--help'),
      mcs('mcs show all', 'show', 'all'),
    ],
    15,
  );
  const scale = Math.max(1, bare / RECORDED_BARE_NODE_MS);
  return [
    { name: 'mcs --version / node -e 0', value: version / bare, unit: 'x', bar: 1.5 },
    { name: 'mcs --help / node -e 0', value: help / bare, unit: 'x', bar: 1.5 },
    { name: 'mcs join --help / node -e 0', value: joinHelp / bare, unit: 'x', bar: 3.3 },
    { name: 'mcs show all over mcs --help', value: showAll - help, unit: 'ms', bar: 400 * scale, note: `0.4 s at a bare node of 20 ms; here ${bare.toFixed(0)} ms` },
  ];
}
