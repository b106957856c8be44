/** What a request asks to do, as authorization sees it. */
export interface RequestAttributes {
  readonly verb: string;
  readonly path: string;
  /** False for `/version`, `/openapi/v3`, ...: only verb and path count. */
  readonly resourceRequest: boolean;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** Empty: all namespaces, or a resource without. */
  readonly namespace: string;
  readonly name: string;
}

const OBJECT_VERBS: Readonly<Record<string, string>> = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
const NAMESPACE_SUBRESOURCES = ['status', 'finalize'];
const NAME_FIELD = /(?:^|,)metadata\.name==?([^,]+)/;

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // not an escaped text: no name has it, so it is not found
  }
}

/** Whether a parameter of a query is set, as Kubernetes reads it: `True`, which Python's client sends, is as good as `true`. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

function verbOf(method: string, name: string, isWatch: boolean): string {
  const verb = OBJECT_VERBS[method] ?? method.toLowerCase();
  if (verb === 'get' && isWatch) return 'watch';
  if (name !== '') return verb;
  if (verb === 'get') return 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

interface Place {
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
}

/** What follows `/api/v1` or `/apis/<group>/<version>`; what stands behind a subresource (the path of `proxy`) is its own business. */
function placeOf(parts: readonly string[]): Place {
  const [first = '', second = '', third = '', ...rest] = parts;
  const isInNamespace = first === 'namespaces' && third !== '' && !NAMESPACE_SUBRESOURCES.includes(third);
  if (isInNamespace) return { namespace: second, resource: third, name: rest[0] ?? '', subresource: rest[1] ?? '' };
  // as in Kubernetes: the namespace of a Namespace is itself, so that a RoleBinding in it can let somebody read it
  return { namespace: first === 'namespaces' ? second : '', resource: first, name: second, subresource: third };
}

/** Takes a request apart: which verb on which resource, or which path. */
export function requestAttributes(method: string, url: URL): RequestAttributes {
  const path = url.pathname;
  const [root = '', ...parts] = path.split('/').slice(1).map(decode);
  const isCore = root === 'api';
  const [group = '', version = ''] = isCore ? ['', parts[0]] : parts;
  const rest = parts.slice(isCore ? 1 : 2);
  // the old form of `?watch=true`, still served: /api/v1/watch/namespaces/shop/services
  const isOldWatch = rest[0] === 'watch' && rest.length > 1;
  const place = placeOf(isOldWatch ? rest.slice(1) : rest);
  if ((root !== 'api' && root !== 'apis') || place.resource === '') {
    return { verb: method === 'HEAD' ? 'get' : method.toLowerCase(), path, resourceRequest: false, group: '', version: '', resource: '', subresource: '', namespace: '', name: '' };
  }
  const verb = verbOf(method, place.name, isOldWatch || isTrue(url.searchParams.get('watch')));
  const isCollection = place.name === '' && verb !== 'create';
  const name = isCollection ? (NAME_FIELD.exec(url.searchParams.get('fieldSelector') ?? '')?.[1] ?? '') : place.name;
  return { verb, path, resourceRequest: true, group, version, ...place, name };
}
