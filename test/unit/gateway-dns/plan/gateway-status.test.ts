import { describe, expect, it } from '@jest/globals';
import type { Condition, GatewayDNS, GatewayDNSStatus } from '../../../../src/api/types/index.ts';
import { composeName, type NameContent } from '../../../../src/gateway-dns/plan/compose-name.ts';
import type { Delivery, DeliveryState } from '../../../../src/gateway-dns/plan/deliveries.ts';
import { gatewayEvents } from '../../../../src/gateway-dns/plan/gateway-events.ts';
import type { GatewayLookup } from '../../../../src/gateway-dns/plan/gateway-lookup.ts';
import { nextStatus, type SelectedCluster } from '../../../../src/gateway-dns/plan/gateway-status.ts';
import { ENVOY, foundGateway, gatewayClusters, gatewayDNS, lookups, plansOf, read } from '../../../helpers/gateway-dns.ts';

const KEYS = ['dev-team/cluster-a', 'dev-team/cluster-b'];
const HOSTNAME = '*.gateway.cluster-a.dev-team.clusters.xcc.test';
const NOON = Date.parse('2026-06-01T12:00:00Z');
const FOUND = foundGateway(['172.18.0.240']);
const NONE: GatewayLookup = { kind: 'none', message: 'there is no Service "projectcontour/envoy"' };
const UNREACHABLE: GatewayLookup = { kind: 'unknown', message: 'connection refused' };
const PENDING: GatewayLookup = { kind: 'pending', message: 'not looked yet' };

interface Situation {
  /** What was found in cluster-a and cluster-b. */
  looks?: readonly GatewayLookup[];
  /** How far cluster-a and cluster-b have the names. */
  states?: readonly (DeliveryState | Delivery)[];
  others?: readonly GatewayDNS[];
  withheld?: readonly string[];
  now?: number;
}

function next(object: GatewayDNS, { looks = [FOUND, FOUND], states = ['current', 'current'], others = [], withheld = [], now = NOON }: Situation = {}): GatewayDNSStatus | undefined {
  const plans = [...plansOf([object, ...others], gatewayClusters(...KEYS)).values()];
  const deliveries = states.map((state, index): Delivery => (typeof state === 'string' ? { target: KEYS[index] ?? '', state } : state));
  const selected = plans.map((plan, index): SelectedCluster => {
    const look = looks[index] ?? FOUND;
    const content: NameContent = composeName(plan, lookups(plan, look, look), new Set(withheld));
    return { plan, content, deliveries };
  });
  return nextStatus({ ...read(object), selected, now: () => now });
}

function withStatus(status: GatewayDNSStatus | undefined, spec: unknown = ENVOY): GatewayDNS {
  return gatewayDNS('dev-team/gateways', spec, status === undefined ? {} : { status });
}

const fresh = (): GatewayDNS => withStatus(undefined);
const brief = (status: GatewayDNSStatus | undefined): string[] => (status?.conditions ?? []).map(({ type, status: value, reason }) => `${type}=${value} ${reason}`);
const conditionOf = (status: GatewayDNSStatus | undefined, type: string): Condition | undefined => status?.conditions?.find((condition) => condition.type === type);
const happy = next(fresh());

describe('nextStatus', () => {
  it('says what is published, of which clusters, and how far', () => {
    expect(happy).toEqual({
      observedGeneration: 1,
      published: '2/2',
      conditions: [
        { type: 'Accepted', status: 'True', reason: 'Valid', message: 'It is valid' },
        { type: 'GatewaysFound', status: 'True', reason: 'Found', message: '2 of 2 gateways have addresses' },
        { type: 'Published', status: 'True', reason: 'Published', message: '2 of 2 clusters have all records' },
        { type: 'Conflicted', status: 'False', reason: 'NoConflicts', message: 'No other GatewayDNS has a name of its clusters' },
      ].map((condition) => ({ ...condition, observedGeneration: 1, lastTransitionTime: '2026-06-01T12:00:00Z' })),
      clusters: [
        { name: 'cluster-a', hostname: HOSTNAME, state: 'Published', addresses: ['172.18.0.240'] },
        { name: 'cluster-b', hostname: HOSTNAME.replace('-a', '-b'), state: 'Published', addresses: ['172.18.0.240'] },
      ],
    });
  });

  it('is no change where it stands, whatever the order of its fields', () => {
    expect(next(withStatus(happy), { now: NOON + 5_000 })).toBeUndefined();
    expect(next(withStatus(Object.fromEntries(Object.entries(happy ?? {}).toReversed())))).toBeUndefined();
  });

  it.each<[string, Situation, string[]]>([
    ['XC-7: a cluster without gateway', { looks: [NONE, FOUND] }, ['Accepted=True Valid', 'GatewaysFound=False GatewayNotFound', 'Published=True Published', 'Conflicted=False NoConflicts']],
    ['XC-7: no gateway at all', { looks: [NONE, NONE] }, ['Accepted=True Valid', 'GatewaysFound=False GatewayNotFound', 'Published=False NothingToPublish', 'Conflicted=False NoConflicts']],
    ['XC-10: a gateway cluster that cannot be reached', { looks: [UNREACHABLE, FOUND] }, ['Accepted=True Valid', 'GatewaysFound=Unknown ClusterUnreachable', 'Published=True Published', 'Conflicted=False NoConflicts']],
    ['XC-10: a target cluster that cannot be reached', { states: ['current', 'unreachable'] }, ['Accepted=True Valid', 'GatewaysFound=True Found', 'Published=False ClusterUnreachable', 'Conflicted=False NoConflicts']],
    ['XC-12: a slice that is not ours', { states: ['current', { target: 'dev-team/cluster-b', state: 'foreign', detail: 'x-gateway' }] }, ['Accepted=True Valid', 'GatewaysFound=True Found', 'Published=False ForeignSlice', 'Conflicted=False NoConflicts']],
    ['a cluster that takes nothing', { states: [{ target: KEYS[0] ?? '', state: 'failed', detail: 'forbidden' }, 'pending'] }, ['Accepted=True Valid', 'GatewaysFound=True Found', 'Published=False WriteFailed', 'Conflicted=False NoConflicts']],
    ['a cluster that is not written yet', { states: ['pending', 'current'] }, ['Accepted=True Valid', 'GatewaysFound=True Found', 'Published=False Pending', 'Conflicted=False NoConflicts']],
    ['no cluster with the namespace', { states: ['noNamespace', 'noNamespace'] }, ['Accepted=True Valid', 'GatewaysFound=True Found', 'Published=False NoRecipients', 'Conflicted=False NoConflicts']],
  ])('%s', (_name, situation, expected) => {
    expect(brief(next(fresh(), situation))).toEqual(expected);
  });

  it('XC-3: counts clusters without the namespace apart, and names them', () => {
    const status = next(fresh(), { states: ['current', 'noNamespace'] });
    expect([status?.published, conditionOf(status, 'Published')?.message]).toEqual(['1/1', '1 of 1 clusters have all records. No namespace for them in dev-team/cluster-b']);
  });

  it('XC-4, XC-5: an invalid one keeps what it published, and says what is wrong', () => {
    const status = next(withStatus(happy, { service: 'envoy' }), { now: NOON + 5_000 });
    expect(status).toEqual({ ...happy, conditions: [{ ...conditionOf(happy, 'Accepted'), status: 'False', reason: 'Invalid', message: 'spec.service: "envoy" is not of the form namespace/name. What it published stays', lastTransitionTime: '2026-06-01T12:00:05Z' }, ...(happy?.conditions?.slice(1) ?? [])] });
    expect(next(withStatus(status, { service: 'envoy' }))).toBeUndefined();
  });

  it('XC-10: keeps the addresses of a cluster that cannot be reached', () => {
    const status = next(withStatus(happy), { looks: [UNREACHABLE, FOUND], now: NOON + 5_000 });
    expect(status?.clusters?.[0]).toEqual({ name: 'cluster-a', hostname: HOSTNAME, state: 'Unreachable', addresses: ['172.18.0.240'], message: 'connection refused' });
    expect([conditionOf(status, 'GatewaysFound')?.lastTransitionTime, conditionOf(status, 'Published')?.lastTransitionTime]).toEqual(['2026-06-01T12:00:05Z', '2026-06-01T12:00:00Z']);
  });

  it('XC-11: one that has lost a name says who has it, in either order', () => {
    const other = gatewayDNS('dev-team/old', { ...ENVOY, service: 'a/b' }, { age: 5 });
    const status = next(fresh(), { others: [other] });
    expect(brief(status)).toEqual(['Accepted=True Valid', 'GatewaysFound=Unknown Conflicted', 'Published=False NothingToPublish', 'Conflicted=True NameTaken']);
    expect([status?.published, conditionOf(status, 'Conflicted')?.message]).toEqual(['0/0', 'cluster-a (GatewayDNS "dev-team/old" has the name), cluster-b (GatewayDNS "dev-team/old" has the name)']);
    expect(status?.clusters?.[0]).toEqual({ name: 'cluster-a', hostname: HOSTNAME, state: 'Conflicted', message: 'GatewayDNS "dev-team/old" has the name' });
    expect(brief(next(other, { others: [fresh()] }))).toContain('Conflicted=False NoConflicts');
  });

  it('a restarted hub writes nothing before it knows', () => {
    expect(next(withStatus(happy), { looks: [PENDING, PENDING], states: ['unknown', 'unknown'] })).toBeUndefined();
    expect(next(withStatus(happy), { looks: [PENDING, FOUND], states: ['current', 'unknown'] })).toBeUndefined();
    expect(brief(next(fresh(), { looks: [PENDING, FOUND] }))).toEqual(['Accepted=True Valid']);
  });

  it('lists addresses that do not answer, from where a restarted hub takes them up', () => {
    const looks = [foundGateway(['1.1.1.1', '1.1.1.2']), FOUND];
    expect(next(fresh(), { looks, withheld: ['1.1.1.2'] })?.clusters?.[0]).toMatchObject({ addresses: ['1.1.1.1'], withheld: ['1.1.1.2'] });
  });

  it('selects nothing: says so', () => {
    const status = nextStatus({ ...read(fresh()), selected: [], now: () => NOON });
    expect(brief(status)).toEqual(['Accepted=True Valid', 'GatewaysFound=False NoClusters', 'Published=False NothingToPublish', 'Conflicted=False NoConflicts']);
  });

  it('leaves conditions of others', () => {
    const foreign: Condition = { type: 'Mine', status: 'True', reason: 'X', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
    const status = { ...happy, conditions: [foreign, ...(happy?.conditions ?? [])] };
    expect(next(withStatus(status))).toBeUndefined();
    expect(next(withStatus(status), { looks: [NONE, FOUND] })?.conditions).toContainEqual(foreign);
  });
});

describe('gatewayEvents', () => {
  const after = (situation: Situation, before = happy): string[] => gatewayEvents(before, next(withStatus(before), situation)).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);

  it.each<[string, Situation, string[]]>([
    ['XC-7', { looks: [NONE, FOUND] }, ['Warning GatewayNotFound: No gateway in cluster-a (there is no Service "projectcontour/envoy")']],
    ['XC-10', { looks: [UNREACHABLE, UNREACHABLE] }, ['Warning ClusterUnreachable: Cannot reach cluster-a (connection refused), cluster-b (connection refused)']],
    ['XC-12', { states: ['current', { target: 'dev-team/cluster-b', state: 'foreign', detail: 'x' }] }, ['Warning ForeignSlice: 1 of 2 clusters have all records. EndpointSlices that mcs did not make are left alone: x in dev-team/cluster-b']],
    ['XC-11', { others: [gatewayDNS('dev-team/old', { ...ENVOY, service: 'a/b' }, { age: 5 })] }, ['Warning Conflicted: Another GatewayDNS has the name of cluster-a (GatewayDNS "dev-team/old" has the name), cluster-b (GatewayDNS "dev-team/old" has the name)']],
  ])('%s: tells a transition once', (_name, situation, expected) => {
    expect(after(situation)).toEqual(expected);
    const changed = next(withStatus(happy), situation);
    expect(gatewayEvents(changed, changed)).toEqual([]);
  });

  it('XC-5: tells what is wrong, and again when it is something else', () => {
    const invalid = next(withStatus(happy, { service: 'envoy' }));
    expect(gatewayEvents(happy, invalid)).toMatchObject([{ type: 'Warning', reason: 'InvalidSpec', message: expect.stringContaining('"envoy"') as unknown }]);
    expect(gatewayEvents(invalid, next(withStatus(invalid, { service: 'a/b/c' })))).toHaveLength(1);
  });

  it('tells when all is published, the first time and after a failure', () => {
    const told = { type: 'Normal', reason: 'Published', message: '2 of 2 clusters have all records' };
    const failed = next(withStatus(happy), { states: ['current', 'unreachable'] });
    expect([gatewayEvents(undefined, happy), gatewayEvents(failed, next(withStatus(failed)))]).toEqual([[told], [told]]);
  });

  it('tells one thing of many clusters, whatever their number', () => {
    const clusters = Array.from({ length: 100 }, (_, index) => ({ name: `c${index}`, hostname: '', state: 'Unreachable' as const, message: 'x' }));
    expect(gatewayEvents({}, { clusters })).toEqual([{ type: 'Warning', reason: 'ClusterUnreachable', message: 'Cannot reach c0 (x), c1 (x), c2 (x), c3 (x), c4 (x) and 95 more' }]);
  });
});
