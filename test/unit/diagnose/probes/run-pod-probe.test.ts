import { describe, expect, it } from '@jest/globals';
import { readPodProbe } from '../../../../src/diagnose/probes/run-pod-probe.ts';
import type { PodSettings } from '../../../../src/diagnose/probes/pod-settings.ts';
import { resources } from '../../../../src/api/resources.ts';
import type { Pod } from '../../../../src/api/types/index.ts';
import type { WorkloadState } from '../../../../src/inspect/cluster-state.ts';
import { contextOf } from '../../../helpers/diagnose-scene.ts';

const CONTROLLER: WorkloadState = { component: 'controller', kind: 'Deployment', namespace: 'submariner-operator', name: 'mcs-controller', image: 'localhost/mcs:0.1.0', version: '0.1.0', wanted: 1, ready: 1 };
const RUNNING = { metadata: { name: 'mcs-controller-1', labels: { 'app.kubernetes.io/component': 'controller' } }, spec: { nodeName: 'node-7', containers: [] }, status: { phase: 'Running' } };
const { signal } = new AbortController();

/** A member with a running controller, whose API server lets pods be made but never starts them. */
function scene(pods: Partial<PodSettings>) {
  const made: Pod[] = [];
  const removed: string[] = [];
  const aborted = (options: { readonly signal: AbortSignal }): Promise<never> => new Promise((_resolve, reject) => options.signal.addEventListener('abort', () => reject(options.signal.reason as Error)));
  const client = {
    list: ({ plural }: { plural: string }, options: { readonly labelSelector?: string }) => Promise.resolve({ items: plural === resources.pods.plural && options.labelSelector?.includes('owner=probe') !== true ? [RUNNING] : [], metadata: {} }),
    serverTime: () => 0,
    find: () => Promise.resolve(undefined),
    create: (_resource: object, pod: Pod) => Promise.resolve(made.push(pod)),
    delete: (_resource: object, name: string) => Promise.resolve(removed.push(name)),
    get: (_resource: object, _name: string, _namespace: string, options: { readonly signal: AbortSignal }) => aborted(options),
    watch: (_resource: object, options: { readonly signal: AbortSignal }) => ({ [Symbol.asyncIterator]: () => ({ next: () => aborted(options) }) }),
  };
  const context = contextOf({ workloads: [CONTROLLER] });
  const settings = { runID: 'a1', startMs: 60_000, tryMs: 2000, progress: () => undefined, ...pods };
  return { made, removed, context: { ...context, cluster: { ...context.cluster, client: client as never }, pods: { found: settings } } };
}

describe('readPodProbe', () => {
  it('leaves a pod out that does not answer while there is time, and removes it', async () => {
    const { context, made, removed } = scene({ enough: AbortSignal.timeout(20) });
    expect(await readPodProbe(context, signal)).toEqual({ reason: 'not tested: the pod took too long (--timeout 60s gives it more time)' });
    expect(removed).toEqual([made[0]?.metadata.name]);
  });

  it('puts the pod beside the controller, and nothing of the credential but the name of its Secret into it', async () => {
    const { context, made } = scene({ enough: AbortSignal.timeout(20) });
    await readPodProbe(context, signal);
    expect(made.map(({ spec: { nodeName, volumes } }) => [nodeName, volumes])).toEqual([['node-7', [{ name: 'mounted', secret: { secretName: 'mcs-broker', optional: true } }]]]);
  });

  it('runs one pod, however many checks ask', async () => {
    const { context, made } = scene({ enough: AbortSignal.timeout(20) });
    await Promise.all([readPodProbe(context, signal), readPodProbe(context, signal)]);
    expect(made).toHaveLength(1);
  });
});
