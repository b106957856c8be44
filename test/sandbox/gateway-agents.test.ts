import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { CableConnection, CableEndpoint, Gateway, RouteAgent } from '../../src/api/types/index.ts';
import { eventually } from '../helpers/eventually.ts';
import { type GatewaySet, startGatewaySet } from '../helpers/gateway-set.ts';

/** The DaemonSet as it is shipped, with the rights that it is shipped with, in two clusters. */
describe('the gateway agents', () => {
  let set: GatewaySet;
  const findGateway = (index: number, node: string): Promise<Gateway | undefined> => set.client(index).find(resources.gateways, node, MEMBER_NAMESPACE);
  const endpointsOf = async (index: number, cluster: string): Promise<string[]> => {
    const { items } = await set.client(index).list(resources.cableEndpoints, { namespace: MEMBER_NAMESPACE });
    return items.filter(({ spec }) => spec.cluster_id === cluster).map(({ spec }) => spec.hostname);
  };
  const waitForEndpoint = (index: number, cluster: string, hostname: string): Promise<boolean> => eventually(async () => (await endpointsOf(index, cluster)).join() === hostname);
  const routeAgent = (index: number, node: string): Promise<RouteAgent | undefined> => set.client(index).find(resources.routeAgents, node, MEMBER_NAMESPACE);

  const activeWith = (index: number, node: string, isExpected: (connection: CableConnection) => boolean): Promise<CableConnection> =>
    eventually(async () => {
      const gateway = await findGateway(index, node);
      const connection = gateway?.status?.connections[0];
      if (gateway?.status?.haStatus !== 'active' || connection === undefined || !isExpected(connection)) throw new Error(`${node}: ${JSON.stringify(gateway?.status)}`);
      return connection;
    }, { timeoutMs: 25_000, everyMs: 50 });

  beforeAll(async () => {
    set = await startGatewaySet([['a1', 'a2', 'a3'], ['b1']], { cableDriver: 'vxlan', natt: false });
    await set.label(0, 'a1');
    await set.label(1, 'b1');
  }, 60_000);

  afterAll(() => set.stop());

  it('connect labelled nodes of two clusters, with round trip times of real datagrams', async () => {
    const connection = await activeWith(0, 'a1', ({ status, latencyRTT }) => status === 'connected' && latencyRTT !== undefined);
    const address = set.sandbox.cluster(1).plan.nodes[0]?.address;
    expect(connection).toMatchObject({ statusMessage: '', usingIP: address, usingNAT: false, endpoint: { cluster_id: 'cluster1', hostname: 'b1', private_ip: address, healthCheckIP: address, backend: 'loopback' } });
    expect(connection.latencyRTT?.average).toMatch(/^[\d.]+(µs|ms)$/);
    await activeWith(1, 'b1', ({ status }) => status === 'connected');
  });

  it('report the way of a worker, and the conditions of its node', async () => {
    const agent = await eventually(async () => {
      const found = await routeAgent(0, 'a3');
      return found?.status?.remoteEndpoints[0]?.status === 'connected' && found;
    });
    expect(agent.status?.conditions).toEqual([expect.objectContaining({ type: 'HostReady', status: 'True' }), expect.objectContaining({ type: 'NetworkApplied', status: 'True' })]);
    expect(await findGateway(0, 'a3')).toBeUndefined();
  });

  it('resume after a kill without a change of the Endpoint', async () => {
    const { items } = await set.client(0).list(resources.cableEndpoints, { namespace: MEMBER_NAMESPACE });
    const before = items.find(({ spec }) => spec.hostname === 'a1')?.metadata;
    const killed = set.pidOf(0, 'a1');
    process.kill(killed, 'SIGKILL');
    await eventually(() => set.pidOf(0, 'a1') !== killed);
    const timestamp = (await findGateway(0, 'a1'))?.metadata.annotations?.['update-timestamp'];
    await eventually(async () => (await findGateway(0, 'a1'))?.metadata.annotations?.['update-timestamp'] !== timestamp);
    await activeWith(0, 'a1', ({ status }) => status === 'connected');
    expect(await endpointsOf(0, 'cluster0')).toEqual(['a1']);
    expect((await set.client(0).get(resources.cableEndpoints, before?.name ?? '', MEMBER_NAMESPACE)).metadata.resourceVersion).toBe(before?.resourceVersion);
  });

  it('put back what was edited or deleted by hand', async () => {
    const find = async (): Promise<CableEndpoint | undefined> => (await set.client(0).list(resources.cableEndpoints, { namespace: MEMBER_NAMESPACE })).items.find(({ spec }) => spec.hostname === 'a1');
    const { metadata: { name, uid }, spec } = await eventually(async () => (await find()) ?? false);
    await set.client(0).patch(resources.cableEndpoints, name, MEMBER_NAMESPACE, 'application/merge-patch+json', { spec: { subnets: ['203.0.113.0/24'] } });
    await eventually(async () => expect((await find())?.spec).toEqual(spec));
    await set.client(0).delete(resources.cableEndpoints, name, MEMBER_NAMESPACE);
    const again = await eventually(async () => (await find()) ?? false);
    expect(again.spec).toEqual(spec);
    expect(again.metadata.uid).not.toBe(uid);
  });

  it('have a standby take over from a gateway that hangs, and from no other', async () => {
    await set.label(0, 'a2');
    await eventually(async () => (await findGateway(0, 'a2'))?.status?.haStatus === 'passive');
    const hanging = set.pidOf(0, 'a1');
    process.kill(hanging, 'SIGSTOP');
    try {
      await activeWith(0, 'a2', ({ status }) => status === 'connected');
      await waitForEndpoint(0, 'cluster0', 'a2');
      await waitForEndpoint(1, 'cluster0', 'a2');
      await activeWith(1, 'b1', ({ status, endpoint }) => status === 'connected' && endpoint.hostname === 'a2');
    } finally {
      process.kill(hanging, 'SIGCONT');
    }
    await eventually(async () => (await findGateway(0, 'a1'))?.status?.haStatus === 'passive', { timeoutMs: 20_000 });
    expect(await endpointsOf(0, 'cluster0')).toEqual(['a2']);
  });

  it('hand over at once where the label is taken away, and clear up behind that node', async () => {
    await set.label(0, 'a2', false);
    await activeWith(0, 'a1', ({ status }) => status === 'connected');
    await eventually(async () => (await findGateway(0, 'a2')) === undefined);
    await waitForEndpoint(0, 'cluster0', 'a1');
  });
});
