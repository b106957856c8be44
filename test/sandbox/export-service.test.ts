import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import { PLACEMENT_POLICY } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import { describeExport } from '../../src/cli/present-deploy.ts';
import { exportService, type ExportServiceOptions, unexportService } from '../../src/deployers/index.ts';
import { type DeployFleet, snapshot, startFleet } from '../helpers/deploy-fleet.ts';
import { rejection } from '../helpers/thrown.ts';

jest.setTimeout(60_000);

let fleet: DeployFleet;
let stopDesk: () => Promise<void>;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.deployBroker();
  stopDesk = await fleet.startDesk();
  await fleet.join(0);
  const create = (name: string, spec: object) => fleet.admin(0).create(resources.services, { metadata: { name, namespace: 'default' }, spec });
  await create('nginx', { ports: [{ port: 80 }] });
  await create('elsewhere', { type: 'ExternalName', externalName: 'example.com' });
});

afterAll(async () => {
  await stopDesk();
  await fleet.stop();
});

const options = (more: Partial<ExportServiceOptions> = {}): ExportServiceOptions => ({ name: 'nginx', namespace: 'default', wait: 'none', timeoutMs: 300, dryRun: false, ...more });

describe('exportService()', () => {
  it('shares a service under its name of the clusterset, once', async () => {
    const first = await exportService(fleet.context(0), options());
    expect(first).toMatchObject({ dnsName: 'nginx.default.svc.clusterset.local', isUnchanged: false, serviceExists: true, warnings: [] });
    expect(await exportService(fleet.context(0), options())).toMatchObject({ isUnchanged: true });
    expect((await fleet.admin(0).list(resources.serviceExports, { namespace: 'default' })).items.map(({ metadata }) => metadata.name)).toEqual(['nginx']);
  });

  it('warns about a service that is not there yet, and exports it all the same', async () => {
    const result = await exportService(fleet.context(0), options({ name: 'later' }));
    expect(result.warnings).toEqual([expect.stringContaining('There is no Service "default/later" yet')]);
    expect(describeExport(result)).toBe('Service default/later will be exported as later.default.svc.clusterset.local as soon as it exists');
    expect(await fleet.admin(0).find(resources.serviceExports, 'later', 'default')).toBeDefined();
  });

  it('sets, changes, keeps and takes back a placement policy', async () => {
    const policyOf = async () => (await fleet.admin(0).get(resources.serviceExports, 'placed', 'default')).metadata.annotations?.[PLACEMENT_POLICY];
    const ensure = (policy?: string) => exportService(fleet.context(0), options({ name: 'placed', ...(policy !== undefined && { policy }) }));
    await ensure('failover=east, west');
    expect(await policyOf()).toBe('failover=east,west');
    await ensure();
    expect(await policyOf()).toBe('failover=east,west');
    expect(await ensure('local')).toMatchObject({ isUnchanged: false });
    expect(await policyOf()).toBe('local');
    expect(await ensure('local')).toMatchObject({ isUnchanged: true });
    await ensure('all');
    expect(await policyOf()).toBeUndefined();
  });

  it.each([
    ['a policy that is none', { policy: 'nearest' }, 'MCS_USAGE', 2],
    ['an ExternalName', { name: 'elsewhere' }, 'MCS_SERVICE_NOT_EXPORTABLE', 1],
    ['a namespace that does not exist', { namespace: 'nowhere' }, 'MCS_NAMESPACE_NOT_FOUND', 2],
  ])('refuses %s, and writes nothing', async (_title, more, code, exitCode) => {
    const before = await snapshot(fleet.admin(0));
    expect(await rejection(exportService(fleet.context(0), options(more)))).toMatchObject({ code, exitCode, hints: expect.arrayContaining([expect.any(String)]) });
    expect(await snapshot(fleet.admin(0))).toEqual(before);
  });

  it('says that a cluster which is no member cannot export', async () => {
    expect(await rejection(exportService(fleet.context(1), options()))).toMatchObject({ code: 'MCS_NOT_JOINED', hints: ['mcs join broker-info.subm'] });
  });

  it('only prints in a dry run', async () => {
    const { manifests = '' } = await exportService(fleet.context(0), options({ name: 'dry', dryRun: true }));
    expect(parse(manifests)).toMatchObject({ apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceExport', metadata: { name: 'dry', namespace: 'default' } });
    expect(await fleet.admin(0).find(resources.serviceExports, 'dry', 'default')).toBeUndefined();
  });

  it('shows the standing policy in a dry run, and has the server try the write', async () => {
    const dryRun = (more: Partial<ExportServiceOptions>) => exportService(fleet.context(0), options({ name: 'planned', dryRun: true, ...more }));
    await exportService(fleet.context(0), options({ name: 'planned', policy: 'local' }));
    const kept = await dryRun({});
    expect(parse(kept.manifests ?? '')).toMatchObject({ metadata: { annotations: { [PLACEMENT_POLICY]: 'local' } } });
    expect(kept.steps.at(-1)).toMatchObject({ state: 'unchanged' });
    expect((await dryRun({ policy: 'all' })).steps.at(-1)).toMatchObject({ state: 'planned' });
    expect((await fleet.admin(0).get(resources.serviceExports, 'planned', 'default')).metadata.annotations).toEqual({ [PLACEMENT_POLICY]: 'local' });
    expect(await rejection(dryRun({ name: 'Not_A_Name' }))).toBeInstanceOf(Error);
  });

  it('names the condition that it waited for in vain', async () => {
    const error = await rejection(exportService(fleet.context(0), options({ name: 'unseen', wait: 'ready' })));
    expect(error).toMatchObject({ code: 'MCS_TIMEOUT', exitCode: 5, message: expect.stringContaining('no condition Ready') });
  });
});

describe('unexportService()', () => {
  it('ends the sharing, and says so the second time', async () => {
    await exportService(fleet.context(0), options({ name: 'shared' }));
    await unexportService(fleet.context(0), { name: 'shared', namespace: 'default' });
    expect(await fleet.admin(0).find(resources.serviceExports, 'shared', 'default')).toBeUndefined();
    expect(await rejection(unexportService(fleet.context(0), { name: 'shared', namespace: 'default' }))).toMatchObject({ code: 'MCS_SERVICE_NOT_EXPORTED', exitCode: 1 });
  });
});
