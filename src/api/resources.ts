import type * as t from './types/index.ts';

/** Where an API resource is served, with the type of its objects carried along. */
export interface Resource<T extends t.KubeObject = t.UnknownObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set: it only binds the object type to the descriptor. */
  readonly __type?: T;
}

function define<T extends t.KubeObject>(group: string, version: string, plural: string, kind: string, namespaced = true): Resource<T> {
  return { group, version, plural, kind, namespaced };
}

const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';

/** Every resource that `mcs` reads or writes. */
export const resources = {
  namespaces: define<t.Namespace>('', 'v1', 'namespaces', 'Namespace', false),
  nodes: define<t.Node>('', 'v1', 'nodes', 'Node', false),
  pods: define<t.Pod>('', 'v1', 'pods', 'Pod'),
  services: define<t.Service>('', 'v1', 'services', 'Service'),
  endpoints: define<t.Endpoints>('', 'v1', 'endpoints', 'Endpoints'),
  secrets: define<t.Secret>('', 'v1', 'secrets', 'Secret'),
  configMaps: define<t.ConfigMap>('', 'v1', 'configmaps', 'ConfigMap'),
  serviceAccounts: define<t.KubeObject>('', 'v1', 'serviceaccounts', 'ServiceAccount'),
  events: define<t.Event>('', 'v1', 'events', 'Event'),
  deployments: define<t.Workload>('apps', 'v1', 'deployments', 'Deployment'),
  daemonSets: define<t.Workload>('apps', 'v1', 'daemonsets', 'DaemonSet'),
  replicaSets: define<t.Workload>('apps', 'v1', 'replicasets', 'ReplicaSet'),
  endpointSlices: define<t.EndpointSlice>('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice'),
  leases: define<t.Lease>('coordination.k8s.io', 'v1', 'leases', 'Lease'),
  roles: define<t.Role>(RBAC, 'v1', 'roles', 'Role'),
  roleBindings: define<t.RoleBinding>(RBAC, 'v1', 'rolebindings', 'RoleBinding'),
  clusterRoles: define<t.Role>(RBAC, 'v1', 'clusterroles', 'ClusterRole', false),
  clusterRoleBindings: define<t.RoleBinding>(RBAC, 'v1', 'clusterrolebindings', 'ClusterRoleBinding', false),
  podDisruptionBudgets: define<t.UnknownObject>('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget'),
  networkPolicies: define<t.NetworkPolicy>('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy'),
  serviceCIDRs: define<t.UnknownObject>('networking.k8s.io', 'v1', 'servicecidrs', 'ServiceCIDR', false),
  customResourceDefinitions: define<t.UnknownObject>('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'CustomResourceDefinition', false),
  validatingAdmissionPolicies: define<t.UnknownObject>(ADMISSION, 'v1', 'validatingadmissionpolicies', 'ValidatingAdmissionPolicy', false),
  validatingAdmissionPolicyBindings: define<t.UnknownObject>(ADMISSION, 'v1', 'validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding', false),
  flowSchemas: define<t.UnknownObject>('flowcontrol.apiserver.k8s.io', 'v1', 'flowschemas', 'FlowSchema', false),
  calicoPools: define<t.CalicoPool>('crd.projectcalico.org', 'v1', 'ippools', 'IPPool', false),
  serviceExports: define<t.ServiceExport>('multicluster.x-k8s.io', 'v1beta1', 'serviceexports', 'ServiceExport'),
  serviceImports: define<t.ServiceImport>('multicluster.x-k8s.io', 'v1beta1', 'serviceimports', 'ServiceImport'),
  clusterProperties: define<t.ClusterProperty>('about.k8s.io', 'v1', 'clusterproperties', 'ClusterProperty', false),
  clusters: define<t.Cluster>('submariner.io', 'v1', 'clusters', 'Cluster'),
  cableEndpoints: define<t.CableEndpoint>('submariner.io', 'v1', 'endpoints', 'Endpoint'),
  gateways: define<t.Gateway>('submariner.io', 'v1', 'gateways', 'Gateway'),
  routeAgents: define<t.RouteAgent>('submariner.io', 'v1', 'routeagents', 'RouteAgent'),
  gatewayDNS: define<t.GatewayDNS>('connectivity.tanzu.vmware.com', 'v1alpha1', 'gatewaydns', 'GatewayDNS'),
  /** Of Cluster API; its version is asked of the API server. */
  capiClusters: define<t.KubeObject>('cluster.x-k8s.io', 'v1beta1', 'clusters', 'Cluster'),
  exportPolicies: define<t.ServiceExportPolicy>('mcs.clusterset.local', 'v1', 'serviceexportpolicies', 'ServiceExportPolicy', false),
  clusterJoins: define<t.ClusterJoin>('mcs.clusterset.local', 'v1', 'clusterjoins', 'ClusterJoin'),
} as const;

/** `apiVersion` of a resource's objects. */
export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Request path of a collection or, with a name, of one object (and its subresource). */
export function resourcePath(resource: Resource<t.KubeObject>, namespace?: string, name?: string, subresource?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const tail = [name, subresource].filter((part) => part !== undefined).map((part) => `/${encodeURIComponent(part)}`);
  return `${root}${scope}/${resource.plural}${tail.join('')}`;
}

/** The resource that a request path is about: `services`, `leases`, `serviceimports/status`; the path itself where it is about none. */
export function resourceOfPath(path: string): string {
  const match = /^\/(?:api|apis\/[^/]+)\/[^/]+\/(?:namespaces\/[^/]+\/)?([^/?]+)(?:\/[^/?]+)?(\/[^/?]+)?(?:\?|$)/.exec(path);
  return match === null ? (path.split('?')[0] ?? path) : `${match[1] ?? ''}${match[2] ?? ''}`;
}

/** How people name the resource, as in RBAC: `serviceexports.multicluster.x-k8s.io`. */
export function resourceName(resource: Pick<Resource, 'group' | 'plural'>): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** `namespace/name`, or `name` for what has no namespace: the key of an object in a queue or index. */
export function objectKey(meta: Pick<t.ObjectMeta, 'namespace' | 'name'>): string {
  // a template would keep its parts beside the key for as long as that lives; there are many
  return meta.namespace === undefined ? meta.name : [meta.namespace, meta.name].join('/');
}

/** The two halves of an `objectKey`. */
export function splitKey(key: string): { namespace?: string; name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
