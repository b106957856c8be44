import { MEMBER } from '../../../src/api/labels.ts';
import { resourcePath, resources } from '../../../src/api/resources.ts';
import { memberAccountName, memberRenewalName } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/api/types/index.ts';
import { memberCable, memberEndpoints, memberImport, type MemberService } from '../../helpers/member-records.ts';

/** Something that a member must not be able to do on the broker. */
export interface Attempt {
  readonly title: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Who refuses it with the rights that members have. */
  readonly by: 'RBAC' | 'admission policy' | 'API server';
  /** Nothing but RBAC could refuse it: no admission sees it. */
  readonly onlyRBAC?: true;
}

export interface Scene {
  readonly namespace: string;
  readonly hostile: string;
  /** What stands on the broker and is the victim's. */
  readonly victim: MemberService;
  /** The victim's objects as every member may read them, by kind: an update needs their version. */
  readonly standing: Readonly<Record<'ServiceImport' | 'EndpointSlice' | 'Endpoint' | 'Lease', KubeObject>>;
}

const MERGE = 'application/merge-patch+json';
const APPLY = 'application/apply-patch+yaml';
const APPLY_QUERY = '?fieldManager=hostile&force=true';

function readAttempts({ namespace }: Scene): Attempt[] {
  const read = (title: string, path: string): Attempt => ({ title, method: 'GET', path, by: 'RBAC', onlyRBAC: true });
  return [
    read('list Secrets of the broker', resourcePath(resources.secrets, namespace)),
    read('watch Secrets of the broker', `${resourcePath(resources.secrets, namespace)}?watch=true`),
    read('read one Secret of the broker', resourcePath(resources.secrets, namespace, 'mcs-join-0')),
    read('list Secrets of kube-system', resourcePath(resources.secrets, 'kube-system')),
    read('list Secrets of all namespaces', resourcePath(resources.secrets)),
    read('read joins that are under way', resourcePath(resources.clusterJoins, namespace)),
    read('list ServiceImports of other namespaces', resourcePath(resources.serviceImports, 'default')),
    read('impersonate the desk', resourcePath(resources.serviceImports, namespace)),
  ].map((attempt) => (attempt.title.startsWith('impersonate') ? { ...attempt, headers: { 'impersonate-user': `system:serviceaccount:${namespace}:mcs-desk` } } : attempt));
}

/** Writes to what is another member's, by every way there is. */
function foreignWrites({ namespace, hostile, victim, standing: found }: Scene): Attempt[] {
  const foreign = { ...victim, service: `${victim.service}-new` };
  const objects = [
    { kind: 'ServiceImport', resource: resources.serviceImports, standing: memberImport(victim, namespace), missing: memberImport(foreign, namespace) },
    { kind: 'EndpointSlice', resource: resources.endpointSlices, standing: memberEndpoints(victim, ['192.0.2.66'], namespace), missing: memberEndpoints(foreign, ['192.0.2.66'], namespace) },
    { kind: 'Endpoint', resource: resources.cableEndpoints, standing: memberCable(victim.cluster, '192.0.2.10', namespace), missing: memberCable(victim.cluster, '192.0.2.66', namespace) },
    { kind: 'Lease', resource: resources.leases, standing: lease(victim.cluster, victim.cluster, namespace), missing: lease(`${victim.cluster}-new`, victim.cluster, namespace) },
  ] as const;
  return objects.flatMap(({ kind, resource, standing, missing }): Attempt[] => {
    const collection = resourcePath(resource, namespace);
    const path = resourcePath(resource, namespace, standing.metadata.name);
    const generated = { ...missing, metadata: { ...missing.metadata, name: undefined, generateName: `${standing.metadata.name}-` } };
    const attempt = (title: string, rest: Pick<Attempt, 'method' | 'path'> & Partial<Attempt>): Attempt => ({ title: `${title} (${kind})`, by: 'admission policy', ...rest });
    return [
      attempt('create under another name', { method: 'POST', path: collection, body: missing }),
      attempt('create under a generated name', { method: 'POST', path: collection, body: generated }),
      attempt('create over what stands', { method: 'POST', path: collection, body: standing }),
      attempt('update', { method: 'PUT', path, body: { ...found[kind], metadata: { ...found[kind].metadata, annotations: { x: 'y' } } } }),
      attempt('take over by labels', { method: 'PATCH', path, contentType: MERGE, body: { metadata: { labels: { [MEMBER]: hostile } } } }),
      attempt('patch', { method: 'PATCH', path, contentType: MERGE, body: { metadata: { annotations: { x: 'y' } } } }),
      attempt('apply', { method: 'PATCH', path: path + APPLY_QUERY, contentType: APPLY, body: standing }),
      attempt('create by apply', { method: 'PATCH', path: resourcePath(resource, namespace, missing.metadata.name) + APPLY_QUERY, contentType: APPLY, body: missing }),
      attempt('delete', { method: 'DELETE', path }),
      attempt('delete the collection', { method: 'DELETE', path: collection, by: 'RBAC' }),
    ];
  });
}

function statusWrites({ namespace, victim }: Scene): Attempt[] {
  const standing = memberImport(victim, namespace);
  const path = resourcePath(resources.serviceImports, namespace, standing.metadata.name, 'status');
  const body = { status: { clusters: [{ cluster: 'nobody' }] } };
  const old = { ...resources.serviceImports, version: 'v1alpha1' };
  const write = (title: string, rest: Partial<Attempt>): Attempt => ({ title, by: 'admission policy', method: 'PATCH', path, body, contentType: MERGE, ...rest });
  return [
    write('patch the status', {}),
    write('apply the status', { path: path + APPLY_QUERY, contentType: APPLY, body: { apiVersion: standing.apiVersion, kind: standing.kind, metadata: { name: standing.metadata.name }, ...body } }),
    write('patch the status as v1alpha1', { path: resourcePath(old, namespace, standing.metadata.name, 'status') }),
    write('patch as v1alpha1', { path: resourcePath(old, namespace, standing.metadata.name), body: { metadata: { annotations: { x: 'y' } } } }),
  ];
}

function lease(name: string, member: string, namespace: string): KubeObject {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace, labels: { [MEMBER]: member } } };
}

/** Own names with contents that are not the member's. */
function disguisedWrites({ namespace, hostile, victim }: Scene): Attempt[] {
  const own = { ...victim, cluster: hostile };
  const serviceImport = memberImport(own, namespace);
  const slice = memberEndpoints(own, ['192.0.2.66'], namespace);
  const cable = memberCable(hostile, '192.0.2.66', namespace);
  const [imports, cables] = [resourcePath(resources.serviceImports, namespace), resourcePath(resources.cableEndpoints, namespace)];
  const withLabels = (labels: Record<string, string>): unknown => ({ ...serviceImport, metadata: { ...serviceImport.metadata, labels: { ...serviceImport.metadata.labels, ...labels } } });
  const withMeta = (meta: Record<string, unknown>): unknown => ({ ...serviceImport, metadata: { ...serviceImport.metadata, ...meta } });
  const owner = { apiVersion: 'v1', kind: 'Secret', name: 'x', uid: '00000000-0000-4000-8000-000000000000' };
  const create = (title: string, body: unknown, path = imports): Attempt => ({ title, by: 'admission policy', method: 'POST', path, body });
  return [
    create("own name, another member's label", withLabels({ [MEMBER]: victim.cluster })),
    create('own name, another source cluster', withLabels({ 'multicluster.kubernetes.io/source-cluster': victim.cluster })),
    create('own name, no labels', withMeta({ labels: {} })),
    create('own name, a finalizer that blocks its removal', withMeta({ finalizers: ['hostile.example/stay'] })),
    create('own name, an owner reference', withMeta({ ownerReferences: [owner] })),
    create("own tunnel end, another member's cluster id", { ...cable, spec: { ...cable.spec, cluster_id: victim.cluster } }, cables),
    create("own tunnel end, another member's label", { ...cable, metadata: { ...cable.metadata, labels: { ...cable.metadata.labels, [MEMBER]: victim.cluster } } }, cables),
    create('own tunnel end, a finalizer that blocks its removal', { ...cable, metadata: { ...cable.metadata, finalizers: ['hostile.example/stay'] } }, cables),
    create("own slice as backend of the broker cluster's Service", { ...slice, metadata: { ...slice.metadata, labels: { ...slice.metadata.labels, 'kubernetes.io/service-name': 'web' } } }, resourcePath(resources.endpointSlices, namespace)),
  ];
}

/** EndpointSlices that the API itself does not take (others of these ranges are left to importers). */
function specialAddresses({ namespace, hostile, victim }: Scene): Attempt[] {
  const path = resourcePath(resources.endpointSlices, namespace);
  return ['127.0.0.1', '169.254.169.254', '224.0.0.1', '0.0.0.0'].map((address) => ({
    title: `own slice with the address ${address}`,
    by: 'API server',
    method: 'POST',
    path,
    body: memberEndpoints({ ...victim, cluster: hostile }, [address], namespace),
  }));
}

function tokenRequest(title: string, account: string, { namespace }: Scene, expirationSeconds: number, by: Attempt['by']): Attempt {
  const path = resourcePath(resources.serviceAccounts, namespace, account, 'token');
  return { title, by, method: 'POST', path, body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds } } };
}

function credentialAttempts(scene: Scene): Attempt[] {
  const { namespace, hostile, victim } = scene;
  const own = memberAccountName(hostile);
  const rbac = 'rbac.authorization.k8s.io';
  const roleRef = { apiGroup: rbac, kind: 'Role', name: memberRenewalName(victim.cluster) };
  const binding = { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { name: `x.${hostile}` }, roleRef, subjects: [{ kind: 'ServiceAccount', name: own, namespace }] };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: `x.${hostile}`, annotations: { 'kubernetes.io/service-account.name': own } }, type: 'kubernetes.io/service-account-token' };
  const create = (title: string, path: string, body: unknown): Attempt => ({ title, by: 'RBAC', method: 'POST', path, body });
  return [
    tokenRequest('a token of ten years', own, scene, 10 * 365 * 86_400, 'admission policy'),
    tokenRequest('a token of more than 7 days', own, scene, 604_801, 'admission policy'),
    tokenRequest("another member's token", memberAccountName(victim.cluster), scene, 3_600, 'RBAC'),
    tokenRequest("the desk's token", 'mcs-desk', scene, 3_600, 'RBAC'),
    tokenRequest("the join account's token", 'mcs-join', scene, 3_600, 'RBAC'),
    create('a token that never expires, in a Secret', resourcePath(resources.secrets, namespace), secret),
    create('an account', resourcePath(resources.serviceAccounts, namespace), { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: `x.${hostile}` } }),
    create('a binding to the rights of another', resourcePath(resources.roleBindings, namespace), binding),
  ];
}

function deskWrites({ namespace, hostile, victim }: Scene): Attempt[] {
  const path = (name: string): string => resourcePath(resources.clusters, namespace, name);
  const wide = { spec: { cluster_cidr: ['0.0.0.0/0'] } };
  const write = (title: string, rest: Pick<Attempt, 'method' | 'path'> & Partial<Attempt>): Attempt => ({ title, by: 'RBAC', contentType: MERGE, ...rest });
  return [
    write('widen the own ranges', { method: 'PATCH', path: path(hostile), body: wide }),
    write("change another member's ranges", { method: 'PATCH', path: path(victim.cluster), body: wide }),
    write('remove another member', { method: 'DELETE', path: path(victim.cluster) }),
    write('ask to join as another', { method: 'POST', path: resourcePath(resources.clusterJoins, namespace), contentType: 'application/json', body: { apiVersion: 'mcs.clusterset.local/v1', kind: 'ClusterJoin', metadata: { name: `x.${hostile}` } }, onlyRBAC: true }),
    write("change the desk's Deployment", { method: 'PATCH', path: resourcePath(resources.deployments, namespace, 'mcs-desk'), body: { spec: { replicas: 0 } } }),
    write('write outside the broker namespace', { method: 'POST', path: resourcePath(resources.configMaps, 'default'), contentType: 'application/json', body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `x.${hostile}` } }, onlyRBAC: true }),
  ];
}

/** Everything that a hostile member tries on the broker's API server. */
export function hostileAttempts(scene: Scene): Attempt[] {
  return [...readAttempts(scene), ...foreignWrites(scene), ...statusWrites(scene), ...disguisedWrites(scene), ...specialAddresses(scene), ...credentialAttempts(scene), ...deskWrites(scene)];
}
