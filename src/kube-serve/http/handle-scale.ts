import type { KubeObject } from '../../api/types/index.ts';
import { isRecord, valueAt, withValueAt } from '../json.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import type { ScaleDefinition } from '../resource-definition.ts';
import { conflict, refusal } from '../status-error.ts';
import { type ResourceContext, writeOptions } from './context.ts';
import { refOf } from './handle-read.ts';
import { contentType } from './read-body.ts';
import { sendJson } from './respond.ts';

function selectorText(selector: unknown): string | undefined {
  if (typeof selector === 'string') return selector;
  const labels = isRecord(selector) && isRecord(selector.matchLabels) ? Object.entries(selector.matchLabels) : [];
  return labels.length === 0 ? undefined : labels.map(([key, value]) => `${key}=${String(value)}`).join(',');
}

/** autoscaling/v1 Scale of an object. */
function scaleOf({ metadata, ...object }: KubeObject, scale: ScaleDefinition): KubeObject {
  const { creationTimestamp, name, namespace, resourceVersion, uid } = metadata;
  const selector = scale.selector && selectorText(valueAt(object, scale.selector));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace && { namespace }), ...(uid && { uid }), ...(resourceVersion && { resourceVersion }), ...(creationTimestamp && { creationTimestamp }) },
    spec: { replicas: valueAt(object, scale.specReplicas) ?? 0 },
    status: { replicas: valueAt(object, scale.statusReplicas) ?? 0, ...(selector !== undefined && { selector }) },
  } as KubeObject;
}

function replicasOf(value: unknown): number {
  const replicas = valueAt(value, ['spec', 'replicas']);
  if (typeof replicas === 'number' && Number.isInteger(replicas) && replicas >= 0) return replicas;
  throw refusal('Invalid', `Scale is invalid: spec.replicas: Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`);
}

async function wantedScale(context: ResourceContext, current: KubeObject): Promise<unknown> {
  const body = await context.readBody();
  if (context.attributes.verb === 'update') return body;
  return contentType(context.request) === 'application/json-patch+json' ? applyJsonPatch(current, body) : mergePatch(current, body);
}

/** The `scale` subresource: get, update, patch. */
export async function handleScale(context: ResourceContext): Promise<void> {
  const { attributes, definition, resource, response, services } = context;
  const { scale } = definition;
  if (scale === undefined) throw refusal('NotFound', 'the server could not find the requested resource');
  const ref = refOf(context);
  const before = scaleOf(services.store.get(resource, ref), scale);
  if (attributes.verb === 'get') {
    sendJson(response, 200, before);
    return;
  }
  if (attributes.verb !== 'update' && attributes.verb !== 'patch') throw refusal('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  const wanted = await wantedScale(context, before);
  const version = valueAt(wanted, ['metadata', 'resourceVersion']);
  const current = services.store.get(resource, ref);
  if (typeof version === 'string' && version !== '' && version !== current.metadata.resourceVersion) {
    throw conflict(resource, ref.name, 'the object has been modified; please apply your changes to the latest version and try again');
  }
  const next = withValueAt(current, scale.specReplicas, replicasOf(wanted)) as KubeObject;
  sendJson(response, 200, scaleOf(services.store.update(resource, next, writeOptions(context)), scale));
}
