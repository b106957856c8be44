import type { ResourceDefinition } from '../resource-definition.ts';
import { refusal } from '../status-error.ts';
import type { ResourceContext, RouteContext, Services } from './context.ts';
import { handlePatch } from './handle-patch.ts';
import { handleGet, handleList } from './handle-read.ts';
import { handleScale } from './handle-scale.ts';
import { handleWatch, type WatchSettings } from './handle-watch.ts';
import type { RequestAttributes } from './request-attributes.ts';
import { sendNoSuchPage } from './respond.ts';
import { handleCreate, handleDelete, handleDeleteCollection, handleUpdate } from './handle-write.ts';

type Handler = (context: ResourceContext, settings: WatchSettings) => void | Promise<void>;

const HANDLERS: Readonly<Record<string, Handler>> = {
  get: handleGet,
  list: handleList,
  watch: handleWatch,
  create: handleCreate,
  update: handleUpdate,
  patch: handlePatch,
  delete: handleDelete,
  deletecollection: handleDeleteCollection,
};

const STATUS_VERBS = ['get', 'update', 'patch'];

function notServed(): Error {
  return refusal('NotFound', 'the server could not find the requested resource');
}

function resourceContext(context: RouteContext, services: Services): ResourceContext {
  const { group, namespace, resource: plural, version } = context.attributes;
  const definition = services.store.findDefinition(group, plural);
  if (definition === undefined || !versionsOf(definition).includes(version) || (namespace !== '' && !definition.resource.namespaced && plural !== 'namespaces')) throw notServed();
  return { ...context, services, definition, resource: { ...definition.resource, version } };
}

function isPlaceToCreate({ attributes: { name, namespace }, resource }: ResourceContext): boolean {
  return name === '' && (!resource.namespaced || namespace !== '');
}

function handlerOf(full: ResourceContext): Handler {
  const { attributes, definition } = full;
  const { name, subresource, verb } = attributes;
  const handler = HANDLERS[verb];
  const isMissing = name === '' && ['update', 'patch', 'get', 'delete'].includes(verb);
  if (handler === undefined || isMissing || (verb === 'create' && !isPlaceToCreate(full))) throw refusal('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  if (subresource === '') return handler;
  if (subresource === 'scale' && definition.scale !== undefined) return handleScale;
  if (subresource !== 'status' || definition.hasStatus !== true) throw notServed();
  if (!STATUS_VERBS.includes(verb)) throw refusal('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  return handler;
}

function versionsOf({ resource, versions }: ResourceDefinition): readonly string[] {
  return versions?.map(({ name }) => name) ?? [resource.version];
}

/** An unknown group, or unknown version of a custom one, is no page at all; a built-in group answers for all of its versions. */
function isPage({ store }: Services, { group, version }: RequestAttributes): boolean {
  return store.definitions().some((definition) => definition.resource.group === group && (definition.prune !== true || versionsOf(definition).includes(version)));
}

/** Answers a request for a kind that the store has. */
export async function handleResource(context: RouteContext, services: Services, settings: WatchSettings): Promise<void> {
  if (!isPage(services, context.attributes)) {
    sendNoSuchPage(context.response);
    return;
  }
  const full = resourceContext(context, services);
  await handlerOf(full)(full, settings);
}
