import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { XCC_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { type AgentProcess, startAgentProcess } from '../helpers/agent-process.ts';
import { eventually } from '../helpers/eventually.ts';
import { conditionsOf, eventsAbout, type GatewayFleet, namesIn, putGateway, putGatewayDNS, startGatewayFleet, type Workload } from '../helpers/gateway-hub.ts';

const A = '*.gateway.cluster-a.dev-team.clusters.multi-cluster.example.com';
const ACCOUNT = { account: 'xcc-dns-controller', namespace: XCC_NAMESPACE };

describe('the agent gateway-dns', () => {
  let fleet: GatewayFleet;
  let a: Workload;
  let agent: AgentProcess;

  beforeAll(async () => {
    fleet = await startGatewayFleet(1);
    [a] = fleet.workloads as [Workload];
  });
  afterEach(() => agent.stop());
  afterAll(() => fleet.stop());

  it('does its work with the rights that it is shipped with, and ends with SIGTERM', async () => {
    await fleet.addCluster('dev-team/cluster-a', a);
    await putGateway(a.client, ['203.0.113.8']);
    await putGatewayDNS(fleet.hub.client, 'dev-team/dns');
    agent = await startAgentProcess('gateway-dns', fleet.hub.server, {
      ...ACCOUNT,
      shipped: { template: 'gateway-dns/controller.yaml', placeholder: '${namespace}' },
      args: ['--enable-leader-election=true'],
      env: { NAMESPACE: XCC_NAMESPACE, DOMAIN_SUFFIX: 'multi-cluster.example.com', GATEWAY_DNS_POLLING_INTERVAL: '1s' },
    });
    await agent.ready();
    await eventually(async () => expect(await namesIn(a)).toEqual({ [A]: ['203.0.113.8'] }));
    await eventually(async () => expect(await conditionsOf(fleet.hub.client, 'dev-team/dns')).toMatchObject({ Published: 'True Published' }));
    await eventually(async () => expect(await eventsAbout(fleet.hub.client, 'dns')).toEqual(['Published']));
    expect((await fleet.hub.client.get(resources.leases, 'xcc-dns-controller', XCC_NAMESPACE)).spec?.holderIdentity).not.toBe('');
    expect(await agent.get('/metrics')).toMatch(/mcs_gateway_dns_clusters\{state="connected"\} 1/);
    expect(await agent.get('/readyz?verbose')).toContain('[+]gateway-dns 1 clusters');
    const exited = once(agent.process, 'exit');
    agent.process.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    for (const line of agent.log().trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ part: 'gateway-dns' });
    expect(agent.log()).not.toContain('"error"');
  }, 60_000);

  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['no suffix', {}, /DOMAIN_SUFFIX/],
    ['a malformed polling interval', { DOMAIN_SUFFIX: 'xcc.test', GATEWAY_DNS_POLLING_INTERVAL: 'often' }, /GATEWAY_DNS_POLLING_INTERVAL .*often/],
  ])('with %s it ends with 1 and a code', async (_title, env, message) => {
    await fleet.hub.client.create(resources.serviceAccounts, { metadata: { name: 'nobody', namespace: 'default' } }).catch(() => undefined);
    agent = await startAgentProcess('gateway-dns', fleet.hub.server, { account: 'nobody', namespace: 'default', env });
    expect(await once(agent.process, 'exit')).toEqual([1, null]);
    expect(agent.log()).toMatch(message);
    expect(agent.log()).toContain('"code":"MCS_USAGE"');
  }, 60_000);
});
