/** The workflow of the first Lighthouse, step by step as docs/hub.md has it, with a hub. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { HUB_NAMESPACE, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import { isInstalled } from '../../../tools/demo/shell.ts';
import { eventually } from '../../helpers/eventually.ts';
import { answeredBy, assertOk, vanishes } from '../lib/expectations.ts';
import { type E2eCluster, fleet, type Ran } from '../lib/fleet.ts';
import { makeHome } from '../lib/home.ts';
import { inShell, readWalkthrough } from '../lib/walkthrough.ts';
import { ensureToolbox, inToolbox, NAMESPACE, removeNamespace, serve } from '../lib/workloads.ts';

const [hub, west, east = west] = fleet.clusters;
const MINUTE = { timeoutMs: 90_000, everyMs: 250 };
const commandsOf = readWalkthrough('docs/hub.md');

function whyNot(): string | false {
  if (!fleet.hasContainers) return 'the sandbox runs no containers';
  if (hub.name !== 'hub' || west.name !== 'west' || east.name !== 'east') return 'needs the contexts hub, west and east, as the walk-through names them';
  if (process.env.MCS_E2E_FLAT !== '1') return 'needs clusters whose pods reach each other: say so with --flat';
  return !isInstalled('kubectl', process.env) && 'needs kubectl, which the walk-through uses';
}

const skip = whyNot();

async function corefileOf({ client }: E2eCluster): Promise<string> {
  return (await client.get(resources.configMaps, 'coredns', 'kube-system')).data?.Corefile ?? '';
}

describe('hub: the workflow of the first Lighthouse', { skip }, () => {
  const home = makeHome('hub');
  const corefiles = new Map<string, string>();
  const follow = (heading: string): Promise<Ran> => inShell(commandsOf(heading), home.env);
  const dig = async (question: string): Promise<string> => (await inToolbox(east, `dig ${question}`)).stdout;

  before(async () => {
    for (const cluster of [west, east]) corefiles.set(cluster.name, await corefileOf(cluster));
    await ensureToolbox(east);
  });

  after(async () => {
    for (const cluster of [west, east]) for (const namespace of ['shop', 'bank', NAMESPACE]) await removeNamespace(cluster, namespace);
    for (const { client } of fleet.clusters) client.close();
    rmSync(home.folder, { recursive: true, force: true });
  });

  it('the central controller runs', async () => {
    assertOk(await follow('### The central controller'));
  });

  it('clusters join while it runs', async () => {
    const { output } = assertOk(await follow('### Clusters join'));
    for (const { name } of [west, east]) assert.match(output, new RegExp(`${name} +active`));
  });

  it('a service of one of them, without a ServiceExport by hand, is known to the other', async () => {
    assertOk(await follow('### A service in one of them'));
    const { metadata } = await west.client.get(resources.serviceExports, 'nginx', 'shop');
    assert.equal(metadata.labels?.['mcs.clusterset.local/policy'], 'mcs-hub');
  });

  it('a pod of the other cluster calls it under the name that it has at home', async () => {
    assertOk(await follow('### Its name in the other one'), /Welcome to nginx/);
  });

  it('a name that both know is the own one, and a name that nobody knows does not exist', async () => {
    await Promise.all([west, east].map((cluster) => serve(cluster, 'own', { namespace: 'shop' })));
    await answeredBy(east, 'http://own.shop.svc.cluster.local/', ['east']);
    const unknown = await dig('nobody.shop.svc.cluster.local');
    assert.match(unknown, /status: NXDOMAIN/);
    assert.match(unknown, /cluster\.local\.\s+\d+\s+IN\s+SOA\s+ns\.dns\.cluster\.local\. hostmaster\.cluster\.local\./);
    assert.match(await dig('kubernetes.default.svc.cluster.local'), /status: NOERROR/);
  });

  it('names of a namespace that has not opted in do not fall through', async () => {
    for (const cluster of [west, east]) await cluster.client.create(resources.namespaces, { metadata: { name: 'bank' } });
    await serve(west, 'teller', { namespace: 'bank' });
    await eventually(async () => (await east.client.find(resources.serviceImports, 'teller', 'bank')) !== undefined, MINUTE);
    assert.match(await dig('teller.bank.svc.cluster.local'), /status: NXDOMAIN/);
  });

  it('reflection gives the part of each cluster a Service of its own', async () => {
    assertOk(await east.mcs('reflection', 'enable', '--namespaces', 'bank'));
    await answeredBy(east, 'http://teller-west.bank.svc.cluster.local/', ['west']);
    assertOk(await east.mcs('reflection', 'disable'));
    await vanishes(east, 'teller-west.bank.svc.cluster.local');
  });

  it('what is deleted goes everywhere', async () => {
    assertOk(await follow('### It goes, everywhere'));
    await vanishes(east, 'nginx.shop.svc.cluster.local');
  });

  it('clusters leave, and nothing is left', async () => {
    assertOk(await follow('### Clusters leave'));
    for (const cluster of [west, east]) {
      assert.equal(await corefileOf(cluster), corefiles.get(cluster.name));
      await eventually(async () => (await cluster.client.find(resources.namespaces, MEMBER_NAMESPACE)) === undefined, MINUTE);
    }
    await eventually(async () => (await hub.client.find(resources.namespaces, HUB_NAMESPACE)) === undefined, MINUTE);
  });
});
