import type { KubeObject } from '../../api/types/index.ts';
import { isRecord } from '../json.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { strategicMerge } from '../patch/strategic-merge.ts';
import { metadataSchema } from '../schema/metadata.ts';
import { invalid, refusal } from '../status-error.ts';
import { validateAllowed } from './authorize-request.ts';
import { checkDraft } from './check-draft.ts';
import { type ResourceContext, writeOptions } from './context.ts';
import { refOf } from './handle-read.ts';
import { statusSubresource } from './handle-write.ts';
import { contentType } from './read-body.ts';
import { sendObject } from './send-objects.ts';

type Patch = (context: ResourceContext, current: KubeObject, body: unknown) => unknown;

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json';
const APPLY_PATCH = 'application/apply-patch+yaml';

function validateRecord(body: unknown): void {
  if (!isRecord(body)) throw refusal('BadRequest', 'error decoding patch: the patch must be an object');
}

const PATCHES: Readonly<Record<string, Patch>> = {
  [JSON_PATCH]: (_context, current, body) => applyJsonPatch(current, body),
  [MERGE_PATCH]: (_context, current, body) => {
    validateRecord(body);
    return mergePatch(current, body);
  },
  [STRATEGIC_MERGE_PATCH]: ({ definition: { schema } }, current, body) => {
    validateRecord(body);
    return strategicMerge(current, body, { ...schema, properties: { ...schema?.properties, metadata: metadataSchema } });
  },
};

function acceptedTypes({ definition }: ResourceContext): string[] {
  return [JSON_PATCH, MERGE_PATCH, ...(definition.strategicMerge === true ? [STRATEGIC_MERGE_PATCH] : []), APPLY_PATCH];
}

function applyPatch(context: ResourceContext, body: unknown): void {
  const { attributes, resource, services, url } = context;
  const fieldManager = url.searchParams.get('fieldManager');
  if (!fieldManager) {
    const causes = [{ field: 'fieldManager', message: 'Required value: is required for apply patch', reason: 'FieldValueRequired' as const }];
    throw invalid({ group: 'meta.k8s.io', plural: '', kind: 'PatchOptions' }, '', causes);
  }
  const { apiVersion = '/', kind = '' } = isRecord(body) ? body : {};
  // nobody knows which fields are meant without it
  if (apiVersion === '/' || kind === '') throw refusal('BadRequest', `invalid object type: ${String(apiVersion)}, Kind=${String(kind)}`);
  const draft = checkDraft(context, body);
  // who may patch what is there may not create what is not
  if (services.store.find(resource, refOf(context)) === undefined) validateAllowed(context, { ...attributes, verb: 'create' });
  const options = { ...writeOptions(context), fieldManager, force: url.searchParams.get('force') === 'true', ...statusSubresource(context) };
  const { created, object } = services.store.apply(resource, draft, options);
  sendObject(context, created ? 201 : 200, object);
}

export async function handlePatch(context: ResourceContext): Promise<void> {
  const { request, resource, services } = context;
  const type = contentType(request);
  const accepted = acceptedTypes(context);
  if (!accepted.includes(type)) {
    throw refusal('UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`);
  }
  const body = await context.readBody();
  if (type === APPLY_PATCH) {
    applyPatch(context, body);
    return;
  }
  const current = services.store.get(resource, refOf(context));
  const next = checkDraft(context, PATCHES[type]?.(context, current, body));
  sendObject(context, 200, services.store.update(resource, next, { ...writeOptions(context), ...statusSubresource(context) }));
}
