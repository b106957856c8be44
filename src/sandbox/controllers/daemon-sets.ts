import { objectKey, resources, splitKey } from '../../api/resources.ts';
import type { Node, Pod, Workload } from '../../api/types/index.ts';
import type { Objects } from '../objects.ts';
import { type Controller, type ControllerContext, startController, trigger } from './controller.ts';
import { controllerKey, createPod, isControlledBy, isPodActive, isPodReady } from './pods.ts';
import { templateHash } from './rollout.ts';

const REVISION_HASH = 'controller-revision-hash';

/** Whether a pod of this template may run on a node. */
export function fitsNode(nodeSelector: Readonly<Record<string, string>> | undefined, node: Node): boolean {
  return Object.entries(nodeSelector ?? {}).every(([key, value]) => node.metadata.labels?.[key] === value);
}

function reconcile(objects: Objects, key: string): void {
  const set = objects.find(resources.daemonSets, splitKey(key));
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
  const hash = templateHash(set.spec.template);
  const nodes = objects.list(resources.nodes).filter((node) => fitsNode(set.spec.template.spec.nodeSelector, node));
  const names = new Set(nodes.map((node) => node.metadata.name));
  const pods = objects.list(resources.pods, set.metadata.namespace).filter((pod) => isControlledBy(pod, set));
  const isWanted = (pod: Pod): boolean => isPodActive(pod) && names.has(pod.spec.nodeName ?? '') && pod.metadata.labels?.[REVISION_HASH] === hash;
  for (const pod of pods) if (pod.metadata.deletionTimestamp === undefined && !isWanted(pod)) objects.remove(resources.pods, pod.metadata);
  for (const name of names) {
    // an old pod holds the node's ports until it is gone
    if (!pods.some((pod) => pod.spec.nodeName === name)) createPod(objects, set, set.spec.template, { labels: { [REVISION_HASH]: hash }, nodeName: name });
  }
  writeStatus(objects, set, names.size, hash);
}

function writeStatus(objects: Objects, set: Workload, desired: number, hash: string): void {
  const pods = objects.list(resources.pods, set.metadata.namespace).filter((pod) => isControlledBy(pod, set) && isPodActive(pod));
  const ready = pods.filter(isPodReady).length;
  objects.modify(
    resources.daemonSets,
    set.metadata,
    (copy) => {
      copy.status = {
        desiredNumberScheduled: desired,
        currentNumberScheduled: pods.length,
        updatedNumberScheduled: pods.filter((pod) => pod.metadata.labels?.[REVISION_HASH] === hash).length,
        numberMisscheduled: 0,
        numberReady: ready,
        numberAvailable: ready,
        ...(copy.metadata.generation !== undefined && { observedGeneration: copy.metadata.generation }),
      };
    },
    'status',
  );
}

/** DaemonSets: one pod on each node that fits. */
export function startDaemonSetController(context: ControllerContext): Controller {
  const { objects } = context;
  const triggers = [
    trigger(resources.daemonSets, ({ metadata }) => [objectKey(metadata)]),
    trigger(resources.pods, (pod) => controllerKey(pod, 'DaemonSet')),
    trigger(resources.nodes, () => objects.list(resources.daemonSets).map(({ metadata }) => objectKey(metadata))),
  ];
  return startController('DaemonSet', context, triggers, (key) => {
    reconcile(objects, key);
  });
}
