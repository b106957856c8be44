import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { traceService, type TraceReport } from '../../src/diagnose/trace/trace-service.ts';
import { type Stage, STAGES } from '../../src/diagnose/wait/judge-stage.ts';
import { type WaitReport, waitForService } from '../../src/diagnose/wait/wait-for-service.ts';
import { diffService } from '../../src/inspect/service/diff-service.ts';
import { readServiceView } from '../../src/inspect/service/read-service-view.ts';
import { closeFleet, type Fleet } from '../../src/inspect/survey-fleet.ts';
import { type DeployFleet, serveInFirst, startMembers, surveyMembers } from '../helpers/deploy-fleet.ts';
import { eventually } from '../helpers/eventually.ts';

const KEY = { namespace: 'shop', name: 'web' };
const { signal } = new AbortController();
const pods = { startMs: 20_000, tryMs: 3000, progress: () => undefined };

let clusters: DeployFleet;
let fleet: Fleet;
let runs = 0;

/** Two members with all their agents, and a Service in the first that nobody exports yet. */
beforeAll(async () => {
  clusters = await startMembers(['controller', 'dns', 'desk', 'probe']);
  await serveInFirst(clusters, KEY);
  fleet = await surveyMembers(clusters, signal);
}, 120_000);
afterAll(async () => {
  closeFleet(fleet);
  await clusters.stop();
});

const trace = (withPods: boolean): Promise<TraceReport> => traceService(fleet, KEY, { ...(withPods && { pods: { ...pods, runID: `trace${(runs += 1)}` } }), signal, timeoutMs: 20_000 });
const wait = (stage: Stage, timeoutMs = 60_000): Promise<WaitReport> => waitForService(fleet, KEY, { stage, timeoutMs, pods, makeRunID: () => `wait${(runs += 1)}`, signal, progress: () => undefined });

describe('a service over two members of a sandbox', () => {
  it('is not exported: trace stops there, wait runs out of time and says how far it is', async () => {
    const { ok, paths } = await trace(false);
    expect([ok, paths.map(({ brokenAt, from, to }) => [from, to, brokenAt])]).toEqual([false, [['cluster0', 'cluster0', 'export'], ['cluster1', 'cluster0', 'export']]]);
    await expect(wait('imported', 1)).rejects.toMatchObject({ code: 'MCS_TIMEOUT' });
  });

  it('is exported, imported, resolvable and reachable at last', async () => {
    await clusters.admin(0).create(resources.serviceExports, { metadata: KEY });
    for (const stage of STAGES) expect((await wait(stage)).clusters.map(({ isDone }) => isDone)).toEqual(stage === 'exported' ? [true] : [true, true]);
  });

  it('is followed to its endpoints and through its clusterset IP by a pod, which is removed', async () => {
    const { ok, paths } = await trace(true);
    // a sandbox has no DNS of its own to be wired
    const open = paths.flatMap(({ hops }) => hops.filter(({ state }) => state !== 'ok').map(({ evidence, id, state }) => [id, state, evidence]));
    expect([ok, open.map(([id, state]) => [id, state])]).toEqual([true, [['cluster-dns', 'untested'], ['cluster-dns', 'untested']]]);
    await eventually(async () => (await clusters.admin(1).list(resources.pods, { namespace: KEY.namespace })).items.length === 0);
  });

  it('is the same everywhere, but for a copy that somebody changed', async () => {
    const read = async (): Promise<ReturnType<typeof diffService>> => diffService(await readServiceView(fleet, KEY, { signal, timeoutMs: 20_000 }));
    expect((await read()).ok).toBe(true);
    // nobody repairs it while the controller of the exporter is away
    await clusters.admin(0).patch(resources.deployments, 'mcs-controller', 'submariner-operator', 'application/merge-patch+json', { spec: { replicas: 0 } });
    await eventually(async () => (await clusters.admin(0).list(resources.pods, { namespace: 'submariner-operator', labelSelector: 'app.kubernetes.io/component=controller' })).items.length === 0);
    await clusters.admin(0).patch(resources.serviceImports, 'web.shop.cluster0', 'submariner-k8s-broker', 'application/merge-patch+json', { spec: { sessionAffinity: 'ClientIP' } });
    const { exports } = await read();
    expect(exports[0]?.fields.filter(({ differs }) => differs).map(({ field, values }) => [field, ...values.slice(0, 2)])).toEqual([['session affinity', 'None', 'ClientIP']]);
    const { paths } = await trace(false);
    expect(paths.map(({ brokenAt }) => brokenAt)).toEqual(['broker', 'broker']);
  });
});
