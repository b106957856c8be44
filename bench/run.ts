/**
 * `npm run bench [-- cli|diagnose|propagation|restart|memory|dns|tunnel|mirror|gateway-dns ...]`: each figure beside its bar; exits 1 where one is missed.
 * On a sandbox, or with `--contexts a,b` on clusters of the kubeconfig, which it joins and which leave again.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { benchCli } from './cli.ts';
import { benchDiagnose } from './diagnose.ts';
import { benchDns } from './dns.ts';
import { benchGatewayDNS } from './gateway-dns.ts';
import { formatOutcome, isMissed, type Outcome } from './lib/bar.ts';
import type { JoinedClusters } from './lib/joined-clusters.ts';
import { startJoinedContexts } from './lib/joined-contexts.ts';
import { startJoinedSandbox } from './lib/joined-sandbox.ts';
import { benchMemory } from './memory.ts';
import { benchMirror } from './mirror.ts';
import { benchPropagation } from './propagation.ts';
import { benchRestart } from './restart.ts';
import { benchSize } from './size.ts';
import { benchTunnel } from './tunnel.ts';

type Benchmark = (root: string) => Promise<readonly Outcome[]>;

const { values, positionals: asked } = parseArgs({ allowPositionals: true, options: { contexts: { type: 'string' } } });
const [first, second] = values.contexts?.split(',') ?? [];

/** Gives a benchmark joined clusters of its own. */
function onClusters(measure: (root: string, clusters: JoinedClusters) => Promise<readonly Outcome[]>): Benchmark {
  return async (root) => {
    const clusters = first === undefined || second === undefined ? await startJoinedSandbox(root) : await startJoinedContexts(root, [first, second]);
    const outcome = await measure(root, clusters).catch(async (error: unknown) => {
      await clusters.stop().catch(() => undefined); // what failed first is the one to report
      throw error;
    });
    await clusters.stop();
    return outcome;
  };
}

const idleMemory = onClusters(benchMemory);
const benchWholeMemory: Benchmark = async (root) => [...(await idleMemory(root)), ...(await benchSize(root))];
const benchmarks: Readonly<Record<string, Benchmark>> = { cli: onClusters(benchCli), diagnose: benchDiagnose, memory: benchWholeMemory, propagation: onClusters(benchPropagation), restart: benchRestart, dns: benchDns, tunnel: benchTunnel, mirror: benchMirror, 'gateway-dns': benchGatewayDNS };

const root = resolve(import.meta.dirname, '..');
const unknown = asked.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(`There is no benchmark "${unknown.join('", "')}". Choose from ${Object.keys(benchmarks).join(', ')}`);
  process.exit(2);
}
const names = asked.length > 0 ? asked : Object.keys(benchmarks);

let failed = false;
for (const name of names) {
  console.log(`\n${name}`);
  for (const outcome of await (benchmarks[name] as Benchmark)(root)) {
    console.log(`  ${formatOutcome(outcome)}`);
    failed ||= isMissed(outcome) || ('skipped' in outcome && asked.length > 0);
  }
}
process.exitCode = failed ? 1 : 0;
