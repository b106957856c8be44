import { objectKey, type Resource, resources, splitKey } from '../../api/resources.ts';
import type { Condition, Workload } from '../../api/types/index.ts';
import type { Objects } from '../objects.ts';
import { type Controller, type ControllerContext, startController, trigger } from './controller.ts';
import { controlledBy, controllerKey, isControlledBy } from './pods.ts';
import { planRollout, POD_TEMPLATE_HASH, REVISION, type RevisionState, type Strategy, templateHash } from './rollout.ts';

/** A Deployment with the fields that only its controller reads. */
type Deployment = Workload & { spec: { strategy?: { type?: Strategy }; revisionHistoryLimit?: number } };

const replicasOf = (workload: Workload): number => workload.spec.replicas ?? 1;
const revisionOf = (workload: Workload): number => Number(workload.metadata.annotations?.[REVISION] ?? 0);

function createRevision(objects: Objects, deployment: Deployment, hash: string, revision: number): Workload {
  const { metadata, spec } = deployment;
  const labels = { ...spec.template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  return objects.create(resources.replicaSets, {
    metadata: {
      name: `${metadata.name}-${hash}`,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels,
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [controlledBy(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: { ...spec.selector.matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  });
}

function setRevision(objects: Objects, resource: Resource<Workload>, workload: Workload, revision: number): Workload {
  const change = (copy: Workload): void => {
    copy.metadata.annotations = { ...copy.metadata.annotations, [REVISION]: String(revision) };
  };
  return objects.modify(resource, workload.metadata, change) ?? workload;
}

function stateOf(objects: Objects, set: Workload, currentName: string): RevisionState {
  const pods = objects.list(resources.pods, set.metadata.namespace).filter((pod) => isControlledBy(pod, set)).length;
  return { name: set.metadata.name, current: set.metadata.name === currentName, replicas: replicasOf(set), available: set.status?.availableReplicas ?? 0, pods };
}

/** The ReplicaSet of the present template: a new revision, or an older one that is wanted again. */
function ensureCurrent(objects: Objects, deployment: Deployment, sets: readonly Workload[]): Workload {
  const hash = templateHash(deployment.spec.template);
  const latest = Math.max(0, ...sets.map(revisionOf));
  const standing = sets.find((set) => set.metadata.labels?.[POD_TEMPLATE_HASH] === hash);
  if (standing === undefined) return createRevision(objects, deployment, hash, latest + 1);
  if (revisionOf(standing) === latest) return standing;
  return setRevision(objects, resources.replicaSets, standing, latest + 1);
}

function reconcile(objects: Objects, key: string, now: string): void {
  const deployment = objects.find(resources.deployments, splitKey(key)) as Deployment | undefined;
  if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return;
  const listSets = (): Workload[] => objects.list(resources.replicaSets, deployment.metadata.namespace).filter((set) => isControlledBy(set, deployment));
  const current = ensureCurrent(objects, deployment, listSets());
  const states = listSets().map((set) => stateOf(objects, set, current.metadata.name));
  for (const [name, replicas] of planRollout(states, replicasOf(deployment), deployment.spec.strategy?.type ?? 'RollingUpdate')) {
    objects.modify(resources.replicaSets, { name, namespace: deployment.metadata.namespace }, (copy) => {
      copy.spec.replicas = replicas;
    });
  }
  dropHistory(objects, deployment, listSets(), current);
  setRevision(objects, resources.deployments, deployment, revisionOf(current));
  writeStatus(objects, deployment, listSets(), current, now);
}

function dropHistory(objects: Objects, deployment: Deployment, sets: readonly Workload[], current: Workload): void {
  const unused = sets.filter((set) => set.metadata.uid !== current.metadata.uid && replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0);
  const excess = unused.sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, Math.max(0, unused.length - (deployment.spec.revisionHistoryLimit ?? 10)));
  for (const set of excess) objects.remove(resources.replicaSets, set.metadata);
}

function condition(type: string, ok: boolean, reason: string, message: string, before: readonly Condition[] | undefined, now: string): Condition {
  const status = ok ? 'True' : 'False';
  const standing = before?.find((each) => each.type === type && each.status === status);
  return { type, status, reason, message, lastTransitionTime: standing?.lastTransitionTime ?? now };
}

function writeStatus(objects: Objects, { metadata, spec }: Deployment, sets: readonly Workload[], current: Workload, now: string): void {
  const updated = sets.find((set) => set.metadata.uid === current.metadata.uid)?.status;
  const sum = (field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number => sets.reduce((total, set) => total + (set.status?.[field] ?? 0), 0);
  const wanted = spec.replicas ?? 1;
  const available = sum('availableReplicas');
  const complete = (updated?.availableReplicas ?? 0) >= wanted && sum('replicas') === wanted;
  objects.modify(
    resources.deployments,
    metadata,
    (copy) => {
      copy.status = {
        replicas: sum('replicas'),
        updatedReplicas: updated?.replicas ?? 0,
        readyReplicas: sum('readyReplicas'),
        availableReplicas: available,
        ...(available < wanted && { unavailableReplicas: wanted - available }),
        ...(copy.metadata.generation !== undefined && { observedGeneration: copy.metadata.generation }),
        conditions: [
          condition('Available', available >= wanted, available >= wanted ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable', `${available} of ${wanted} replicas are available`, copy.status?.conditions, now),
          condition('Progressing', true, complete ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated', `ReplicaSet "${current.metadata.name}" ${complete ? 'has successfully progressed' : 'is progressing'}`, copy.status?.conditions, now),
        ],
      };
    },
    'status',
  );
}

/** Deployments: one ReplicaSet per pod template, and the way from one to the next. */
export function startDeploymentController(context: ControllerContext): Controller {
  const { clock, objects } = context;
  const ownerOfPod = (set: string): string[] => {
    const found = objects.find(resources.replicaSets, splitKey(set));
    return found === undefined ? [] : controllerKey(found, 'Deployment');
  };
  const triggers = [
    trigger(resources.deployments, ({ metadata }) => [objectKey(metadata)]),
    trigger(resources.replicaSets, (set) => controllerKey(set, 'Deployment')),
    trigger(resources.pods, (pod) => controllerKey(pod, 'ReplicaSet').flatMap(ownerOfPod)),
  ];
  return startController('Deployment', context, triggers, (key) => {
    reconcile(objects, key, new Date(clock.now()).toISOString());
  });
}
