import { objectKey, resources, splitKey } from '../../api/resources.ts';
import type { Pod, Workload } from '../../api/types/index.ts';
import type { Objects } from '../objects.ts';
import { type Controller, type ControllerContext, startController, trigger } from './controller.ts';
import { controllerKey, createPod, isControlledBy, isPodActive, isPodReady } from './pods.ts';
import { choosePodsToDelete } from './rollout.ts';

function removeExcess(objects: Objects, pods: readonly Pod[], count: number): void {
  const candidates = pods.map((pod) => ({ pod, ready: isPodReady(pod), createdAt: pod.metadata.creationTimestamp ?? '', name: pod.metadata.name }));
  for (const { pod } of choosePodsToDelete(candidates, count)) objects.remove(resources.pods, pod.metadata);
}

function reconcile(objects: Objects, key: string): void {
  const set = objects.find(resources.replicaSets, splitKey(key));
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
  const own = objects.list(resources.pods, set.metadata.namespace).filter((pod) => isControlledBy(pod, set));
  const active = own.filter(isPodActive);
  const missing = (set.spec.replicas ?? 1) - active.length;
  for (let index = 0; index < missing; index += 1) createPod(objects, set, set.spec.template);
  removeExcess(objects, active, -missing);
  writeStatus(objects, set, own.filter(isPodActive));
}

function writeStatus(objects: Objects, set: Workload, active: readonly Pod[]): void {
  const ready = active.filter(isPodReady).length;
  objects.modify(
    resources.replicaSets,
    set.metadata,
    (copy) => {
      copy.status = {
        replicas: active.length,
        ...(ready > 0 && { readyReplicas: ready, availableReplicas: ready }),
        ...(copy.metadata.generation !== undefined && { observedGeneration: copy.metadata.generation }),
      };
    },
    'status',
  );
}

/** ReplicaSets: as many pods as they ask for. */
export function startReplicaSetController(context: ControllerContext): Controller {
  const triggers = [
    trigger(resources.replicaSets, (set) => [objectKey(set.metadata)]),
    trigger(resources.pods, (pod) => controllerKey(pod, 'ReplicaSet')),
  ];
  return startController('ReplicaSet', context, triggers, (key) => {
    reconcile(context.objects, key);
  });
}
