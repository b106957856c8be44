import { describe, expect, it } from '@jest/globals';
import type { KubeObject, Service, ServiceImport } from '../../../../src/api/types/index.ts';
import { derivedServiceChecks, judgeDerived } from '../../../../src/diagnose/checks/derived-services.ts';
import type { DiagnoseContext } from '../../../../src/diagnose/context.ts';
import { ReadOnce } from '../../../../src/diagnose/read-once.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { ownershipLabels } from '../../../../src/sync/ownership.ts';
import { SERVICE_OWNER } from '../../../../src/sync/service/broker-objects.ts';
import { derivedServiceName } from '../../../../src/sync/service/imported-names.ts';
import { stubClient } from '../../../helpers/stub-client.ts';

const LABELS = ownershipLabels({ owner: SERVICE_OWNER, originCluster: 'east', originUid: 'u' });
const NAME = derivedServiceName('shop', 'cart');
const imported = (...ips: string[]): ServiceImport => ({ apiVersion: '', kind: 'ServiceImport', metadata: { name: 'cart', namespace: 'shop', labels: LABELS }, spec: { type: 'ClusterSetIP', ports: [], ips } });
const derived = (clusterIP: string, labels: Record<string, string> = LABELS): Service => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: NAME, namespace: 'shop', labels }, spec: { clusterIP, ports: [] } });

describe('judgeDerived', () => {
  it.each([
    ['the address of the import', derived('10.0.0.1'), []],
    ['missing', undefined, [`there is no Service shop/${NAME}`]],
    ['of somebody else', derived('10.0.0.1', {}), ['not marked as made by mcs']],
    ['without an address', derived(''), ['has no ClusterIP']],
    ['with another address', derived('10.0.0.2'), ['the import shows 10.0.0.1, but']],
  ])('a Service that is %s', (_title, service, expected) => {
    const { status, evidence } = judgeDerived([{ serviceImport: imported('10.0.0.1'), derived: service }], 'kubectl');
    expect(status).toBe(expected.length === 0 ? 'pass' : 'fail');
    for (const text of expected) expect(evidence.join('\n')).toContain(text);
  });
});

describe('MCS-SD-08', () => {
  const run = (now: { readonly serviceImport?: ServiceImport; readonly service?: Service }) => {
    const find = (({ kind }: { kind: string }): Promise<KubeObject | undefined> => Promise.resolve(kind === 'Service' ? now.service : now.serviceImport)) as unknown as KubeClient['find'];
    const list = (() => Promise.resolve({ items: [] })) as unknown as KubeClient['list'];
    const context = { readings: new ReadOnce(), cluster: { client: stubClient({ find, list }), context: 'c', state: { member: { imports: [imported('10.0.0.1')] } } } } as unknown as DiagnoseContext;
    return derivedServiceChecks[0]?.run(context, new AbortController().signal);
  };

  it.each([
    ['is still missing', { serviceImport: imported('10.0.0.1') }, 'fail'],
    ['has come meanwhile', { serviceImport: imported('10.0.0.1'), service: derived('10.0.0.1') }, 'pass'],
    ['has gone with its import', {}, 'pass'],
  ])('reads again what looks wrong: the Service %s', async (_title, now, status) => {
    await expect(run(now)).resolves.toMatchObject({ status });
  });
});
