import { describe, expect, it } from '@jest/globals';
import type { EndpointSlice } from '../../../../src/api/types/index.ts';
import { composeName, type NameContent } from '../../../../src/gateway-dns/plan/compose-name.ts';
import type { FoundGateway } from '../../../../src/gateway-dns/plan/gateway-lookup.ts';
import { originOf } from '../../../../src/gateway-dns/plan/names.ts';
import { desiredSlices, isAdoptable, namesToLookUp, planSlices, type SlicePlanInput } from '../../../../src/gateway-dns/plan/plan-slices.ts';
import type { NamePlan } from '../../../../src/gateway-dns/plan/share-out.ts';
import { ENVOY, foundGateway, gatewayClusters, gatewayDNS, lookups, planOf, plansOf } from '../../../helpers/gateway-dns.ts';

const TARGET = { owner: 'gateway-dns-hub', namespace: 'xcc-dns' };
const NAME = 'dev-team-cluster-a-gateway';
const gateways = [gatewayDNS('dev-team/gateways')];
const name = planOf(gateways);
const contentOf = (plan: NamePlan, found: FoundGateway = foundGateway(['172.18.0.240'])): NameContent => composeName(plan, lookups(plan, found));
const content = contentOf(name);
const kept: NameContent = { kind: 'kept', message: 'unreachable' };
const none: NameContent = { kind: 'none', message: 'gone' };

/** Slices as they stand once they were written. */
const standing = (plan = name, of = contentOf(plan), owner = TARGET.owner): EndpointSlice[] =>
  desiredSlices(plan, of, { ...TARGET, owner }).map(({ object }) => ({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', ...structuredClone(object) }));

/** What the original controller has written. */
function original(change: Partial<EndpointSlice['metadata']> = {}, addressType: EndpointSlice['addressType'] = 'IPv4'): EndpointSlice {
  const annotations = { 'connectivity.tanzu.vmware.com/dns-hostname': '*.gateway.cluster-a.dev-team.clusters.xcc.test', 'connectivity.tanzu.vmware.com/gateway-dns-ref': 'dev-team/gateways' };
  const metadata = { name: NAME, namespace: 'xcc-dns', uid: 'u', labels: { 'kubernetes.io/service-name': NAME }, annotations, ...change };
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType, endpoints: [{ addresses: ['172.18.0.9'], conditions: {} }], ports: null };
}

interface Written {
  create: string[];
  update: string[];
  replace: string[];
  delete: string[];
  conflicts: string[];
}

function written(input: Partial<SlicePlanInput>): Written {
  const found = planSlices({ ...TARGET, origin: originOf(name.cluster), name, content, targetKeys: ['dev-team/cluster-b'], standing: [], ...input });
  const names = (list: readonly { desired: { object: { metadata: { name: string } } } }[]): string[] => list.map(({ desired }) => desired.object.metadata.name);
  return {
    create: found.create.map(({ object }) => object.metadata.name),
    update: names(found.update),
    replace: names(found.replace),
    delete: found.delete.map(({ metadata }) => metadata.name),
    conflicts: found.conflicts.map(({ kind, desired }) => `${kind} ${desired.object.metadata.name}`),
  };
}

const NOTHING: Written = { create: [], update: [], replace: [], delete: [], conflicts: [] };

describe('desiredSlices', () => {
  it('XC-2: one slice with one endpoint and no ports, the annotations of the original, and our tag', () => {
    expect(desiredSlices(name, content, TARGET)).toEqual([
      {
        absent: [['metadata', 'annotations', 'mcs.clusterset.local/dns-ttl']],
        object: {
          metadata: {
            name: NAME,
            namespace: 'xcc-dns',
            labels: {
              'kubernetes.io/service-name': NAME,
              'endpointslice.kubernetes.io/managed-by': 'gateway-dns.mcs.clusterset.local',
              'app.kubernetes.io/managed-by': 'mcs',
              'mcs.clusterset.local/owner': 'gateway-dns-hub',
              'mcs.clusterset.local/origin-cluster': 'dev-team.cluster-a',
              'mcs.clusterset.local/origin-uid': 'uid-cluster-a',
            },
            annotations: { 'connectivity.tanzu.vmware.com/dns-hostname': '*.gateway.cluster-a.dev-team.clusters.xcc.test', 'connectivity.tanzu.vmware.com/gateway-dns-ref': 'dev-team/gateways' },
          },
          addressType: 'IPv4',
          endpoints: [{ addresses: ['172.18.0.240'] }],
          ports: null,
        },
      },
    ]);
  });

  it('XC-8: one slice for each family, and one for a hostname', () => {
    const types = (found: FoundGateway): string[] => desiredSlices(name, contentOf(name, found), TARGET).map(({ object }) => `${object.addressType} ${object.metadata.name}`);
    expect(types(foundGateway(['1.1.1.1', 'fd00::1']))).toEqual([`IPv4 ${NAME}`, `IPv6 ${NAME}-ipv6`]);
    expect(types(foundGateway([], { hostnames: ['lb.example.com'] }))).toEqual([`FQDN ${NAME}-fqdn`]);
  });

  it('XC-11: names the oldest holder and has its TTL', () => {
    const plan = planOf([gatewayDNS('dev-team/new', { ...ENVOY, ttlSeconds: 7 }), gatewayDNS('dev-team/old', { ...ENVOY, ttlSeconds: 60 }, { age: 1 })]);
    const [slice] = desiredSlices(plan, contentOf(plan), TARGET);
    expect(slice?.object.metadata.annotations).toMatchObject({ 'connectivity.tanzu.vmware.com/gateway-dns-ref': 'dev-team/old', 'mcs.clusterset.local/dns-ttl': '60' });
  });

  it('has labels that are short enough, whatever the names', () => {
    const plan = [...plansOf([gatewayDNS('dev-team/g')], gatewayClusters(`dev-team/${'c'.repeat(63)}`).map((cluster) => ({ ...cluster, uid: 'u' }))).values()][0];
    const [slice] = plan === undefined ? [] : desiredSlices(plan, contentOf(plan), TARGET);
    expect(Math.max(...Object.values(slice?.object.metadata.labels ?? {}).map(({ length }) => length))).toBe(63);
  });
});

describe('planSlices', () => {
  const edited = (change: (slice: EndpointSlice) => void): EndpointSlice[] => {
    const slices = standing();
    for (const slice of slices) change(slice);
    return slices;
  };
  const ttl = planOf([gatewayDNS('dev-team/gateways', { ...ENVOY, ttlSeconds: 9 })]);
  const hostname = contentOf(name, foundGateway([], { hostnames: ['lb.example.com'] }));
  const foreign = original({ annotations: {} });
  const invalid = planOf([gatewayDNS('dev-team/gateways', { service: 'x' })]);
  const held = planOf([gatewayDNS('dev-team/gateways', {}, { status: { clusters: [{ name: 'cluster-a', state: 'Published', hostname: '', addresses: ['1.1.1.1'] }] } })]);

  it.each<[string, Partial<SlicePlanInput>, Partial<Written>]>([
    ['XC-3: creates what is missing', {}, { create: [NAME] }],
    ['writes nothing where all stands', { standing: standing() }, {}],
    ['writes nothing where the server has added its defaults', { standing: edited((slice) => Object.assign(slice.endpoints?.[0] ?? {}, { conditions: {} })) }, {}],
    ['XC-13: mends addresses that somebody has changed', { standing: edited((slice) => (slice.endpoints = [{ addresses: ['6.6.6.6'] }])) }, { update: [NAME] }],
    ['XC-13: mends the hostname', { standing: edited(({ metadata }) => (metadata.annotations = { ...metadata.annotations, 'connectivity.tanzu.vmware.com/dns-hostname': 'x' })) }, { update: [NAME] }],
    ['XC-13: mends ports', { standing: edited((slice) => (slice.ports = [{ port: 80 }])) }, { update: [NAME] }],
    ['leaves labels and annotations of others', { standing: edited(({ metadata }) => Object.assign(metadata.labels ?? {}, { mine: 'x' })) }, {}],
    ['takes a TTL away', { standing: standing(ttl) }, { update: [NAME] }],
    ['XC-12: replaces a slice of another address type, which cannot be changed', { standing: edited((slice) => (slice.addressType = 'IPv6')) }, { replace: [NAME] }],
    ['XC-8: a hostname after addresses', { standing: standing(), content: hostname }, { create: [`${NAME}-fqdn`], delete: [NAME] }],
    ['XC-7: deletes where there is no gateway', { standing: standing(), content: none }, { delete: [NAME] }],
    ['keeps what the same cluster learns under another name', { standing: standing(), targetKeys: ['ops/x', 'dev-team/cluster-b'] }, {}],
    ['XC-3: deletes where the cluster is no recipient', { standing: standing(), targetKeys: ['ops/x'] }, { delete: [NAME] }],
    ['XC-9: deletes where the GatewayDNS is gone', { standing: standing(), name: planOf([]), content: none }, { delete: [NAME] }],
    ['XC-9: also where its cluster cannot be reached', { standing: standing(), name: planOf([gatewayDNS('dev-team/other')]), content: kept }, { delete: [NAME] }],
    ['XC-10: keeps what a cluster had that cannot be reached', { standing: standing(), content: kept }, {}],
    ['keeps what was not looked at yet', { standing: standing(), content: { kind: 'pending', message: '' } }, {}],
    ['keeps it also where another GatewayDNS has the name by now', { standing: standing(), name: planOf([gatewayDNS('dev-team/other')]), content: { kind: 'pending', message: '' } }, {}],
    ['XC-10: but not in a cluster that is no recipient any more', { standing: standing(), content: kept, targetKeys: ['ops/x'] }, { delete: [NAME] }],
    ['XC-5: keeps what an invalid GatewayDNS had, by its status', { standing: standing(), name: held, content: composeName(held, new Map()) }, {}],
    ['XC-5: keeps what an invalid GatewayDNS had, by its slices', { standing: standing(), name: invalid, content: none }, {}],
    ['XC-14: deletes what a removed cluster had', { standing: standing(), name: undefined, content: undefined } as unknown as Partial<SlicePlanInput>, { delete: [NAME] }],
    ['XC-13: never touches what another hub has', { standing: standing(name, content, 'gateway-dns-other') }, { conflicts: [`foreign ${NAME}`] }],
    ['XC-12: leaves a slice without annotations alone, and says so', { standing: [foreign] }, { conflicts: [`foreign ${NAME}`] }],
    ['XC-12: does not delete it either', { standing: [foreign], content: none }, {}],
    ['leaves alone what is being deleted', { standing: standing().map((slice) => ({ ...slice, metadata: { ...slice.metadata, deletionTimestamp: 'now' } })) }, {}],
    ['takes a slice of the original controller over in place', { standing: [original()] }, { update: [NAME] }],
    ['takes it over in place of another address type', { standing: [original({}, 'FQDN')] }, { replace: [NAME] }],
    ['XC-7: deletes a slice of the original controller that nobody wants', { standing: [original()], content: none }, { delete: [NAME] }],
    ['XC-5: keeps the slice of the original controller of an invalid GatewayDNS', { standing: [original()], name: invalid, content: none }, {}],
    ['leaves a slice of the original controller that is being deleted', { standing: [original({ deletionTimestamp: 'now' })] }, {}],
    ['knows nothing of the original controller where the cluster is gone', { standing: [original()], name: undefined } as unknown as Partial<SlicePlanInput>, {}],
  ])('%s', (_name, input, expected) => {
    expect(written(input)).toEqual({ ...NOTHING, ...expected });
  });

  it('XC-12: adds our tag to a slice of the original controller, and keeps its labels', () => {
    const taken = original();
    const { update } = planSlices({ ...TARGET, origin: 'dev-team.cluster-a', name, content, targetKeys: ['dev-team/cluster-b'], standing: [taken] });
    expect(update).toEqual([{ standing: taken, desired: desiredSlices(name, content, TARGET)[0] }]);
  });

  it('never lets two clusters whose names run together have one slice', () => {
    const plans = plansOf([gatewayDNS('a/g'), gatewayDNS('a-b/g')], gatewayClusters('a/b-c', 'a-b/c'));
    const all = [...plans.values()];
    const both = all.flatMap((plan) => standing(plan));
    for (const plan of all) {
      const own = both.filter(({ metadata }) => namesToLookUp(plan).includes(metadata.name));
      expect(written({ name: plan, content: contentOf(plan), origin: originOf(plan.cluster), targetKeys: [plan.cluster.key], standing: own })).toEqual(NOTHING);
    }
    expect(new Set(both.map(({ metadata }) => metadata.name)).size).toBe(2);
  });
});

describe('isAdoptable', () => {
  it.each<[string, Partial<EndpointSlice['metadata']>, boolean]>([
    ['what the original controller has written', {}, true],
    ['not without its annotation', { annotations: {} }, false],
    ['not for a GatewayDNS of another namespace', { annotations: { 'connectivity.tanzu.vmware.com/gateway-dns-ref': 'ops/gateways' } }, false],
    ['not by another name', { name: 'mine' }, false],
    ['not what another hub has', { labels: { 'mcs.clusterset.local/owner': 'gateway-dns-other' } }, false],
  ])('%s', (_name, change, expected) => {
    expect(isAdoptable(original(change), name)).toBe(expected);
  });
});
