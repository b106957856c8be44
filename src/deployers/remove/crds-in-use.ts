import { type Resource, resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { TaskOutcome } from '../../base/tasks.ts';
import type { KubeClient } from '../../kube/client.ts';
import { listOrNone, type ObjectRef } from './delete-owned.ts';

/** What a CRD of ours defines; undefined for one that is not in our table. */
function definedBy({ name }: ObjectRef): Resource<KubeObject> | undefined {
  return Object.values<Resource<KubeObject>>(resources).find(({ plural, group }) => `${plural}.${group}` === name);
}

/** The outcome of a removal, with the CRDs that stay. */
export function withKept(outcome: TaskOutcome, kept: readonly string[]): TaskOutcome {
  return kept.length === 0 ? outcome : { ...outcome, detail: `${outcome.detail ?? ''}; ${kept.join(', ')} ${kept.length === 1 ? 'stays' : 'stay'}, because others need objects of that kind` };
}

/**
 * Names of the CRDs that must stay, because somebody needs an object of their kind: deleting a CRD
 * takes all its objects along, whoever made them.
 */
export async function findCrdsInUse(client: KubeClient, crds: readonly ObjectRef[], isNeeded: (object: KubeObject, resource: Resource<KubeObject>) => boolean, signal: AbortSignal): Promise<string[]> {
  const verdicts = await Promise.all(
    crds.map(async (crd) => {
      const resource = definedBy(crd);
      return resource !== undefined && (await listOrNone(client, resource, { signal })).some((object) => isNeeded(object, resource));
    }),
  );
  return crds.filter((_crd, index) => verdicts[index]).map(({ name }) => name);
}
