import { describe, expect, it } from '@jest/globals';
import { MCS_SERVICE_NAME } from '../../../../src/api/labels.ts';
import { resources } from '../../../../src/api/resources.ts';
import type { Service, ServiceImport } from '../../../../src/api/types/index.ts';
import { findExportOrphans, findImportOrphans, findStrangers, judgeOrphans, orphanChecks } from '../../../../src/diagnose/checks/orphans.ts';
import { ownershipLabels } from '../../../../src/sync/ownership.ts';
import { SERVICE_OWNER, toBrokerObjects } from '../../../../src/sync/service/broker-objects.ts';
import { contextAmong, member } from '../../../helpers/diagnose-scene.ts';
import { createMemoryClient } from '../../../helpers/memory-client.ts';
import { serviceRecord } from '../../../helpers/service-records.ts';

const OURS = ownershipLabels({ owner: SERVICE_OWNER, originCluster: 'east', originUid: 'u' });
const records = (...clusters: string[]) => new Map(clusters.length === 0 ? [] : [['shop/web', clusters.map((cluster) => serviceRecord(cluster))]]);
const imported = (labels: Record<string, string> = OURS): ServiceImport => ({ apiVersion: '', kind: '', metadata: { name: 'web', namespace: 'shop', labels }, spec: { type: 'ClusterSetIP', ports: [] } });
const derived = (labels: Record<string, string> = OURS): Service => ({ apiVersion: '', kind: '', metadata: { name: 'derived-x', namespace: 'shop', labels: { ...labels, [MCS_SERVICE_NAME]: 'web' } }, spec: {} });

describe('findImportOrphans', () => {
  it.each([
    ['all is exported', [imported()], [derived()], records('east'), []],
    ['nobody exports it any more', [imported()], [derived()], records(), ['ServiceImport web', 'Service derived-x']],
    ['the import is gone', [], [derived()], records('east'), ['Service derived-x']],
    ['they are of somebody else', [imported({})], [derived({})], records(), []],
  ])('%s', (_title, imports, services, there, expected) => {
    expect(findImportOrphans(imports, services, { records: there }).map(({ resource, name }) => `${resource} ${name}`)).toEqual(expected);
  });
});

describe('findExportOrphans', () => {
  it.each([
    ['exported here', ['shop/web'], records('west'), []],
    ['not exported here', [], records('west'), ['shop/web']],
    ['exported by another cluster only', [], records('east'), []],
  ])('%s', (_title, exported, there, expected) => {
    expect(findExportOrphans('west', new Set(exported), { records: there })).toEqual(expected);
  });
});

const brokerImport = (cluster: string) => toBrokerObjects(serviceRecord(cluster), 'broker').serviceImport.object;

describe('findStrangers', () => {
  it('takes copies of clusters that are no members', () => {
    const imports = ['east', 'ghost'].map((cluster) => ({ apiVersion: '', kind: '', ...brokerImport(cluster) }));
    expect(findStrangers(new Set(['east']), { imports })).toEqual([{ resource: 'ServiceImport', namespace: 'broker', name: 'web.shop.ghost', reason: 'the broker has no member "ghost"' }]);
  });
});

describe('judgeOrphans', () => {
  it('deletes each where it stands', () => {
    const orphan = { resource: 'ServiceImport', reason: 'gone' } as const;
    const leftovers = { imported: [{ ...orphan, namespace: 'shop', name: 'web' }], strangers: [{ ...orphan, namespace: 'broker', name: 'web.shop.ghost' }], exported: ['shop/pay'] };
    expect(judgeOrphans(leftovers, { kubectl: 'kubectl --context a', brokerKubectl: 'kubectl --context b -n broker' })).toEqual({
      status: 'warn',
      evidence: ['ServiceImport shop/web: gone', 'ServiceImport broker/web.shop.ghost: gone', 'the broker still has the export shop/pay of this cluster, which has no such ServiceExport'],
      fix: ['kubectl --context a -n submariner-operator logs deployment/mcs-controller', 'kubectl --context b -n broker logs deployment/mcs-desk', 'kubectl --context a -n shop delete serviceimport web', 'kubectl --context b -n broker delete serviceimport web.shop.ghost'],
    });
  });
});

describe('MCS-SD-07', () => {
  const clock = { schedule: (callback: () => void) => { queueMicrotask(callback); return () => undefined; } };

  it.each([
    ['warns of what is still there', true, 'warn'],
    ['passes where it was taken away meanwhile', false, 'pass'],
  ])('%s', async (_title, isLeft, expected) => {
    const client = createMemoryClient();
    client.seed(resources.clusters, { metadata: { name: 'east', namespace: 'broker' }, spec: { cluster_id: 'east', cluster_cidr: [], service_cidr: [] } });
    if (isLeft) client.seed(resources.serviceImports, imported());
    const made = member('west', {});
    const broker = { namespace: 'broker', members: [{ clusterID: 'east', podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], joinedAt: '', exports: 0 }, { clusterID: 'west', podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], joinedAt: '', exports: 0 }] };
    const cluster = { ...made, client, state: { ...made.state, broker, member: { ...made.state.member, imports: [imported()] } } } as unknown as typeof made;
    const outcome = await orphanChecks[0]?.run(contextAmong(cluster, [], clock), new AbortController().signal);
    expect(outcome?.status).toBe(expected);
  });
});
