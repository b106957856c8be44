import { objectKey, resources, splitKey } from '../../api/resources.ts';
import type { Node, Pod } from '../../api/types/index.ts';
import type { Objects } from '../objects.ts';
import { type Controller, type ControllerContext, startController, trigger } from './controller.ts';
import { fitsNode } from './daemon-sets.ts';

/** The node with the fewest pods among those that fit; undefined where none does. */
export function chooseNode(pod: Pod, nodes: readonly Node[], pods: readonly Pod[]): string | undefined {
  const load = new Map<string, number>();
  for (const { spec } of pods) if (spec.nodeName !== undefined) load.set(spec.nodeName, (load.get(spec.nodeName) ?? 0) + 1);
  const fitting = nodes.filter((node) => fitsNode(pod.spec.nodeSelector, node)).map(({ metadata }) => metadata.name);
  return fitting.sort((a, b) => (load.get(a) ?? 0) - (load.get(b) ?? 0))[0];
}

function reconcile(objects: Objects, key: string, now: string): void {
  const pod = objects.find(resources.pods, splitKey(key));
  if (pod === undefined || pod.spec.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined) return;
  const nodeName = chooseNode(pod, objects.list(resources.nodes), objects.list(resources.pods));
  if (nodeName !== undefined) {
    objects.modify(resources.pods, pod.metadata, (copy) => {
      copy.spec.nodeName = nodeName;
    });
    return;
  }
  const unscheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no node has the labels that nodeSelector asks for', lastTransitionTime: now };
  objects.modify(
    resources.pods,
    pod.metadata,
    (copy) => {
      const standing = copy.status?.conditions?.some(({ type }) => type === 'PodScheduled') ?? false;
      if (!standing) copy.status = { ...copy.status, phase: 'Pending', conditions: [unscheduled] };
    },
    'status',
  );
}

/** Gives each pod a node. */
export function startScheduler(context: ControllerContext): Controller {
  const { clock, objects } = context;
  const pending = (): string[] => objects.list(resources.pods).flatMap(({ metadata, spec }) => (spec.nodeName === undefined ? [objectKey(metadata)] : []));
  const triggers = [
    trigger(resources.pods, ({ metadata, spec }) => (spec.nodeName === undefined ? [objectKey(metadata)] : [])),
    trigger(resources.nodes, pending),
  ];
  return startController('Pod scheduling', context, triggers, (key) => {
    reconcile(objects, key, new Date(clock.now()).toISOString());
  });
}
