/** The same with the commands of `mcs`, without Cluster API, and what goes wrong in between. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { XCC_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { GatewayDNSSpec, GatewayDNSStatus } from '../../../src/api/types/index.ts';
import { eventually } from '../../helpers/eventually.ts';
import { answeredBy, assertOk, lookUp } from '../lib/expectations.ts';
import { fleet } from '../lib/fleet.ts';
import { onNode } from '../lib/lab-nodes.ts';
import { inShell } from '../lib/walkthrough.ts';
import { removeNamespace, serve } from '../lib/workloads.ts';
import { assignAddress, clusters, skip } from './setup.ts';

const { management, clusterA, clusterB } = clusters;
const MINUTE = { timeoutMs: 90_000, everyMs: 250 };
const NAMESPACE = 'ingress';
/** Cluster API knows none of this namespace. */
const TEAM = 'edge-team';
const NAME = `shop.gateway.${clusterA.name}.${TEAM}.clusters.example.test`;
const SHOP: GatewayDNSSpec = { clusterSelector: { matchLabels: { gateway: 'yes' } }, service: `${NAMESPACE}/shop`, resolutionType: 'loadBalancer' };
const needsLab = fleet.lab === undefined && 'needs the lab, to break something';

async function leadsTo(addresses: readonly string[], name = NAME): Promise<void> {
  await eventually(async () => assert.deepEqual(await lookUp(clusterB, name), addresses), MINUTE);
}

async function setGateway(spec: GatewayDNSSpec): Promise<void> {
  await management.client.apply(resources.gatewayDNS, { metadata: { name: 'shop', namespace: TEAM }, spec }, { fieldManager: 'e2e' });
}

async function statusIs(check: (status: GatewayDNSStatus) => boolean): Promise<void> {
  await eventually(async () => {
    const { status = {} } = await management.client.get(resources.gatewayDNS, 'shop', TEAM);
    assert(check(status), JSON.stringify(status));
  }, MINUTE);
}

const stateOf = ({ clusters: all = [] }: GatewayDNSStatus): string | undefined => all.find(({ name }) => name === clusterA.name)?.state;

/** How often the hub was answered by a gateway. */
async function countAnswers(): Promise<number> {
  const { items: [pod] } = await management.client.list(resources.pods, { namespace: XCC_NAMESPACE, labelSelector: 'app=xcc-dns-controller' });
  const path = `/api/v1/namespaces/${XCC_NAMESPACE}/pods/${pod?.metadata.name ?? ''}:8080/proxy/metrics`;
  const { stdout } = assertOk(await inShell(`kubectl get --raw '${path}' --context '${management.name}'`, process.env));
  return Number(/^mcs_gateway_dns_probes_total\{answered="true"\} (\d+)/m.exec(stdout)?.[1] ?? 0);
}

async function nodeAddresses(): Promise<readonly string[]> {
  const { items } = await clusterA.client.list(resources.nodes);
  return items.flatMap(({ status }) => status?.addresses ?? []).filter(({ type }) => type === 'InternalIP').map(({ address }) => address).sort();
}

describe('gateway-dns: installed by mcs, without Cluster API', { skip }, () => {
  let address = '';

  before(async () => {
    await management.client.create(resources.namespaces, { metadata: { name: TEAM } });
  });

  after(async () => {
    await removeNamespace(clusterA, NAMESPACE);
    await removeNamespace(management, TEAM);
  });

  it('install-hub, install and add-cluster, each twice', async () => {
    for (const isSecond of [false, true]) {
      const ran = [
        await management.mcs('gateway-dns', 'install-hub', '--suffix', 'example.test', '--namespace', XCC_NAMESPACE),
        ...(await Promise.all([clusterA, clusterB].map((cluster) => cluster.mcs('gateway-dns', 'install', '--suffix', 'example.test,second.test')))),
        await management.mcs('gateway-dns', 'add-cluster', 'cluster-a', '--namespace', TEAM, '--from', clusterA.name, '--labels', 'gateway=yes'),
        await management.mcs('gateway-dns', 'add-cluster', 'cluster-b', '--namespace', TEAM, '--from', clusterB.name),
      ];
      for (const one of ran) assertOk(one);
      if (isSecond) assert(ran.every(({ output }) => !output.includes('created')), ran.map(({ output }) => output).join('\n'));
    }
  });

  it('a name leads to the load balancer of cluster-a, and a request to the pod behind it', async () => {
    await serve(clusterA, 'shop', { namespace: NAMESPACE, service: { type: 'LoadBalancer' } });
    address = await assignAddress(clusterA, NAMESPACE, 'shop');
    await setGateway(SHOP);
    await leadsTo([address]);
    await answeredBy(clusterB, `http://${NAME}/`, [clusterA.name]);
    assertOk(await management.mcs('gateway-dns', 'status'), /Published/);
  });

  it('XC-10: while the API server of cluster-a is away, its names stay, and the status says so', { skip: needsLab }, async () => {
    assertOk((await fleet.lab?.('fault', 'stop-apiserver', clusterA.name)) ?? assert.fail());
    try {
      await statusIs((status) => stateOf(status) === 'Unreachable');
      await leadsTo([address]);
    } finally {
      assertOk((await fleet.lab?.('fault', 'start-apiserver', clusterA.name)) ?? assert.fail());
    }
    await statusIs((status) => stateOf(status) === 'Published');
  });

  it('an address that stops answering is left out while another one stays, and comes back', { skip: needsLab }, async () => {
    const nodes = await nodeAddresses();
    await setGateway({ ...SHOP, healthCheck: { intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 2 } });
    await assignAddress(clusterA, NAMESPACE, 'shop', ...nodes);
    await leadsTo(nodes);
    const silence = (verb: string): Promise<string> => onNode(`${clusterA.name}-w1`, `iptables -t raw ${verb} PREROUTING -p tcp -d ${address} --dport 80 -j DROP`);
    // only what has answered before can stop to answer; at equal intervals four answers are of both
    const before = await countAnswers();
    await eventually(async () => assert((await countAnswers()) >= before + 4), MINUTE);
    await silence('-I');
    try {
      await leadsTo(nodes.filter((node) => node !== address));
      await statusIs(({ clusters: all }) => all?.some(({ withheld = [] }) => withheld.includes(address)) ?? false);
    } finally {
      await silence('-D');
    }
    await leadsTo(nodes);
  });

  it('XC-5: a mistake in the GatewayDNS is refused by the API server', async () => {
    await assert.rejects(setGateway({ service: 'no-slash' }), /spec.service/);
    await assert.rejects(setGateway({ service: `${NAMESPACE}/shop`, resolutionType: 'anything' }), /resolutionType/);
  });

  it('resolutionType nodePort and hostPort lead to nodes', async () => {
    await setGateway({ ...SHOP, resolutionType: 'nodePort' });
    await leadsTo(await nodeAddresses());
    const { spec } = await clusterA.client.get(resources.services, 'shop', NAMESPACE);
    const port = (spec.ports?.[0] as { nodePort?: number } | undefined)?.nodePort ?? assert.fail('no node port');
    await answeredBy(clusterB, `http://${NAME}:${port}/`, [clusterA.name]);
    await setGateway({ ...SHOP, resolutionType: 'hostPort' });
    const { items } = await clusterA.client.list(resources.pods, { namespace: NAMESPACE });
    await leadsTo(items.map(({ status }) => (status as { hostIP?: string } | undefined)?.hostIP ?? ''));
  });

  it('remove-cluster takes the names of a cluster away at once', async () => {
    assertOk(await management.mcs('gateway-dns', 'remove-cluster', 'cluster-a', '--namespace', TEAM, '--from', clusterA.name, '--yes'));
    await leadsTo([]);
    assertOk(await management.mcs('gateway-dns', 'remove-cluster', 'cluster-b', '--namespace', TEAM, '--from', clusterB.name, '--yes'));
  });

  it('uninstalling leaves nothing', async () => {
    await management.client.delete(resources.gatewayDNS, 'shop', TEAM);
    assertOk(await management.mcs('gateway-dns', 'uninstall-hub', '--delete-crd', '--yes'));
    for (const cluster of [clusterA, clusterB]) assertOk(await cluster.mcs('gateway-dns', 'uninstall', '--yes'));
    for (const { client } of [management, clusterA, clusterB]) await eventually(async () => (await client.find(resources.namespaces, XCC_NAMESPACE)) === undefined, MINUTE);
  });
});
