import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../src/api/resources.ts';
import type { Service } from '../../../src/api/types/index.ts';
import { REACHABLE } from '../../../src/controller/import-conditions.ts';
import { wantedImportStatus } from '../../../src/controller/statuses.ts';
import { type WantedImport, wantedImport } from '../../../src/controller/wanted-import.ts';
import { toAggregatedImport } from '../../../src/sync/service/aggregated-import.ts';
import { toDerivedService } from '../../../src/sync/service/derived-service.ts';
import { derivedServiceName } from '../../../src/sync/service/imported-names.ts';
import { mergeRecords } from '../../../src/sync/service/merge-records.ts';
import { importSources, type ImportSourcesInput, stored } from '../../helpers/import-sources.ts';
import { endpointGroup, localService, recordPort, serviceRecord } from '../../helpers/service-records.ts';

const KEY = 'shop/web';
const LATER = '2026-02-01T00:00:00Z';
const east = serviceRecord('east', { groups: [endpointGroup('web-1', ['10.1.0.1'])] });
const south = serviceRecord('south', { groups: [endpointGroup('web-3', ['10.3.0.1'])], createdAt: LATER });

function want(input: ImportSourcesInput): WantedImport {
  return wantedImport(KEY, importSources(input));
}

const clustersOf = ({ endpoints }: WantedImport): string[] => endpoints.map(({ cluster }) => cluster);

describe('wantedImport: whether anything is imported', () => {
  it.each([
    { rule: 'I1: imports where the namespace exists', input: { records: [east] }, isImported: true, rejections: [] },
    { rule: 'I1: does not where it does not', input: { records: [east], namespace: 'missing' as const }, isImported: false, rejections: [] },
    { rule: 'withdraws from a namespace that is being deleted', input: { records: [east], namespace: { deletionTimestamp: LATER } }, isImported: false, rejections: [] },
    { rule: 'I3: nothing when nobody exports', input: { records: [] }, isImported: false, rejections: [] },
    { rule: 'ruling 9: not to a denied namespace', input: { records: [east], settings: { denyNamespaces: ['shop'] } }, isImported: false, rejections: ['NamespaceRefused'] },
    { rule: 'E1: a local Service without a ServiceExport adds nothing', input: { records: [], services: [localService()] }, isImported: false, rejections: [] },
  ])('$rule', ({ input, isImported, rejections }) => {
    const wanted = want(input);
    expect(wanted.merged !== undefined).toBe(isImported);
    expect(wanted.rejections.map(({ reason }) => reason)).toEqual(rejections);
  });

  it('books a service once, however often it is decided (importer and status ask in turn)', () => {
    const sources = importSources({ records: [east] });
    const decide = (): string[] => clustersOf(wantedImport(KEY, sources));
    expect([decide(), decide(), decide()]).toEqual([['east'], ['east'], ['east']]);
    expect(sources.quota.admit('east', 'shop/other', 9_999)).toBe('admitted');
  });

  it('takes no room of a member for what is not imported any more', () => {
    const sources = importSources({ records: [east] });
    wantedImport(KEY, sources);
    expect(sources.quota.admit('east', 'shop/other', 10_000)).toBe('too many endpoints');
    const shop = sources.local.namespaces.get('shop');
    if (shop !== undefined) sources.local.namespaces.drop(shop);
    wantedImport(KEY, sources);
    expect(sources.quota.admit('east', 'shop/other', 10_000)).toBe('admitted');
  });

  it('E2: exports of one name are one service, of all its exporters', () => {
    const wanted = want({ records: [south, east] });
    expect(wanted.merged?.records.map(({ origin }) => origin.cluster)).toEqual(['east', 'south']);
    expect(clustersOf(wanted)).toEqual(['east', 'south']);
  });
});

interface EndpointCase {
  readonly rule: string;
  readonly input: ImportSourcesInput;
  readonly clusters: readonly string[];
}

const local = { placement: { mode: 'local' as const } };
const failover = { placement: { mode: 'failover' as const, clusters: ['south', 'east'] } };
const headless = { kind: 'Headless' as const, ips: [] };

const ENDPOINTS: readonly EndpointCase[] = [
  { rule: 'S2: none of a silent cluster', input: { records: [east, south], silent: ['east'] }, clusters: ['south'] },
  { rule: 'C5: none of an exporter of another type', input: { records: [east, { ...south, ...headless }] }, clusters: ['east'] },
  { rule: 'placement: failover to the first that is ready', input: { records: [{ ...east, ...failover }, south] }, clusters: ['south'] },
  { rule: 'placement: failover from a silent one', input: { records: [{ ...east, ...failover }, south], silent: ['south'] }, clusters: ['east'] },
  { rule: "placement: the winner's policy decides", input: { records: [east, { ...south, ...failover }] }, clusters: ['east', 'south'] },
  { rule: 'placement: local, from a cluster that does not export', input: { records: [{ ...east, ...local }, south] }, clusters: ['east', 'south'] },
  { rule: 'placement holds for headless services', input: { records: [{ ...east, ...headless, ...failover }, { ...south, ...headless }] }, clusters: ['south'] },
  { rule: 'placement never chooses a cluster whose ports are not those of the service', input: { records: [{ ...east, ...failover }, { ...south, ports: [recordPort('http TCP/81')] }] }, clusters: ['east'] },
  { rule: 'placement never chooses a cluster of another type', input: { records: [{ ...east, ...failover }, { ...south, ...headless }] }, clusters: ['east'] },
];

describe('wantedImport: whose endpoints are served', () => {
  it.each(ENDPOINTS)('$rule', ({ input, clusters }) => {
    expect(clustersOf(want(input)).filter((cluster) => want(input).endpoints.some((found) => found.cluster === cluster && found.groups.length > 0))).toEqual(clusters);
  });

  it('names silent exporters, and keeps the import', () => {
    const wanted = want({ records: [east], silent: ['east'] });
    expect(wanted).toMatchObject({ withdrawn: ['east'], endpoints: [] });
    expect(wanted.merged?.winner.origin.cluster).toBe('east');
  });
});

describe('wantedImport: precedence', () => {
  const standing = (winner: string) => {
    const merged = mergeRecords([serviceRecord(winner)]);
    if (merged === undefined) throw new Error('nothing merged');
    return stored(resources.serviceImports, toAggregatedImport({ merged, ips: [], ipFamilies: [], withdrawn: [] }).object);
  };

  it('C2: the winner that stands on the import stays', () => {
    expect(want({ records: [east, south], imports: [standing('south')] }).merged?.winner.origin.cluster).toBe('south');
  });

  it('C2: when it exports no longer, the oldest one wins', () => {
    expect(want({ records: [east], imports: [standing('south')] }).merged?.winner.origin.cluster).toBe('east');
  });

  it('believes no annotation of a ServiceImport that somebody else made', () => {
    const foreign = { ...standing('south'), metadata: { ...standing('south').metadata, labels: {} } };
    expect(want({ records: [east, south], imports: [foreign] }).merged?.winner.origin.cluster).toBe('east');
  });
});

describe('wantedImport: obstacles', () => {
  const merged = mergeRecords([east]);
  if (merged === undefined) throw new Error('nothing merged');
  const name = derivedServiceName('shop', 'web');
  const ownDerived = stored(resources.services, toDerivedService(merged, ['IPv4']).object);
  const foreignDerived: Service = localService({}, { name });

  it.each([
    { rule: 'none', input: { records: [east] }, obstacle: undefined },
    { rule: 'I6: an IPv6 service in an IPv4 cluster', input: { records: [{ ...east, ipFamilies: ['IPv6' as const] }] }, obstacle: 'IPFamilyNotSupported' },
    { rule: 'I6: a headless IPv6 service in a cluster of IPv4 pods', input: { records: [{ ...east, ...headless, ipFamilies: ['IPv6' as const] }] }, obstacle: 'IPFamilyNotSupported' },
    { rule: 'a dual-stack headless service is usable by one family', input: { records: [{ ...east, ...headless, ipFamilies: ['IPv6' as const, 'IPv4' as const] }] }, obstacle: undefined },
    { rule: 'a Service of the derived name that is not ours', input: { records: [east], services: [foreignDerived] }, obstacle: 'ForeignService' },
    { rule: 'our own derived Service is none', input: { records: [east], services: [ownDerived] }, obstacle: undefined },
  ])('$rule', ({ input, obstacle }) => {
    const wanted = want(input);
    expect(wanted.obstacle).toBe(obstacle);
    expect(wanted.endpoints.length > 0).toBe(obstacle === undefined);
  });
});

describe('wantedImportStatus', () => {
  const aggregated = (ips: string[]) => {
    const merged = mergeRecords([east, south]);
    if (merged === undefined) throw new Error('nothing merged');
    return stored(resources.serviceImports, toAggregatedImport({ merged, ips, ipFamilies: ['IPv4'], withdrawn: [] }).object, { generation: 4 });
  };

  it.each([
    { title: 'a service that can be used', input: {}, ips: ['10.96.0.1'], failure: undefined, expected: ['Ready=True Ready', 'Present', 'east,south'] },
    { title: 'no address yet', input: {}, ips: [], failure: undefined, expected: ['Ready=False Pending', 'Present', 'east,south'] },
    { title: 'a silent exporter', input: { silent: ['south'] }, ips: ['10.96.0.1'], failure: undefined, expected: ['Ready=True Ready', 'Present', 'east'] },
    { title: 'no family in common', input: { records: [{ ...east, ipFamilies: ['IPv6' as const] }] }, ips: [], failure: undefined, expected: ['Ready=False IPFamilyNotSupported', 'Absent', 'east'] },
    { title: 'a foreign Service of the derived name', input: { services: [localService({}, { name: derivedServiceName('shop', 'web') })] }, ips: [], failure: undefined, expected: ['Ready=False ForeignService', 'Absent', 'east,south'] },
    { title: 'objects that cannot be written', input: {}, ips: ['10.96.0.1'], failure: 'exceeded quota', expected: ['Ready=False Failed', 'Present', 'east,south'] },
  ])('$title', ({ input, ips, failure, expected }) => {
    const status = wantedImportStatus(KEY, importSources({ records: [east, south], ...input, imports: [aggregated(ips)] }), { failure });
    const [ready] = status?.conditions ?? [];
    expect([`Ready=${ready?.status ?? ''} ${ready?.reason ?? ''}`, status?.endpointSliceObjects, status?.clusters.join(',')]).toEqual(expected);
    expect(ready?.observedGeneration).toBe(4);
  });

  it('is none for a ServiceImport that somebody else made', () => {
    const foreign = { ...aggregated([]), metadata: { name: 'web', namespace: 'shop' } };
    expect(wantedImportStatus(KEY, importSources({ records: [east], imports: [foreign] }))).toBeUndefined();
  });

  it.each([
    { title: 'says nothing while every exporter can be reached', unreachable: [], expected: [], served: ['east', 'south'] },
    {
      title: 'says whose endpoints are withdrawn because the connection fails',
      unreachable: ['south'],
      expected: ['False ConnectionFailed The connection to cluster "south" fails; its endpoints are withdrawn while others offer the service'],
      served: ['east'],
    },
    {
      title: 'says that the gateway does not report',
      unreachable: ['south'],
      silentGateway: 'node-1',
      expected: ['False ConnectionFailed The connection to cluster "south" fails (the gateway agent of node "node-1" does not report); its endpoints are withdrawn while others offer the service'],
      served: ['east'],
    },
    {
      title: 'says that endpoints stay where nobody else offers the service',
      unreachable: ['east', 'south'],
      expected: [
        'False ConnectionFailed The connection to cluster "east" fails; its endpoints stay, for no other cluster has a ready one\nThe connection to cluster "south" fails; its endpoints stay, for no other cluster has a ready one',
      ],
      served: ['east', 'south'],
    },
  ])('$title', ({ unreachable, silentGateway = '', expected, served }) => {
    const sources = importSources({ records: [east, south], imports: [aggregated(['10.96.0.1'])], unreachable, ...(silentGateway !== '' && { silentGateway }) });
    const found = wantedImportStatus(KEY, sources)?.conditions.filter(({ type }) => type === REACHABLE) ?? [];
    expect(found.map(({ status, reason, message }) => `${status} ${reason} ${message}`)).toEqual(expected);
    expect(wantedImport(KEY, sources).endpoints.map(({ cluster }) => cluster)).toEqual(served);
  });
});
