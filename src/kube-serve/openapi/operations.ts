import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { ResourceDefinition } from '../resource-definition.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly required?: boolean;
  readonly schema: { readonly type: string; readonly uniqueItems?: boolean };
}

function query(...names: readonly string[]): Parameter[] {
  return names.map((name) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } }));
}

function inPath(name: string): Parameter {
  return { name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } };
}

const LIST = query('allowWatchBookmarks', 'continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'resourceVersionMatch', 'sendInitialEvents', 'timeoutSeconds', 'watch');
// kubectl validates by itself unless it finds fieldValidation here
const WRITE = query('dryRun', 'fieldManager', 'fieldValidation');
/** Not strategic merge patch: these schemas are too short for kubectl to compute one from them; it knows the built-in kinds itself. */
const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

type Content = Readonly<Record<string, object>>;

function json(schema: object): Content {
  return { 'application/json': { schema } };
}

interface Operation {
  readonly action: string;
  readonly parameters: readonly Parameter[];
  readonly content?: Content;
}

/** The path items of a resource in one version. */
export function pathsOf(definition: ResourceDefinition, resource: Resource<KubeObject>, root: string, reference: object): Record<string, object> {
  const { group, kind, version } = resource;
  const gvk = { group, version, kind };
  const operation = ({ action, content, parameters }: Operation): object => ({
    operationId: `${action}${group === '' ? 'Core' : group.replaceAll('.', '_')}${version}${kind}`,
    parameters,
    ...(content && { requestBody: { content } }),
    responses: { 200: { description: 'OK', content: json(reference) } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  });
  const collection = `${root}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
  const scope = resource.namespaced ? [inPath('namespace')] : [];
  const patch = Object.fromEntries(PATCH_TYPES.map((type) => [type, { schema: { type: 'object' } }]));
  const one = {
    parameters: [inPath('name'), ...scope],
    get: operation({ action: 'get', parameters: [] }),
    put: operation({ action: 'put', parameters: WRITE, content: json(reference) }),
    patch: operation({ action: 'patch', parameters: [...WRITE, ...query('force')], content: patch }),
    delete: operation({ action: 'delete', parameters: query('dryRun', 'gracePeriodSeconds', 'propagationPolicy') }),
  };
  const list = operation({ action: 'list', parameters: LIST });
  if (definition.verbs?.includes('update') === false) {
    return { [collection]: { parameters: scope, get: list }, [`${collection}/{name}`]: { parameters: one.parameters, get: one.get } };
  }
  return {
    [collection]: {
      parameters: scope,
      get: list,
      post: operation({ action: 'post', parameters: WRITE, content: json(reference) }),
    },
    [`${collection}/{name}`]: one,
    ...(definition.hasStatus && { [`${collection}/{name}/status`]: { parameters: one.parameters, get: one.get, put: one.put, patch: one.patch } }),
  };
}
