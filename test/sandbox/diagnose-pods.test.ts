import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import type { DiagnoseReport } from '../../src/diagnose/report.ts';
import { closeFleet, type Fleet } from '../../src/inspect/survey-fleet.ts';
import { ApiError } from '../../src/kube/api-error.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { type DeployFleet, serveInFirst, startMembers, surveyMembers } from '../helpers/deploy-fleet.ts';
import { eventually } from '../helpers/eventually.ts';

const MEMBER = 'submariner-operator';
const BROKER = 'submariner-k8s-broker';
const KEY = { namespace: 'shop', name: 'web' };
const ASKED = ['MCS-DEP-08', 'MCS-BRK-02', 'MCS-BRK-03', 'MCS-BRK-04', 'MCS-BRK-05', 'MCS-BRK-06', 'MCS-BRK-07', 'MCS-SD-10', 'MCS-SD-11', 'MCS-DNS-04'];
const { signal } = new AbortController();

let clusters: DeployFleet;
let runs = 0;

/** Two members with their agents, and a Service of the first that both import. */
beforeAll(async () => {
  clusters = await startMembers(['controller', 'dns', 'desk', 'probe']);
  await serveInFirst(clusters, KEY);
  await clusters.admin(0).create(resources.serviceExports, { metadata: KEY });
  await eventually(async () => (await clusters.admin(1).list(resources.endpointSlices, { namespace: KEY.namespace })).items.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready !== false)), { timeoutMs: 60_000 });
}, 120_000);
afterAll(() => clusters.stop());

/** All that a pod is run for, in both clusters; `prepare` may put other clients in their places. */
async function run(prepare: (fleet: Fleet) => Fleet = (fleet) => fleet): Promise<DiagnoseReport> {
  const fleet = await surveyMembers(clusters, signal);
  const pods = { found: { runID: `test${(runs += 1)}`, startMs: 20_000, tryMs: 2000, progress: () => undefined } };
  try {
    return await diagnose(prepare(fleet), { only: ASKED, pods, signal, deadlineMs: 60_000 });
  } finally {
    closeFleet(fleet);
  }
}

const secondOnly = (fleet: Fleet): Fleet => ({ ...fleet, clusters: fleet.clusters.filter(({ context }) => context === 'cluster1') });
const causesOf = ({ rootCauses }: DiagnoseReport): string[] => rootCauses.map(({ cluster, id }) => `${cluster} ${id}`);
const statusesOf = ({ clusters: reports }: DiagnoseReport): unknown[] => reports.flatMap(({ checks }) => checks.map(({ evidence, id, status }) => (status === 'pass' ? [id] : [id, status, evidence])));

/** Changes the credential of the second member, runs `look`, and puts it back. */
async function withCredential<T>(change: Readonly<Record<string, string>>, look: () => Promise<T>): Promise<T> {
  const admin = clusters.admin(1);
  const { data } = await admin.get(resources.secrets, 'mcs-broker', MEMBER);
  const encoded = Object.fromEntries(Object.entries(change).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
  const patch = (values: object | undefined): Promise<unknown> => admin.patch(resources.secrets, 'mcs-broker', MEMBER, 'application/merge-patch+json', { data: values });
  await patch(encoded);
  try {
    return await look();
  } finally {
    await patch(data);
  }
}

describe('checks that take a pod, over two members of a sandbox', () => {
  it('pass where all is well, and leave neither a pod nor the credential behind', async () => {
    const report = await run();
    expect(statusesOf(report)).toEqual([...ASKED.filter((id) => id !== 'MCS-SD-10'), ...ASKED].map((id) => [id]));
    const { data } = await clusters.admin(1).get(resources.secrets, 'mcs-broker', MEMBER);
    expect(JSON.stringify(report)).not.toContain(Buffer.from(data?.token ?? '', 'base64').toString());
    for (const index of [0, 1]) await eventually(async () => (await clusters.admin(index).list(resources.pods, { namespace: MEMBER, labelSelector: 'mcs.clusterset.local/owner=probe' })).items.length === 0);
  });

  it.each<[string, () => Readonly<Record<string, string>>, string, string]>([
    ['a name that does not exist', () => ({ server: 'https://no-such-broker.invalid:6443' }), 'MCS-BRK-02', 'no-such-broker.invalid'],
    ['a port that nobody listens at', () => ({ server: clusters.sandbox.cluster(0).entry.server.replace(/:\d+$/, ':1') }), 'MCS-BRK-03', 'ECONNREFUSED'],
    ['another authority', () => ({ ca: clusters.sandbox.cluster(1).entry.ca }), 'MCS-BRK-04', 'AUTHORITY_MISMATCH'],
    ['a token that nobody issued', () => ({ token: 'nonsense' }), 'MCS-BRK-05', 'HTTP 401'],
  ])('name the layer of the way to the broker that is broken by %s', async (_what, change, id, evidence) => {
    const report = await withCredential(change(), () => run(secondOnly));
    expect(causesOf(report)).toEqual([`cluster1 ${id}`]);
    expect(JSON.stringify(report)).toContain(evidence);
  });

  it('name the rights that are missing on the broker', async () => {
    const admin = clusters.admin(0);
    const { metadata: { name, labels: marks }, roleRef, subjects } = await admin.get(resources.roleBindings, 'cluster-cluster1', BROKER);
    await admin.delete(resources.roleBindings, name, BROKER);
    expect(causesOf(await run(secondOnly))).toEqual(['cluster1 MCS-BRK-06']);
    await admin.create(resources.roleBindings, { metadata: { name, namespace: BROKER, ...(marks && { labels: marks }) }, roleRef, ...(subjects && { subjects }) });
  });

  it('are left out with the reason where pods are refused', async () => {
    const refusal = new ApiError({ apiVersion: 'v1', kind: 'Status', status: 'Failure', code: 403, message: 'pods "x" is forbidden: exceeded quota' });
    const refuse = (client: KubeClient): KubeClient => new Proxy(client, { get: (target, name: keyof KubeClient) => (name === 'create' ? () => Promise.reject(refusal) : typeof target[name] === 'function' ? target[name].bind(target) : target[name]) });
    const report = await run((fleet) => ({ ...fleet, clusters: fleet.clusters.map((cluster) => ({ ...cluster, client: refuse(cluster.client) })) }));
    expect([...new Set(report.clusters.flatMap(({ checks }) => checks.map(({ evidence, status }) => `${status}: ${evidence.join()}`)))]).toEqual(['skip: not tested: no pod may be run in namespace "submariner-operator": pods "x" is forbidden: exceeded quota']);
  });
});
