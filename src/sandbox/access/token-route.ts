import { resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { ExtraRoute, RouteContext } from '../../kube-serve/api-server.ts';
import { conflict, invalid, notFound } from '../../kube-serve/status-error.ts';
import type { Objects } from '../objects.ts';
import type { BoundObject } from './jwt.ts';
import { API_AUDIENCE, type TokenAuthority } from './token-authority.ts';

interface TokenRequestSpec {
  readonly audiences?: readonly string[];
  readonly expirationSeconds?: number;
  readonly boundObjectRef?: { readonly apiVersion?: string; readonly kind?: string; readonly name?: string; readonly uid?: string };
}

/** As in Kubernetes: no token lives less than ten minutes, nor longer than 2^32 seconds. */
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
const DEFAULT_SECONDS = 3600;

const KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' };

function lifetime({ expirationSeconds = DEFAULT_SECONDS }: TokenRequestSpec): number {
  const field = 'spec.expirationSeconds';
  const refused = (message: string): Error => invalid({ ...KIND, plural: 'tokenrequests' }, '', [{ field, message: `Invalid value: ${expirationSeconds}: ${message}` }]);
  if (!Number.isInteger(expirationSeconds) || expirationSeconds < MIN_SECONDS) throw refused('may not specify a duration less than 10 minutes');
  if (expirationSeconds > MAX_SECONDS) throw refused('may not specify a duration larger than 2^32 seconds');
  return expirationSeconds;
}

function boundTo({ boundObjectRef }: TokenRequestSpec, objects: Objects, namespace: string): { secret?: BoundObject; pod?: BoundObject } {
  if (boundObjectRef === undefined) return {};
  const { kind = '', name = '', uid } = boundObjectRef;
  const resource = kind === 'Secret' ? resources.secrets : kind === 'Pod' ? resources.pods : undefined;
  if (resource === undefined) {
    throw invalid({ ...KIND, plural: 'tokenrequests' }, '', [{ field: 'spec.boundObjectRef.kind', message: `Invalid value: "${kind}": cannot bind token for serviceaccount to object of this type` }]);
  }
  const found = objects.find<KubeObject>(resource, { name, namespace });
  if (found?.metadata.uid === undefined) throw notFound(resource, name);
  if (uid !== undefined && uid !== '' && uid !== found.metadata.uid) {
    throw conflict(resource, name, `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`);
  }
  const bound: BoundObject = { name, uid: found.metadata.uid };
  return kind === 'Secret' ? { secret: bound } : { pod: bound };
}

/** The subresource `serviceaccounts/token` (TokenRequest). */
export function createTokenRoute(objects: Objects, tokens: TokenAuthority): ExtraRoute {
  const handle = async (context: RouteContext): Promise<unknown> => {
    const { name, namespace } = context.attributes;
    const account = objects.find(resources.serviceAccounts, { name, namespace });
    if (account?.metadata.uid === undefined) throw notFound(resources.serviceAccounts, name);
    const { spec = {} } = (await context.readBody()) as { spec?: TokenRequestSpec };
    const expirationSeconds = lifetime(spec);
    const audiences = spec.audiences?.length ? spec.audiences : [API_AUDIENCE];
    const status = tokens.issue({ namespace, account: { name, uid: account.metadata.uid }, audiences, expirationSeconds, ...boundTo(spec, objects, namespace) });
    return {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name, namespace, creationTimestamp: null },
      spec: { ...spec, audiences, expirationSeconds },
      status,
    };
  };
  return {
    matches: ({ resource, subresource, verb }) => resource === 'serviceaccounts' && subresource === 'token' && verb === 'create',
    handle,
    discovery: { group: '', version: 'v1', resource: 'serviceaccounts/token', kind: 'TokenRequest', verbs: ['create'], kindGroup: 'authentication.k8s.io', kindVersion: 'v1' },
  };
}
