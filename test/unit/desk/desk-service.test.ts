import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JOIN_TOKEN_ID, LEAVING } from '../../../src/api/labels.ts';
import { DESK_LEASE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { type AnswerKeys, buildClusterJoin, createIdentityKey, findAnswer } from '../../../src/broker-info/index.ts';
import { createDeskService, type DeskService } from '../../../src/desk/desk-service.ts';
import { joinTokenData } from '../../../src/broker-info/join-token.ts';
import { eventually } from '../../helpers/eventually.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';
import { GOLDEN_INFO } from '../../fixtures/broker-info/golden.ts';

const NAMESPACE = GOLDEN_INFO.namespace;
const OBSERVER = { joinAnswered: () => undefined, memberRemoved: () => undefined, failed: () => undefined };
let client: MemoryClient;
let service: DeskService;
const stop = new AbortController();

beforeEach(() => {
  client = createMemoryClient();
  const { id, secret } = GOLDEN_INFO.token;
  const data = joinTokenData({ secret, expiresAt: new Date(Date.now() + 3_600_000).toISOString(), approve: false, uses: [], accepted: [], denied: [] });
  client.seed(resources.secrets, { metadata: { name: `mcs-join-${id}`, namespace: NAMESPACE, labels: { [JOIN_TOKEN_ID]: id } }, data });
  service = createDeskService({ client, namespace: NAMESPACE, identity: 'pod-1', allowLoopback: false, clock: systemClock, logger: silentLogger, observer: OBSERVER });
});

afterEach(async () => {
  await service.stop();
});

async function join(clusterID: string, podCIDR: string): Promise<() => Promise<string>> {
  const built = buildClusterJoin({
    info: GOLDEN_INFO,
    name: `join-${clusterID}`,
    clusterID,
    clusterUID: `uid-${clusterID}`,
    podCIDRs: [podCIDR],
    serviceCIDRs: [],
    nodeCIDRs: [],
    components: ['connectivity'],
    identityPrivateKeyPem: createIdentityKey().privateKeyPem,
  });
  const keys: AnswerKeys = { answerPrivateKeyPem: built.answerPrivateKeyPem, tokenSecret: GOLDEN_INFO.token.secret };
  await client.create(resources.clusterJoins, built.join);
  return () => eventually(async () => findAnswer(await client.get(resources.clusterJoins, `join-${clusterID}`, NAMESPACE), built.join, keys)?.result ?? false);
}

describe('DeskService', () => {
  it('waits for its namespace, then answers joins from before and after its start', async () => {
    const early = await join('west', '10.1.0.0/16');
    await service.start(stop.signal);
    await eventually(() => service.isLeader);
    expect(service.isReady).toBe(false);
    client.seed(resources.namespaces, { metadata: { name: NAMESPACE, uid: GOLDEN_INFO.brokerUID } });
    await eventually(() => service.isReady);
    expect(await early()).toBe('accepted');
    const late = await join('east', '10.2.0.0/16');
    expect(await late()).toBe('accepted');
  });

  it('answers two joins that come at once: only one gets the range', async () => {
    client.seed(resources.namespaces, { metadata: { name: NAMESPACE, uid: GOLDEN_INFO.brokerUID } });
    await service.start(stop.signal);
    const answers = await Promise.all([join('west', '10.1.0.0/16'), join('east', '10.1.0.0/16')]);
    expect((await Promise.all(answers.map((answer) => answer()))).sort()).toEqual(['accepted', 'refused']);
  });

  it('removes a member when its Lease says that it leaves', async () => {
    client.seed(resources.namespaces, { metadata: { name: NAMESPACE, uid: GOLDEN_INFO.brokerUID } });
    await service.start(stop.signal);
    await (await join('west', '10.1.0.0/16'))();
    client.seed(resources.leases, { metadata: { name: 'west', namespace: NAMESPACE, annotations: { [LEAVING]: 'now' } } });
    await eventually(async () => (await client.find(resources.leases, 'west', NAMESPACE)) === undefined);
    expect(await client.find(resources.serviceAccounts, 'cluster-west', NAMESPACE)).toBeUndefined();
    expect(await client.find(resources.clusters, 'west', NAMESPACE)).toBeUndefined();
  });

  it('stops while it still waits for its namespace', async () => {
    const abort = new AbortController();
    await service.start(abort.signal);
    abort.abort(new Error('SIGTERM'));
    await service.stop();
    expect(service.isReady).toBe(false);
  });

  it('answers nothing while another desk holds the Lease, and takes over when that one releases it', async () => {
    client.seed(resources.namespaces, { metadata: { name: NAMESPACE, uid: GOLDEN_INFO.brokerUID } });
    await service.start(stop.signal);
    await eventually(() => service.isReady);
    const second = createDeskService({ client, namespace: NAMESPACE, identity: 'pod-2', allowLoopback: false, clock: systemClock, logger: silentLogger, observer: OBSERVER });
    await second.start(stop.signal);
    await eventually(() => second.isReady);
    expect([service.isLeader, second.isLeader]).toEqual([true, false]);
    await service.stop();
    const pending = await join('west', '10.1.0.0/16');
    expect(await pending()).toBe('accepted');
    expect(second.isLeader).toBe(true);
    await second.stop();
    expect((await client.get(resources.leases, DESK_LEASE, NAMESPACE)).spec?.holderIdentity).toBe('');
  });
});
