import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../../src/api/types/index.ts';
import { renderRecording, slimPod } from '../../../../src/diagnose/gather/archive-format.ts';
import { collectLogs, planLogs } from '../../../../src/diagnose/gather/collect-logs.ts';
import { addObject, createRecording } from '../../../../src/diagnose/gather/recording.ts';
import { openRedactor } from '../../../../src/diagnose/gather/redact.ts';
import { resources } from '../../../../src/api/resources.ts';
import type { ClusterState } from '../../../../src/inspect/cluster-state.ts';
import { stubClient } from '../../../helpers/stub-client.ts';

function pod(namespace: string, name: string, labels: Record<string, string>, restartCount = 0): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels, annotations: { note: 'x' } },
    spec: { nodeName: 'n1', containers: [{ name: 'main', image: 'i:1', env: [{ name: 'A', value: 'b' }], args: ['--x'] }], volumes: [{ name: 'v' }] },
    status: { phase: 'Running', podIP: '10.0.0.1', containerStatuses: [{ name: 'main', image: 'i:1', ready: true, restartCount }] },
  };
}
const PODS = [pod('submariner-operator', 'ours', {}, 2), pod('kube-system', 'coredns', { 'k8s-app': 'kube-dns' }), pod('kube-system', 'other', { 'k8s-app': 'cni' }), pod('shop', 'web', {})];
const STATE: ClusterState = { uid: 'u', kubernetesVersion: 'v1.34.0', workloads: [] };

describe('planLogs', () => {
  it("wants those of our own pods and of the cluster's DNS, and of the run before where there was one", () => {
    expect(planLogs(PODS, ['submariner-operator']).map(({ pod: name, isPrevious }) => [name, isPrevious])).toEqual([['ours', false], ['ours', true], ['coredns', false]]);
  });
});

describe('collectLogs', () => {
  it('names the logs that it cannot have, and brings the others', async () => {
    const recording = createRecording();
    for (const each of PODS) addObject(recording, resources.pods, each);
    const asked: string[] = [];
    const getPath = <T>(path: string): Promise<T> => {
      asked.push(path);
      return path.includes('previous=true') ? Promise.reject(new Error('gone')) : Promise.resolve((path.includes('coredns') ? { level: 'info' } : 'said\n') as T);
    };
    const { logs, missing } = await collectLogs(stubClient({ getPath }), { state: STATE, recording }, { signal: new AbortController().signal, sinceSeconds: 60, maxBytes: 1000, progress: () => undefined });
    expect(logs.map(({ pod: name, text }) => [name, text])).toEqual([['ours', 'said\n'], ['coredns', '{"level":"info"}']]);
    expect(missing).toEqual([{ what: 'log of submariner-operator/ours main, run before', reason: 'gone' }]);
    expect(asked[0]).toBe('/api/v1/namespaces/submariner-operator/pods/ours/log?container=main&timestamps=true&tailLines=20000&limitBytes=1000&sinceSeconds=60');
  });
});

describe('renderRecording', () => {
  const recording = createRecording();
  for (const each of PODS) addObject(recording, resources.pods, each);
  const event = (name: string, lastTimestamp: string): void => { addObject(recording, resources.events, Object.assign({ apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: 'shop' } }, { lastTimestamp })); };
  event('old', '2026-01-01T00:00:00Z');
  event('new', '2026-01-03T00:00:00Z');
  addObject(recording, resources.leases, { apiVersion: 'v1', kind: 'Lease', metadata: { name: 'lock', namespace: 'x', managedFields: [{ time: 'then' }] } });
  addObject(recording, resources.services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'x', managedFields: [{ time: 'then' }] } });
  const files = new Map(renderRecording(recording, { redactor: openRedactor, own: ['submariner-operator'], sinceTime: Date.UTC(2026, 0, 2) }).map(({ path, text }) => [path, text]));

  it('shows pods of others without what they run with', () => {
    expect(JSON.parse(files.get('objects/pods.json') ?? '')).toMatchObject({ kind: 'List', items: [{ metadata: { name: 'coredns', annotations: { note: 'x' } } }, {}, slimPod(PODS[3] as Pod), { spec: { volumes: [{}] } }] });
    expect(JSON.stringify(slimPod(PODS[3] as Pod))).not.toMatch(/env|args|volumes|annotations/);
    expect(slimPod(PODS[3] as Pod)).toMatchObject({ spec: { nodeName: 'n1', containers: [{ image: 'i:1' }] }, status: { podIP: '10.0.0.1' } });
  });

  it('leaves out Events of before, and who wrote what, Leases apart', () => {
    expect(files.get('objects/events.json')).not.toContain('"old"');
    expect(files.get('objects/events.json')).toContain('"new"');
    expect(files.get('objects/services.json')).not.toContain('managedFields');
    expect(files.get('objects/leases.coordination.k8s.io.json')).toContain('managedFields');
  });
});
