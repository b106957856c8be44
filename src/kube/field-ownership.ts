import type { Resource } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { KubeClient, WriteOptions } from './client.ts';

/** One entry of metadata.managedFields. */
interface ManagedFields {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly subresource?: string;
}

function isUpdateEntry(entry: ManagedFields, manager: string): boolean {
  return entry.manager === manager && entry.operation === 'Update' && !entry.subresource;
}

function entriesOf(object: KubeObject): readonly ManagedFields[] {
  return (object.metadata.managedFields ?? []) as ManagedFields[];
}

/** Whether a manager owns fields by a POST or PUT of its own. */
export function hasUpdateEntry(object: KubeObject, manager: string): boolean {
  return entriesOf(object).some((entry) => isUpdateEntry(entry, manager));
}

/**
 * Makes the fields that our POST set owned by our apply. Without it the first apply after the creation
 * could add and change fields but never remove one, because the POST's entry goes on owning it
 * (client-go's csaupgrade does the same for kubectl). Throws Conflict if the object changed meanwhile.
 */
export async function takeOverCreatedFields<T extends KubeObject>(client: KubeClient, resource: Resource<T>, object: T, options: WriteOptions & { readonly fieldManager: string }): Promise<void> {
  const { fieldManager } = options;
  const entries = entriesOf(object);
  // where an Apply entry exists already, a second one of the same manager is refused
  if (!hasUpdateEntry(object, fieldManager) || entries.some(({ manager, operation, subresource }) => manager === fieldManager && operation === 'Apply' && !subresource)) return;
  const value = entries.map((entry) => (isUpdateEntry(entry, fieldManager) ? { ...entry, operation: 'Apply' } : entry));
  const { name, namespace, resourceVersion } = object.metadata;
  const patch = [
    { op: 'replace', path: '/metadata/managedFields', value },
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
  ];
  await client.patch(resource, name, namespace, 'application/json-patch+json', patch, options);
}
