import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { MEMBER_DNS_WIRING, XCC_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { parseWiringStatus } from '../../src/cluster-dns/wiring-status.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { type AgentProcess, type AgentProcessOptions, startAgentProcess } from '../helpers/agent-process.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { eventually } from '../helpers/eventually.ts';

const SYSTEM = 'kube-system';
const SERVICE = 'dns-server';
const ROOT = '.:53 {\n    errors\n    reload\n}\n';
const PATCHER: AgentProcessOptions = { account: 'dns-config-patcher', namespace: XCC_NAMESPACE };
const SHIPPED = { template: 'gateway-dns/dns-config-patcher-role.yaml', placeholder: '${namespace}' };

describe('the agent dns-wiring, with the rights that are shipped', () => {
  let api: TestApiServer;
  let client: KubeClient;
  let agent: AgentProcess;

  beforeAll(async () => {
    api = await startTestApiServer();
    client = api.client();
    await client.create(resources.namespaces, { metadata: { name: XCC_NAMESPACE } });
    await client.create(resources.configMaps, { metadata: { name: 'coredns', namespace: SYSTEM }, data: { Corefile: ROOT } });
  });
  afterEach(() => agent.stop());
  afterAll(() => api.stop());

  const corefile = async (): Promise<string | undefined> => (await client.get(resources.configMaps, 'coredns', SYSTEM)).data?.Corefile;
  const writeCorefile = (Corefile: string): Promise<unknown> => client.patch(resources.configMaps, 'coredns', SYSTEM, 'application/merge-patch+json', { data: { Corefile } });
  const createService = async (): Promise<string> => (await client.create(resources.services, { metadata: { name: SERVICE, namespace: XCC_NAMESPACE }, spec: { ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] } })).spec.clusterIP ?? '';
  const blockOf = (ip: string): string => `### BEGIN CROSS CLUSTER CONNECTIVITY\nxcc.test {\n    forward . ${ip}\n    reload\n}\n### END CROSS CLUSTER CONNECTIVITY\n`;
  const waitForState = (state: string): Promise<unknown> =>
    eventually(async () => expect(parseWiringStatus(await client.find(resources.configMaps, MEMBER_DNS_WIRING, XCC_NAMESPACE))?.state).toBe(state), { timeoutMs: 20_000 });

  it('waits for an address, writes the block of XCC, repairs it, takes it out with the Service, and leaves it when it ends', async () => {
    agent = await startAgentProcess('dns-wiring', api, { ...PATCHER, shipped: SHIPPED, env: { MCS_DNS_SUFFIXES: 'xcc.test' } });
    await waitForState('no-address');
    expect(await corefile()).toBe(ROOT);
    const first = await createService();
    await waitForState('loading');
    expect(await corefile()).toBe(ROOT + blockOf(first));
    await client.delete(resources.services, SERVICE, XCC_NAMESPACE);
    await eventually(async () => expect(await corefile()).toBe(ROOT), { timeoutMs: 20_000 });
    const second = await createService();
    await eventually(async () => expect(await corefile()).toBe(ROOT + blockOf(second)), { timeoutMs: 20_000 });
    expect(agent.log()).not.toMatch(/orbidden/);
    const exited = once(agent.process, 'exit');
    agent.process.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(await corefile()).toBe(ROOT + blockOf(second));
  }, 90_000);

  it('makes the ConfigMap for servers of users where the Corefile imports one, and takes it along again', async () => {
    await writeCorefile(`${ROOT}import /etc/coredns/custom/*.server\n`);
    agent = await startAgentProcess('dns-wiring', api, { ...PATCHER, env: { MCS_DNS_SUFFIXES: 'xcc.test,gw.example' } });
    const custom = (): Promise<unknown> => client.find(resources.configMaps, 'coredns-custom', SYSTEM);
    await eventually(async () => expect(await custom()).toMatchObject({ data: { 'mcs-gateway.server': expect.stringContaining('gw.example {') } }), { timeoutMs: 20_000 });
    await client.delete(resources.services, SERVICE, XCC_NAMESPACE);
    await eventually(async () => expect(await custom()).toBeUndefined(), { timeoutMs: 20_000 });
    expect(agent.log()).not.toMatch(/orbidden/);
  }, 60_000);

  it.each([['', 'names no zone'], ['xcc.test,a_b', '"a_b" is no DNS name']])('ends with 1 for the suffixes %j', async (suffixes, message) => {
    agent = await startAgentProcess('dns-wiring', api, { ...PATCHER, env: { MCS_DNS_SUFFIXES: suffixes } });
    expect(await once(agent.process, 'exit')).toEqual([1, null]);
    expect(agent.log()).toContain('MCS_USAGE');
    expect(agent.log()).toContain(message.replaceAll('"', '\\"'));
  }, 30_000);
});
