import { SERVICE_NAME } from '../../src/api/labels.ts';
import { type Resource, resources } from '../../src/api/resources.ts';
import type { KubeObject } from '../../src/api/types/index.ts';
import { builtinDefinitions } from '../../src/kube-serve/builtin.ts';
import { mergePatch } from '../../src/kube-serve/patch/merge-patch.ts';
import { createObjectStore, type ObjectStore } from '../../src/kube-serve/store.ts';
import type { MirrorPlan, MirrorPlanInput, StandingMirror } from '../../src/mirror/translate/plan-mirror.ts';
import { planMirror, standingOriginOf } from '../../src/mirror/translate/plan-mirror.ts';
import type { MirrorTarget } from '../../src/mirror/translate/target-of.ts';
import { admitServices } from '../../src/sandbox/admission.ts';
import { createServiceAddresses } from '../../src/sandbox/controllers/service-addresses.ts';
import { mergePatchFor } from '../../src/sync/apply-plan.ts';
import type { Plan } from '../../src/sync/plan.ts';

export const MIRROR_OWNER = 'mirror-default';

type MirrorWish = Partial<Omit<MirrorPlanInput, 'standing' | 'owner'>> & Pick<MirrorPlanInput, 'winner'>;

/** A target cluster without I/O: what is written is completed, checked and stored as API servers do it. */
export interface MirrorCluster {
  readonly store: ObjectStore;
  /** Removes all objects: another cluster takes long to make. */
  clear(): MirrorCluster;
  standing(target?: MirrorTarget): StandingMirror;
  standingOrigin(target?: MirrorTarget): string | undefined;
  /** Plans and writes; tells each write: `create Service web`. */
  mirror(wish: MirrorWish): string[];
}

const SHOP_WEB: MirrorTarget = { namespace: 'shop', name: 'web' };

const DEFINITIONS = builtinDefinitions().filter(({ resource }) => ['services', 'endpointslices', 'endpoints'].includes(resource.plural));

export function createMirrorCluster(): MirrorCluster {
  const store = createObjectStore({ definitions: DEFINITIONS });
  const addresses = createServiceAddresses('10.96.0.0/16');
  store.addAdmitter(admitServices(addresses));
  const standing = ({ namespace, name }: MirrorTarget = SHOP_WEB): StandingMirror => ({
    service: store.find(resources.services, { namespace, name }),
    slices: store.list(resources.endpointSlices, { namespace }).items.filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === name),
    endpoints: store.find(resources.endpoints, { namespace, name }),
  });
  const clear = (): void => {
    for (const { resource, object } of store.listNamespace(SHOP_WEB.namespace)) store.delete(resource, { name: object.metadata.name, namespace: SHOP_WEB.namespace });
  };
  const cluster: MirrorCluster = {
    store,
    clear: () => {
      clear();
      return cluster;
    },
    standing,
    standingOrigin: (target) => standingOriginOf(standing(target), MIRROR_OWNER),
    mirror: ({ target = SHOP_WEB, preset = 'none', writesEndpoints = false, unknownSources = new Set(), winner }) =>
      writePlan(store, planMirror({ owner: MIRROR_OWNER, preset, target, winner, writesEndpoints, unknownSources, standing: standing(target) })),
  };
  return cluster;
}

function writePlan(store: ObjectStore, { service, slices, endpoints }: MirrorPlan): string[] {
  return [...write(store, resources.services, service), ...write(store, resources.endpointSlices, slices), ...write(store, resources.endpoints, endpoints)];
}

function write<T extends KubeObject>(store: ObjectStore, resource: Resource<T>, plan: Plan<T>): string[] {
  const refOf = ({ namespace, name }: KubeObject['metadata']): { name: string; namespace?: string } => ({ name, ...(namespace !== undefined && { namespace }) });
  for (const { object } of plan.create) store.create(resource, object);
  for (const { desired, standing } of plan.update) store.update(resource, mergePatch(standing, mergePatchFor(desired, standing.metadata.uid)) as T);
  for (const { metadata } of [...plan.delete, ...plan.replace.map((each) => each.standing)]) store.delete(resource, refOf(metadata));
  for (const { desired } of plan.replace) store.create(resource, desired.object);
  const verbs = { create: plan.create.map(({ object }) => object), update: plan.update.map(({ desired }) => desired.object), replace: plan.replace.map(({ desired }) => desired.object), delete: plan.delete };
  return Object.entries(verbs).flatMap(([verb, objects]) => objects.map(({ metadata }) => `${verb} ${resource.kind} ${metadata.name}`));
}
