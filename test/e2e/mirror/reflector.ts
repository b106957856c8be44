/** The README of service-reflector, step by step, with `mcs` in its place. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { resources } from '../../../src/api/resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { answeredBy, answersOf, assertOk } from '../lib/expectations.ts';
import { type E2eCluster, fleet } from '../lib/fleet.ts';
import { ensureToolbox, inToolbox, removeNamespace, scale, serve } from '../lib/workloads.ts';
import { expectGone, expectThere, SPREADING } from './mirrored.ts';
import { routeServices } from './routes.ts';
import { commandsOf, env, envOf, expectObjects, readObjects, skip } from './setup.ts';
import { inShell } from '../lib/walkthrough.ts';

const [first, second] = fleet.clusters;
/** Each is of one cluster only; the other one gets it from the reflector. */
const [SHOP, BANK] = ['reflected-shop', 'reflected-bank'];
/** Of both clusters, before anything is mirrored. */
const BOTH = 'reflected-both';
const step3 = '### Step 3: specify source APIs';

describe('mirror: the walk-through of service-reflector', { skip }, () => {
  let untouched: readonly (readonly string[])[] = [];

  before(async () => {
    await Promise.all([
      serve(first, 'cart', { namespace: SHOP }),
      serve(second, 'account', { namespace: BANK }),
      serve(first, 'own', { namespace: BOTH }),
      serve(second, 'own', { namespace: BOTH }),
    ]);
    untouched = await Promise.all(fleet.clusters.map(readObjects));
  });

  after(async () => {
    for (const [cluster, namespace] of [[first, SHOP], [second, BANK], [first, BOTH], [second, BOTH]] as const) await removeNamespace(cluster, namespace);
  });

  it('step 1: the Service CIDR and Pod CIDR of each cluster are routable from the others', { skip: fleet.lab === undefined && 'needs the lab, to add routes' }, async () => {
    await routeServices();
    for (const [from, to, namespace, name] of [[first, second, BANK, 'account'], [second, first, SHOP, 'cart']] as const) {
      const { spec } = await to.client.get(resources.services, name, namespace);
      await eventually(async () => assertOk(await inToolbox(from, `curl -sS --max-time 3 http://${spec.clusterIP ?? ''}/`), new RegExp(to.name)), SPREADING);
    }
  });

  it('step 2: the manifest runs in both clusters', async () => {
    for (const cluster of fleet.clusters) {
      assertOk(await inShell(commandsOf('### Step 2: install Service-Reflector!'), envOf(cluster)));
      assertOk(await inShell('kubectl rollout status deployment service-reflector --timeout 60s', envOf(cluster)));
    }
  });

  it('step 3: with two ConfigMaps, Services of each cluster are called by their own names from the other', { skip: fleet.lab === undefined && 'needs the lab, to add routes' }, async () => {
    assertOk(await inShell(commandsOf(step3), env));
    await Promise.all([answeredBy(second, `http://cart.${SHOP}/`, [first.name]), answeredBy(first, `http://account.${BANK}/`, [second.name])]);
  });

  it('without routes to Services, `source-api` takes the address of the pod, and nothing is restarted', async () => {
    const uids = await Promise.all(fleet.clusters.map(podOf));
    assertOk(await inShell(commandsOf('### Without routes to Services: the address of the pod'), env));
    await Promise.all([answeredBy(second, `http://cart.${SHOP}/`, [first.name]), answeredBy(first, `http://account.${BANK}/`, [second.name])]);
    assert.deepEqual(await Promise.all(fleet.clusters.map(podOf)), uids);
  });

  it('without routes to Services, `source-api` takes the address of a node, which outlives the pod', async () => {
    assertOk(await inShell(commandsOf('### Without routes to Services: the address of a node'), env));
    await Promise.all([answeredBy(second, `http://cart.${SHOP}/`, [first.name]), answeredBy(first, `http://account.${BANK}/`, [second.name])]);
  });

  it('pods see who calls, and new ones answer too', async () => {
    const caller = await ensureToolbox(second);
    const { stdout } = assertOk(await inToolbox(second, `curl -sS --max-time 3 http://cart.${SHOP}/source`));
    assert.equal(stdout.trim(), caller.status?.podIP);
    await scale(first, 'cart', 3, SHOP);
    await eventually(async () => assert.equal((await answersOf(second, `http://cart.${SHOP}/`, 30)).size, 3), SPREADING);
    await scale(first, 'cart', 1, SHOP);
    await eventually(async () => assert.equal((await answersOf(second, `http://cart.${SHOP}/`)).size, 1), SPREADING);
  });

  it('a Service that a cluster has itself stays as it is, and is mirrored once that one is gone', async () => {
    for (const cluster of fleet.clusters) {
      await answeredBy(cluster, `http://own.${BOTH}/`, [cluster.name]);
      const { metadata, spec } = await cluster.client.get(resources.services, 'own', BOTH);
      assert.deepEqual(spec.selector, { app: 'own' });
      assert.equal(metadata.annotations?.['service-reflector.squat.ai/reflected'], undefined);
    }
    await second.client.delete(resources.services, 'own', BOTH);
    await answeredBy(second, `http://own.${BOTH}/`, [first.name]);
    await first.client.get(resources.services, 'own', BOTH);
  });

  it('what is deleted goes from the other cluster, with the namespace that was made for it where the mirror may know that it is empty', async () => {
    await removeNamespace(second, BANK);
    await expectGone(first, 'account', BANK);
    await first.client.get(resources.namespaces, BANK);
    assertOk(await second.mcs('mirror', 'install', '--preset', 'reflector', '--remove-namespaces'));
    await first.client.delete(resources.services, 'cart', SHOP);
    await expectGone(second, 'cart', SHOP);
    await eventually(async () => (await second.client.find(resources.namespaces, SHOP)) === undefined, SPREADING);
  });

  it('uninstalling leaves nothing', async () => {
    await serve(first, 'cart', { namespace: SHOP });
    await expectThere(second, 'cart', SHOP);
    await serve(second, 'account', { namespace: BANK });
    await expectThere(first, 'account', BANK);
    assertOk(await inShell(commandsOf('### Uninstall it'), env));
    const [ofFirst = [], ofSecond = []] = untouched;
    await expectObjects(first, ofFirst);
    // deleted by the test above
    await expectObjects(second, ofSecond.filter((line) => line !== `Service ${BOTH} own`));
  });
});

/** Identity of the one pod that runs both halves. */
async function podOf({ client }: E2eCluster): Promise<string> {
  const { items } = await client.list(resources.pods, { namespace: 'default', labelSelector: 'app.kubernetes.io/name=service-reflector' });
  assert.equal(items.length, 1);
  return items[0]?.metadata.uid ?? '';
}
