/** What happens when parts go away and come back. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { APP_COMPONENT } from '../../src/api/labels.ts';
import { MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { eventually } from '../helpers/eventually.ts';
import { answeredBy, assertOk, nameOf, resolves, vanishes } from './lib/expectations.ts';
import { type E2eCluster, fleet } from './lib/fleet.ts';
import { NAMESPACE, serve } from './lib/workloads.ts';
import { joinCluster, leaveCluster, leftoversOf } from './setup.ts';

const [first, second] = fleet.clusters;
const MINUTE = { timeoutMs: 60_000, everyMs: 200 };
const skip = !fleet.hasContainers && 'the sandbox runs no containers';

async function killController({ client }: E2eCluster): Promise<void> {
  const { items } = await client.list(resources.pods, { namespace: MEMBER_NAMESPACE, labelSelector: `${APP_COMPONENT}=controller` });
  for (const { metadata } of items) await client.delete(resources.pods, metadata.name, MEMBER_NAMESPACE);
}

describe('life', { skip }, () => {
  it('what changes while the controllers are away is there when they are back', async () => {
    await serve(first, 'kept');
    await serve(first, 'dropped');
    for (const name of ['kept', 'dropped']) {
      assertOk(await first.mcs('export', 'service', name, '-n', NAMESPACE));
      await resolves(second, nameOf(name), 1);
    }
    await Promise.all(fleet.clusters.map(killController));
    await first.client.delete(resources.serviceExports, 'dropped', NAMESPACE);
    await vanishes(second, nameOf('dropped'));
    await answeredBy(second, `http://${nameOf('kept')}/`, [first.name]);
  });

  it('members serve while the broker is away, and catch up', { skip: fleet.lab === undefined && 'needs the lab, to stop an API server' }, async () => {
    const { lab } = fleet;
    assert(lab !== undefined);
    await serve(second, 'steady');
    assertOk(await second.mcs('export', 'service', 'steady', '-n', NAMESPACE));
    await resolves(first, nameOf('steady'), 1);
    assertOk(await lab('fault', 'stop-apiserver', first.name));
    try {
      await answeredBy(second, `http://${nameOf('steady')}/`, [second.name]);
      await serve(second, 'meanwhile');
      await second.client.apply(resources.serviceExports, { metadata: { name: 'meanwhile', namespace: NAMESPACE } }, { fieldManager: 'e2e', force: true });
    } finally {
      assertOk(await lab('fault', 'start-apiserver', first.name));
    }
    await eventually(() => answeredBy(first, `http://${nameOf('meanwhile')}/`, [second.name]), MINUTE);
    await answeredBy(first, `http://${nameOf('steady')}/`, [second.name]);
  });

  describe('leave', () => {
    after(async () => {
      await joinCluster(second);
    });

    it('takes everything of the cluster with it, on both sides', async () => {
      await serve(second, 'leaving');
      assertOk(await second.mcs('export', 'service', 'leaving', '-n', NAMESPACE));
      await resolves(first, nameOf('leaving'), 1);
      await leaveCluster(second);
      // what users asked for is theirs: ServiceExports stay, and so does their definition
      assert.deepEqual(await leftoversOf(second), ['CustomResourceDefinition /serviceexports.multicluster.x-k8s.io']);
      await second.client.get(resources.serviceExports, 'leaving', NAMESPACE);
      await vanishes(first, nameOf('leaving'));
    });
  });

  it('the broker is not taken away while it has members', async () => {
    const { exitCode, output } = await first.mcs('remove-broker', '--yes');
    assert.equal(exitCode, 1, output);
    assert.match(output, new RegExp(second.name));
  });
});
