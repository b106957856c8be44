import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import { EXPORT_POLICY, EXPORT_WISH } from '../../src/api/labels.ts';
import { MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { clusterLocalSections, describeClusterLocalChange } from '../../src/cli/present-cluster-local.ts';
import { describeExportPolicy, describeUnexportPolicy, policySections } from '../../src/cli/present-policies.ts';
import { changeClusterLocal, exportPolicy, unexportPolicy, unexportService } from '../../src/deployers/index.ts';
import { readClusterLocalReport } from '../../src/inspect/cluster-local/cluster-local-report.ts';
import { readPolicyReport } from '../../src/inspect/export-policies/policy-report.ts';
import { closeFleet, describeUnread, type Fleet, surveyFleet } from '../../src/inspect/survey-fleet.ts';
import { type DeployFleet, startFleet } from '../helpers/deploy-fleet.ts';
import { rejection } from '../helpers/thrown.ts';

jest.setTimeout(60_000);

let fleet: DeployFleet;
let stopDesk: () => Promise<void>;
const { signal } = new AbortController();

/** No controller runs: exports are made here in its place. */
beforeAll(async () => {
  fleet = await startFleet();
  await fleet.deployBroker();
  stopDesk = await fleet.startDesk();
  await fleet.join(0);
  const admin = fleet.admin(0);
  await admin.create(resources.namespaces, { metadata: { name: 'shop', labels: { team: 'a' } } });
  for (const name of ['web', 'api']) await admin.create(resources.services, { metadata: { name, namespace: 'shop', labels: { tier: name } }, spec: { ports: [{ port: 80 }] } });
  await admin.create(resources.services, { metadata: { name: 'out', namespace: 'shop', annotations: { [EXPORT_WISH]: 'false' } }, spec: { ports: [{ port: 80 }] } });
});

afterAll(async () => {
  await stopDesk();
  await fleet.stop();
});

async function survey<T>(use: (found: Fleet) => Promise<T>): Promise<T> {
  const found = await surveyFleet([{ context: 'one', connect: () => Promise.resolve(fleet.admin(0)) }], { signal, timeoutMs: 10_000 });
  try {
    return await use(found);
  } finally {
    closeFleet(found);
  }
}

describe('exportPolicy(), unexportPolicy() and readPolicyReport()', () => {
  it('a dry run tells what would be exported and skipped, and writes nothing', async () => {
    const result = await exportPolicy(fleet.context(0), { name: 'web', namespaces: ['shop'], dryRun: true });
    expect(describeExportPolicy(result)).toMatch(/Would export: +2: shop\/api, shop\/web\nSkips: +shop\/out \(its annotation/);
    expect(parse(result.manifests ?? '')).toMatchObject({ kind: 'ServiceExportPolicy', metadata: { name: 'web' }, spec: { namespaces: ['shop'] } });
    expect(await fleet.admin(0).find(resources.exportPolicies, 'web')).toBeUndefined();
  });

  it('makes it, finds it unchanged, and changes the whole selection', async () => {
    const ensure = (more: object): ReturnType<typeof exportPolicy> => exportPolicy(fleet.context(0), { name: 'web', dryRun: false, ...more });
    expect(await ensure({ namespaces: ['shop'] })).toMatchObject({ isUnchanged: false });
    expect(await ensure({ namespaces: ['shop'] })).toMatchObject({ isUnchanged: true });
    expect(await ensure({ namespaceSelector: 'team=a', selector: 'tier in (web,x)' })).toMatchObject({ isUnchanged: false, selects: 'namespaces with team=a; services with tier in (web,x)', preview: { pending: ['shop/web'] } });
    expect((await fleet.admin(0).get(resources.exportPolicies, 'web')).spec).toEqual({ namespaceSelector: { matchLabels: { team: 'a' } }, serviceSelector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['web', 'x'] }] } });
  });

  it('shows what each exports, and what it skips and why; an export of a policy is not unexported by itself', async () => {
    await fleet.admin(0).create(resources.serviceExports, { metadata: { name: 'web', namespace: 'shop', labels: { [EXPORT_POLICY]: 'web' } } });
    await fleet.admin(0).create(resources.exportPolicies, { metadata: { name: 'wide' }, spec: { namespaces: ['shop'] } });
    const report = await survey((found) => readPolicyReport(found, signal));
    expect(report.policies).toMatchObject([
      { policy: 'web', exported: ['shop/web'], pending: [], skipped: [], state: 'ok' },
      { policy: 'wide', exported: [], pending: ['shop/api'], skipped: [{ service: 'shop/out', reason: 'OptedOut' }, { service: 'shop/web', reason: 'OtherPolicy', message: 'policy "web" has it' }], state: '1 not exported yet' },
    ]);
    expect(policySections({ ...report, unread: report.unread.map(describeUnread) }).map(({ rows }) => rows.length)).toEqual([2, 2]);
    expect(await rejection(unexportService(fleet.context(0), { name: 'web', namespace: 'shop' }))).toMatchObject({ code: 'MCS_EXPORTED_BY_POLICY' });
  });

  it('removes a policy, and says which exports go', async () => {
    const planned = await unexportPolicy(fleet.context(0), { name: 'web', dryRun: true });
    expect(describeUnexportPolicy(planned)).toContain('delete ServiceExportPolicy web');
    expect(await unexportPolicy(fleet.context(0), { name: 'web' })).toMatchObject({ exported: ['shop/web'] });
    expect(await rejection(unexportPolicy(fleet.context(0), { name: 'web' }))).toMatchObject({ code: 'MCS_EXPORT_POLICY_NOT_FOUND' });
  });

  it.each([
    [{ selector: 'a b' }, '--selector'],
    [{ namespaces: ['No'] }, '"No" is no name of a namespace'],
    [{ namespaces: [] }, 'is no name of a namespace'],
    [{ name: 'No' }, 'that is no name for an object'],
  ])('refuses %j', async (options, message) => {
    expect(await rejection(exportPolicy(fleet.context(0), { name: 'x', dryRun: false, ...options }))).toMatchObject({ code: 'MCS_USAGE', message: expect.stringContaining(message) });
  });
});

describe('changeClusterLocal() and readClusterLocalReport()', () => {
  const change = (key: 'fallthrough' | 'reflection', verb: 'enable' | 'disable', namespaces: '*' | readonly string[], dryRun = false): ReturnType<typeof changeClusterLocal> => changeClusterLocal(fleet.context(0), { key, change: verb, namespaces, dryRun });
  const data = async (): Promise<unknown> => (await fleet.admin(0).find(resources.configMaps, MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE))?.data;

  it('adds and removes namespaces of the one, and leaves the other alone', async () => {
    const dry = await change('reflection', 'enable', ['shop'], true);
    expect(parse(dry.manifests ?? '')).toMatchObject({ kind: 'ConfigMap', data: { reflection: 'shop' } });
    expect(await data()).toBeUndefined();
    expect(describeClusterLocalChange(await change('reflection', 'enable', ['shop']))).toBe('Reflection: shop (before: off)');
    await change('fallthrough', 'enable', '*');
    await change('reflection', 'enable', ['bank', 'shop']);
    expect(await data()).toEqual({ reflection: 'bank,shop', fallthrough: '*' });
    expect(await change('fallthrough', 'enable', ['shop'])).toMatchObject({ isUnchanged: true, after: '*' });
    expect(await rejection(change('fallthrough', 'disable', ['shop']))).toMatchObject({ code: 'MCS_USAGE' });
    await change('reflection', 'disable', ['bank']);
    const report = await survey((found) => readClusterLocalReport(found, signal));
    expect(report.clusters).toMatchObject([{ fallthrough: '*', reflection: 'shop', reflected: [], unreflected: [] }]);
    expect(clusterLocalSections({ ...report, unread: [] }, 'fallthrough')[0]?.rows[0]?.slice(1)).toEqual(['all namespaces', 'unknown', 'the controller has said nothing yet']);
    await change('fallthrough', 'disable', '*');
    expect(await data()).toEqual({ reflection: 'shop' });
    expect(await rejection(change('reflection', 'enable', ['No']))).toMatchObject({ code: 'MCS_USAGE' });
  });

  it('needs a member', async () => {
    expect(await rejection(changeClusterLocal(fleet.context(1), { key: 'reflection', change: 'enable', namespaces: '*', dryRun: false }))).toMatchObject({ code: 'MCS_NOT_JOINED' });
  });
});
