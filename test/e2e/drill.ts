/** `mcs diagnose all` on clusters of the lab that are broken in one place at a time: it names that place, and nothing once it is mended. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { resources } from '../../src/api/resources.ts';
import { diagnoseAll, type Diagnosis, judgeFault, judgeHealth, until } from '../../tools/drill/diagnosis.ts';
import { createDice } from '../../tools/drill/dice.ts';
import type { Scene, Setting } from '../../tools/drill/fault.ts';
import { type Lab, makeLabFaults } from '../../tools/drill/faults/lab.ts';
import { setScene } from '../../tools/drill/scene.ts';
import { type E2eCluster, fleet } from './lib/fleet.ts';
import { removeNamespace } from './lib/workloads.ts';
import { ensureDefaultJoin } from './setup.ts';

const [first, second] = fleet.clusters;
/** For a fault to show, and for its traces to go. */
const PATIENCE_MS = 60_000;
const dice = createDice(Math.floor(Math.random() * 1_000_000));
const setting: Setting = { dice, near: first.name, far: second.name, namespace: dice.word(), service: dice.word() };
const noLab: Lab = () => assert.fail('there is no lab');
const faults = makeLabFaults({ ...setting, lab: fleet.lab ?? noLab }).filter(({ isSlow = false }) => !isSlow || process.env.MCS_E2E_ALL === '1');

const scene: Scene = {
  client: (name) => fleet.clusters.find((cluster) => cluster.name === name)?.client ?? assert.fail(`there is no cluster "${name}"`),
  kubeconfig: process.env.KUBECONFIG ?? '',
};

const asker = (needsPods: boolean) => (): Promise<Diagnosis> => diagnoseAll(process.env, ['--contexts', `${first.name},${second.name}`, ...(needsPods ? [] : ['--no-pods'])]);

/** What other parts export, and what they leave in conflict, would be found too. */
async function clearExports({ client }: E2eCluster): Promise<void> {
  const { items } = await client.list(resources.serviceExports, {});
  await Promise.all(items.map(({ metadata: { name, namespace } }) => client.delete(resources.serviceExports, name, namespace)));
}

describe('drill', { skip: fleet.lab === undefined && 'needs the lab, to break its nodes' }, () => {
  before(async () => {
    await Promise.all(fleet.clusters.map(clearExports));
    await ensureDefaultJoin();
    await setScene(first.client, second.client, setting);
    assert.equal(await until(asker(true), judgeHealth, PATIENCE_MS), undefined);
  });

  after(async () => {
    await Promise.all(fleet.clusters.map((cluster) => removeNamespace(cluster, setting.namespace)));
  });

  for (const fault of faults) {
    it(fault.name, async () => {
      const ask = asker(fault.needsPods === true);
      const mend = await fault.inject(scene);
      const begun = performance.now();
      const complaint = await until(ask, judgeFault(fault), PATIENCE_MS).finally(mend);
      console.log(`    named ${((performance.now() - begun) / 1000).toFixed(1)} s after it was broken`);
      assert.equal(complaint, undefined);
      assert.equal(await until(ask, judgeHealth, PATIENCE_MS), undefined, 'after the repair');
    });
  }
});
