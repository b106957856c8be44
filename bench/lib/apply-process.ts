/** A process that plans and applies the network of a large set in its own network namespace, and prints what it took as JSON. */
import { silentLogger } from '../../src/base/log.ts';
import { createExec } from '../../src/base/exec.ts';
import { createKernelNetwork } from '../../src/gateway/apply/kernel-network.ts';
import { planNetwork } from '../../src/gateway/plan/plan-network.ts';
import { largeView } from '../../test/helpers/large-view.ts';
import { median } from './statistics.ts';

const { signal } = new AbortController();
const network = createKernelNetwork({ exec: createExec(), logger: silentLogger });
const view = largeView({ clusters: 200, nodes: 5 });

async function time(rounds: number, run: () => unknown, between: () => unknown = () => undefined): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await between();
    const begun = performance.now();
    await run();
    times.push(performance.now() - begun);
  }
  return median(times);
}

const planMs = await time(7, () => planNetwork(view, 'local'));
const plan = planNetwork(view, 'local');
const applyMs = await time(3, () => network.apply(plan, signal), () => network.remove(signal));
const nothingMs = await time(15, () => network.apply(plan, signal));
const { commands } = await network.apply(plan, signal);
console.log(JSON.stringify({ planMs, applyMs, nothingMs, commands }));
