import type { ResourceContext, RouteContext, Services } from './context.ts';
import { handlePatch } from './handle-patch.ts';
import { handleGet, handleList } from './handle-read.ts';
import { handleScale } from './handle-scale.ts';
import { handleWatch, type WatchSettings } from './handle-watch.ts';
import { handleCreate, handleDelete, handleDeleteCollection, handleUpdate } from './handle-write.ts';
import { isPage, methodNotAllowed, notServed, resourceContext } from './resource-context.ts';
import { sendNoSuchPage } from './respond.ts';

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

function isPlaceToCreate({ attributes: { name, namespace }, resource }: ResourceContext): boolean {
  return name === '' && (!resource.namespaced || namespace !== '');
}

function handlerOf(full: ResourceContext): Handler {
  const { attributes, definition } = full;
  const { name, subresource, verb } = attributes;
  const handler = HANDLERS[verb];
  const isMissing = name === '' && ['update', 'patch', 'get', 'delete'].includes(verb);
  if (handler === undefined || isMissing || (verb === 'create' && !isPlaceToCreate(full))) throw methodNotAllowed();
  if (subresource === '') return handler;
  if (subresource === 'scale' && definition.scale !== undefined) return handleScale;
  if (subresource !== 'status' || definition.hasStatus !== true) throw notServed();
  if (!STATUS_VERBS.includes(verb)) throw methodNotAllowed();
  return handler;
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
