import { refusal } from '../status-error.ts';
import type { ResourceContext, RouteContext, Services } from './context.ts';
import { handlePatch } from './handle-patch.ts';
import { handleGet, handleList } from './handle-read.ts';
import { handleScale } from './handle-scale.ts';
import { handleWatch, type WatchSettings } from './handle-watch.ts';
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
  const isServed = definition?.versions?.some(({ name }) => name === version) ?? definition?.resource.version === version;
  if (definition === undefined || !isServed || (namespace !== '' && !definition.resource.namespaced && plural !== 'namespaces')) throw notServed();
  return { ...context, services, definition, resource: { ...definition.resource, version } };
}

function handlerOf({ attributes: { name, subresource, verb }, definition }: ResourceContext): Handler {
  const handler = HANDLERS[verb];
  const isMissing = name === '' && ['update', 'patch', 'get', 'delete'].includes(verb);
  if (handler === undefined || isMissing || (verb === 'create' && name !== '')) throw refusal('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  if (subresource === '') return handler;
  if (subresource === 'scale' && definition.scale !== undefined) return handleScale;
  if (subresource !== 'status' || definition.hasStatus !== true) throw notServed();
  if (!STATUS_VERBS.includes(verb)) throw refusal('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  return handler;
}

/** Answers a request for a kind that the store has. */
export async function handleResource(context: RouteContext, services: Services, settings: WatchSettings): Promise<void> {
  const full = resourceContext(context, services);
  await handlerOf(full)(full, settings);
}
