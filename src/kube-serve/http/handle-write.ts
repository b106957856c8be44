import { isRecord } from '../json.ts';
import { refusal } from '../status-error.ts';
import type { DeleteOptions } from '../store.ts';
import { checkDraft } from './check-draft.ts';
import { type ResourceContext, type RouteContext, writeOptions } from './context.ts';
import { refOf, selectionOf } from './handle-read.ts';
import { sendJson } from './respond.ts';
import { sendList, sendObject } from './send-objects.ts';

/** The status subresource, where a request is for it. */
export function statusSubresource({ attributes }: RouteContext): { readonly subresource?: 'status' } {
  return attributes.subresource === 'status' ? { subresource: 'status' } : {};
}

export async function handleCreate(context: ResourceContext): Promise<void> {
  const draft = checkDraft(context, await context.readBody());
  sendObject(context, 201, context.services.store.create(context.resource, draft, writeOptions(context)));
}

export async function handleUpdate(context: ResourceContext): Promise<void> {
  const draft = checkDraft(context, await context.readBody());
  sendObject(context, 200, context.services.store.update(context.resource, draft, { ...writeOptions(context), ...statusSubresource(context) }));
}

const PROPAGATIONS = ['Background', 'Foreground', 'Orphan'] as const;

function propagationOf(value: unknown): DeleteOptions['propagation'] {
  return PROPAGATIONS.find((each) => each === value);
}

/** metav1.DeleteOptions of the body, or of the query. */
function deleteOptions(context: ResourceContext, body: unknown): DeleteOptions {
  const { searchParams } = context.url;
  const given = isRecord(body) ? body : {};
  const { resourceVersion, uid } = isRecord(given.preconditions) ? given.preconditions : {};
  const grace = given.gracePeriodSeconds ?? searchParams.get('gracePeriodSeconds') ?? undefined;
  const propagation = propagationOf(given.propagationPolicy ?? searchParams.get('propagationPolicy'));
  const options = writeOptions(context);
  return {
    user: context.user,
    dryRun: options.dryRun === true || (Array.isArray(given.dryRun) && given.dryRun.includes('All')),
    ...(typeof uid === 'string' && { uid }),
    ...(typeof resourceVersion === 'string' && { resourceVersion }),
    ...(grace !== undefined && { gracePeriodSeconds: Number(grace) }),
    ...(propagation && { propagation }),
  };
}

/** Gone at once: a Status. Held by finalizers or its grace: the object. */
export async function handleDelete(context: ResourceContext): Promise<void> {
  const { resource, response, services } = context;
  const options = deleteOptions(context, await context.readBody());
  const { gone, object } = services.store.delete(resource, refOf(context), options);
  if (!gone) {
    sendObject(context, 200, object);
    return;
  }
  const { name, uid } = object.metadata;
  const details = { name, ...(resource.group !== '' && { group: resource.group }), kind: resource.plural, uid };
  sendJson(response, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

export async function handleDeleteCollection(context: ResourceContext): Promise<void> {
  const { resource, services } = context;
  const options = deleteOptions(context, await context.readBody());
  if (options.uid !== undefined || options.resourceVersion !== undefined) throw refusal('BadRequest', 'preconditions cannot be given for a collection');
  const list = services.store.list(resource, selectionOf(context));
  for (const { metadata } of list.items) services.store.delete(resource, metadata, options);
  sendList(context, list);
}
