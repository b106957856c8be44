/** The README of cross-cluster-connectivity, step by step, with `mcs` in its place. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GATEWAY_SLICE_MANAGER, SLICE_MANAGED_BY } from '../../../src/api/labels.ts';
import { XCC_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { assertOk, lookUp } from '../lib/expectations.ts';
import type { E2eCluster } from '../lib/fleet.ts';
import { inToolbox } from '../lib/workloads.ts';
import { assignAddress, clusters, commandsOf, follow, skip, TEAM } from './setup.ts';

const { management, clusterA, clusterB } = clusters;
const NAME = 'kuard.gateway.cluster-a.dev-team.clusters.xcc.test';
const GATEWAY = 'projectcontour';
const MINUTE = { timeoutMs: 90_000, everyMs: 250 };

async function rollsOut({ name }: E2eCluster, namespace: string, deployment: string): Promise<void> {
  assertOk(await follow(`kubectl --kubeconfig ${name}.kubeconfig -n ${namespace} rollout status deployment ${deployment} --timeout 90s`));
}

/** Waits until a name leads to exactly these addresses in the pods of a cluster. */
async function leadsTo(cluster: E2eCluster, name: string, addresses: readonly string[]): Promise<void> {
  await eventually(async () => assert.deepEqual(await lookUp(cluster, name), addresses), MINUTE);
}

async function corefileOf({ client }: E2eCluster): Promise<string> {
  return (await client.get(resources.configMaps, 'coredns', 'kube-system')).data?.Corefile ?? '';
}

describe('gateway-dns: the walk-through of cross-cluster-connectivity', { skip }, () => {
  let address = '';
  const corefiles = new Map<string, string>();

  it('installs the CRD and the controller on the management cluster', async () => {
    for (const cluster of [clusterA, clusterB]) corefiles.set(cluster.name, await corefileOf(cluster));
    assertOk(await follow(commandsOf('## Install Multi-cluster DNS on management cluster')));
    await rollsOut(management, XCC_NAMESPACE, 'xcc-dns-controller');
  });

  it('installs the name server on both workload clusters, whose own DNS then asks it', async () => {
    assertOk(await follow(commandsOf('### On cluster-a')));
    assertOk(await follow(commandsOf('### On cluster-b')));
    for (const cluster of [clusterA, clusterB]) {
      await rollsOut(cluster, XCC_NAMESPACE, 'dns-server');
      const { spec } = await cluster.client.get(resources.services, 'dns-server', XCC_NAMESPACE);
      const block = `### BEGIN CROSS CLUSTER CONNECTIVITY\nxcc.test {\n    forward . ${spec.clusterIP ?? ''}\n    reload\n}\n### END CROSS CLUSTER CONNECTIVITY\n`;
      await eventually(async () => assert((await corefileOf(cluster)).endsWith(block)), MINUTE);
    }
  });

  it('runs Contour and kuard in cluster-a', async () => {
    assertOk(await follow(commandsOf('## Deploy a load balanced service to cluster-a')));
    address = await assignAddress(clusterA, GATEWAY, 'envoy');
    for (const [namespace, deployment] of [[GATEWAY, 'contour'], [GATEWAY, 'envoy'], ['default', 'kuard']] as const) await rollsOut(clusterA, namespace, deployment);
  });

  it('labels the Clusters, and creates the GatewayDNS', async () => {
    assertOk(await follow(commandsOf('## Lastly, wire up cross cluster connectivity')));
    await leadsTo(clusterB, NAME, [address]);
  });

  it('a pod in cluster-b calls kuard in cluster-a by its name', async () => {
    const ran = assertOk(await follow(commandsOf('## Test DNS resolution from cluster-b to cluster-a')), /KUAR Demo/);
    assert.match(ran.output, /HTTP\/1\.1 200/);
    const pods = await clusterA.client.list(resources.pods, { namespace: 'default', labelSelector: 'app=kuard' });
    assert.match(ran.output, new RegExp(pods.items[0]?.metadata.name ?? 'no pod'));
  });

  it('says so on the GatewayDNS', async () => {
    await eventually(async () => {
      const { status } = await management.client.get(resources.gatewayDNS, 'dev-team-gateway-dns', TEAM);
      const found = new Map(status?.clusters?.map((cluster) => [cluster.name, cluster]));
      const states = new Map(status?.conditions?.map(({ type, status: state }) => [type, state]));
      assert.equal(states.get('Accepted'), 'True');
      assert.equal(states.get('Published'), 'True');
      assert.deepEqual(found.get('cluster-a')?.addresses, [address]);
      assert.equal(found.get('cluster-b')?.state, 'NoGateway');
    }, MINUTE);
  });

  it('tells a name without such records from one that does not exist', async () => {
    const dig = async (question: string): Promise<string> => (await inToolbox(clusterB, `dig ${question}`)).stdout;
    const nodata = await dig(`AAAA ${NAME}`);
    assert.match(nodata, /status: NOERROR/);
    assert.match(nodata, /SOA/);
    assert.match(await dig('A kuard.gateway.cluster-z.dev-team.clusters.xcc.test'), /status: NXDOMAIN/);
  });

  it('another address of the load balancer is another answer', async () => {
    await assignAddress(clusterA, GATEWAY, 'envoy', '198.51.100.7');
    await leadsTo(clusterB, NAME, ['198.51.100.7']);
    await assignAddress(clusterA, GATEWAY, 'envoy', address);
    await leadsTo(clusterB, NAME, [address]);
  });

  it('without the GatewayDNS the name is gone', async () => {
    await management.client.delete(resources.gatewayDNS, 'dev-team-gateway-dns', TEAM);
    await leadsTo(clusterB, NAME, []);
    const { items } = await clusterB.client.list(resources.endpointSlices, { namespace: XCC_NAMESPACE, labelSelector: `${SLICE_MANAGED_BY}=${GATEWAY_SLICE_MANAGER}` });
    assert.deepEqual(items.map(({ metadata }) => metadata.name), []);
  });

  it('uninstalling leaves nothing', async () => {
    for (const cluster of [clusterA, clusterB]) {
      assertOk(await cluster.mcs('gateway-dns', 'uninstall', '--yes'));
      assert.equal(await corefileOf(cluster), corefiles.get(cluster.name));
    }
    assertOk(await management.mcs('gateway-dns', 'uninstall-hub', '--delete-crd', '--yes'));
    for (const { client } of [management, clusterA, clusterB]) await eventually(async () => (await client.find(resources.namespaces, XCC_NAMESPACE)) === undefined, MINUTE);
    assertOk(await follow(`kubectl --kubeconfig cluster-a.kubeconfig delete -f manifests/example/kuard.yaml -f manifests/contour/`));
  });
});
