/** The README of k8-cross-cluster-controller: its example steps in both directions at once, and "Running Locally". */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CROSS_CLUSTER, CROSS_CLUSTER_FOLLOWER } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { answeredBy, assertOk } from '../lib/expectations.ts';
import { type E2eCluster, fleet } from '../lib/fleet.ts';
import { applyService, ensureNamespace, removeNamespace, scale, serve } from '../lib/workloads.ts';
import { expectGone, expectThere, SPREADING } from './mirrored.ts';
import { commandsOf, env, expectObjects, home, readObjects, skip } from './setup.ts';
import { inForeground, inShell } from '../lib/walkthrough.ts';

const [first, second] = fleet.clusters;
const SHOP = 'crossed-shop';

async function label({ client }: E2eCluster, name: string, value: string | null): Promise<void> {
  await client.patch(resources.services, name, SHOP, 'application/merge-patch+json', { metadata: { labels: { [CROSS_CLUSTER]: value } } });
}

async function follow(heading: string): Promise<void> {
  assertOk(await inShell(commandsOf(heading), env));
}

async function labelOf({ client }: E2eCluster, name: string): Promise<string | undefined> {
  return (await client.get(resources.services, name, SHOP)).metadata.labels?.[CROSS_CLUSTER];
}

async function uidOf({ client }: E2eCluster, name: string): Promise<string> {
  return (await client.get(resources.services, name, SHOP)).metadata.uid ?? '';
}

async function isFollowed(cluster: E2eCluster, name: string): Promise<void> {
  await expectThere(cluster, name, SHOP);
  assert.equal(await labelOf(cluster, name), CROSS_CLUSTER_FOLLOWER);
}

/** The kubeconfigs that "Running Locally" speaks of: the user's own with four contexts, and another one whose cluster is the remote one. */
async function writeKubeconfigs(): Promise<void> {
  const own = JSON.parse(assertOk(await inShell('kubectl config view --flatten -o json', process.env)).stdout) as { contexts: { name: string; context: object }[] };
  const contextOf = ({ name }: E2eCluster): object => own.contexts.find((context) => context.name === name)?.context ?? assert.fail(`no context ${name}`);
  const names: readonly (readonly [string, E2eCluster])[] = [['prototype-general', first], ['prototype-secure', second], ['sandbox-general', first], ['sandbox-secure', second]];
  const contexts = names.map(([name, cluster]) => ({ name, context: contextOf(cluster) }));
  for (const [file, current] of [['.kube/config', 'prototype-general'], ['.anotherkube/configpath', 'prototype-secure']] as const) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), JSON.stringify({ ...own, contexts, 'current-context': current }), { mode: 0o600 });
  }
}

describe('mirror: the walk-through of k8-cross-cluster-controller', { skip }, () => {
  let untouched: readonly (readonly string[])[] = [];

  before(async () => {
    await Promise.all(fleet.clusters.map((cluster) => ensureNamespace(cluster, SHOP)));
    await Promise.all([serve(first, 'foo', { namespace: SHOP }), serve(second, 'bar', { namespace: SHOP }), serve(first, 'twin', { namespace: SHOP }), serve(second, 'twin', { namespace: SHOP }), serve(second, 'mine', { namespace: SHOP })]);
    await writeKubeconfigs();
    untouched = await Promise.all(fleet.clusters.map(readObjects));
  });

  after(async () => {
    await Promise.all(fleet.clusters.map((cluster) => removeNamespace(cluster, SHOP)));
  });

  describe('architecture', () => {
    it('a controller runs on both clusters, with a service token from the other cluster', async () => {
      await follow('### Requirements to Run: a service account in each cluster');
      await follow('### Architecture: a controller on both clusters');
    });

    it('Service Foo comes up with the label, and follows in the other cluster with the same endpoints, in both directions at once', async () => {
      await Promise.all([label(first, 'foo', 'true'), label(second, 'bar', 'true')]);
      await Promise.all([isFollowed(second, 'foo'), isFollowed(first, 'bar')]);
      await Promise.all([answeredBy(second, `http://foo.${SHOP}/`, [first.name]), answeredBy(first, `http://bar.${SHOP}/`, [second.name])]);
      assert.deepEqual([await labelOf(first, 'foo'), await labelOf(second, 'bar')], ['true', 'true']);
    });

    it('two clusters that export one name keep their originals (CC-12)', async () => {
      const uids = await Promise.all(fleet.clusters.map((cluster) => uidOf(cluster, 'twin')));
      await Promise.all(fleet.clusters.map((cluster) => label(cluster, 'twin', 'true')));
      // seen and written after those two
      for (const [from, to] of [[first, second], [second, first]] as const) {
        await applyService(from, `after-${from.name}`, {}, SHOP);
        await label(from, `after-${from.name}`, 'true');
        await isFollowed(to, `after-${from.name}`);
      }
      for (const [index, cluster] of fleet.clusters.entries()) {
        assert.equal(await uidOf(cluster, 'twin'), uids[index]);
        assert.equal(await labelOf(cluster, 'twin'), 'true');
        await answeredBy(cluster, `http://twin.${SHOP}/`, [cluster.name]);
      }
    });

    it('a Service without the label is never taken over (CC-10)', async () => {
      const uid = await uidOf(second, 'mine');
      await applyService(first, 'mine', {}, SHOP);
      await label(first, 'mine', 'true');
      await eventually(async () => {
        const { items } = await second.client.list(resources.events, { namespace: SHOP });
        assert(items.some(({ involvedObject, type }) => involvedObject?.name === 'mine' && type === 'Warning'));
      }, SPREADING);
      await first.client.delete(resources.services, 'mine', SHOP);
      assert.deepEqual([await uidOf(second, 'mine'), await labelOf(second, 'mine')], [uid, undefined]);
      await answeredBy(second, `http://mine.${SHOP}/`, [second.name]);
    });

    it('what is deleted, or has the label no longer, goes from the other cluster', async () => {
      await label(second, 'bar', null);
      await first.client.delete(resources.services, 'foo', SHOP);
      await Promise.all([expectGone(first, 'bar', SHOP), expectGone(second, 'foo', SHOP)]);
      await uidOf(second, 'bar');
    });

    it('what was deleted while no controller ran is cleaned up, and that alone (CC-15)', async () => {
      await applyService(first, 'foo', {}, SHOP);
      await label(first, 'foo', 'true');
      await isFollowed(second, 'foo');
      const kept = await uidOf(second, `after-${first.name}`);
      await scale(second, 'k8-cross-cluster-controller', 0, 'fair-system');
      await eventually(async () => assert.equal((await second.client.list(resources.pods, { namespace: 'fair-system' })).items.length, 0), SPREADING);
      await first.client.delete(resources.services, 'foo', SHOP);
      await scale(second, 'k8-cross-cluster-controller', 1, 'fair-system');
      await expectGone(second, 'foo', SHOP);
      assert.equal(await uidOf(second, `after-${first.name}`), kept);
    });

    it('uninstalling leaves nothing', async () => {
      await follow('### Uninstall the controllers');
      for (const [from, to] of [[first, second], [second, first]] as const) await expectGone(from, `after-${to.name}`, SHOP);
      await Promise.all(fleet.clusters.map((cluster) => cluster.client.delete(resources.services, `after-${cluster.name}`, SHOP)));
      await applyService(first, 'foo', {}, SHOP);
      for (const [index, cluster] of fleet.clusters.entries()) await expectObjects(cluster, untouched[index] ?? []);
    });
  });

  describe('running locally', () => {
    before(async () => {
      await serve(second, 'local', { namespace: SHOP });
      await label(second, 'local', 'true');
    });

    after(async () => {
      // of a controller that ran in the foreground, status, Lease and namespace stay
      assertOk(await first.mcs('mirror', 'uninstall', '--preset', 'cross-cluster', '--yes'));
    });

    const { KUBECONFIG: _own, ...bare } = env;
    for (const heading of ['DEV_MODE', '--devmode', 'contexts', 'KUBECONFIG_PATH', '--kubeconfig'].map((form) => `### Running Locally: ${form}`)) {
      it(heading, async () => {
        const controller = inForeground(commandsOf(heading), bare);
        try {
          await isFollowed(first, 'local');
        } catch (error) {
          throw new Error(controller.output(), { cause: error });
        } finally {
          const { exitCode, output } = await controller.stop();
          assert.equal(exitCode, 0, output);
        }
        await first.client.delete(resources.services, 'local', SHOP);
      });
    }
  });
});
