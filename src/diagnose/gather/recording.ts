import { matchesLabels, parseLabelSelector } from '../../api/selectors.ts';
import { objectKey, type Resource, resourceName } from '../../api/resources.ts';
import type { KubeObject, Status } from '../../api/types/index.ts';

/** A list request. */
export interface ListQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** A list request, and how it ended where it was refused. */
export interface RecordedList extends ListQuery {
  readonly failure?: Status;
}

/** A get request that gave no object. */
export interface RecordedMiss {
  readonly namespace?: string;
  readonly name: string;
  readonly failure: Status;
}

/** What was read of one resource: the objects, and which requests they answer. */
export interface Collection {
  readonly objects: Map<string, KubeObject>;
  readonly lists: RecordedList[];
  readonly misses: RecordedMiss[];
}

/** Answer to a GET of a path outside the resources. */
export interface RecordedPath {
  readonly path: string;
  readonly response?: unknown;
  readonly failure?: Status;
}

/** All that was read from one API server. */
export interface Recording {
  server: string;
  /** The server's own clock as it was asked for last, ms since the epoch. */
  serverTime?: number;
  /** By resource name (`services`, `gateways.submariner.io`). */
  readonly collections: Map<string, Collection>;
  readonly paths: RecordedPath[];
}

type AnyResource = Pick<Resource<KubeObject>, 'group' | 'plural'>;

export function createRecording(server = ''): Recording {
  return { server, collections: new Map(), paths: [] };
}

/** The collection of a resource, made where there is none yet. */
export function collectionOf({ collections }: Recording, resource: AnyResource): Collection {
  const name = resourceName(resource);
  const collection = collections.get(name) ?? { objects: new Map<string, KubeObject>(), lists: [], misses: [] };
  collections.set(name, collection);
  return collection;
}

/** Notes an object. What the server notes of writers comes with single objects only, and is kept then. */
export function addObject(recording: Recording, resource: AnyResource, object: KubeObject): void {
  const { objects } = collectionOf(recording, resource);
  const key = objectKey(object.metadata);
  const known = objects.get(key)?.metadata.managedFields;
  const isThinner = known !== undefined && object.metadata.managedFields === undefined;
  objects.set(key, isThinner ? { ...object, metadata: { ...object.metadata, managedFields: known } } : object);
}

/** All objects of a resource, in no particular order. */
export function objectsOf<T extends KubeObject>(recording: Recording, resource: Resource<T>): readonly T[] {
  return [...(recording.collections.get(resourceName(resource))?.objects.values() ?? [])] as T[];
}

/** Whether everything that `asked` wants is among what `list` wanted. */
export function covers(list: ListQuery, asked: ListQuery): boolean {
  const isWider = (wide: string | undefined, narrow: string | undefined): boolean => wide === undefined || wide === narrow;
  return isWider(list.namespace, asked.namespace) && isWider(list.labelSelector, asked.labelSelector) && isWider(list.fieldSelector, asked.fieldSelector);
}

function fieldOf(object: KubeObject, path: string): string {
  const value = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], object);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function matchesFields(object: KubeObject, selector: string): boolean {
  return selector.split(',').every((term) => {
    const [, path = '', operator, value = ''] = /^\s*([^=!\s]+)\s*(==|=|!=)\s*(.*?)\s*$/.exec(term) ?? [];
    return (fieldOf(object, path) === value) !== (operator === '!=');
  });
}

/** The objects that a list request asks for. */
export function selectObjects(objects: Iterable<KubeObject>, { namespace, labelSelector = '', fieldSelector }: ListQuery): KubeObject[] {
  const labels = parseLabelSelector(labelSelector);
  return [...objects].filter((object) => {
    const { metadata } = object;
    return (namespace === undefined || metadata.namespace === namespace) && matchesLabels(labels, metadata.labels) && (fieldSelector === undefined || matchesFields(object, fieldSelector));
  });
}
