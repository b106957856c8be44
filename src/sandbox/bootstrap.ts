import { MANAGED_BY, SERVICE_NAME, SLICE_MANAGED_BY } from '../api/labels.ts';
import { type Resource, resources } from '../api/resources.ts';
import type { KubeObject, PolicyRule, RoleBinding } from '../api/types/index.ts';
import { AUTHENTICATED, MASTERS, UNAUTHENTICATED } from './access/user.ts';
import type { AddressPlan, NodePlan } from './network/address-plan.ts';

/** An object that a new cluster has from the beginning. */
export interface BootstrapObject {
  readonly resource: Resource<KubeObject>;
  readonly object: Omit<KubeObject, 'apiVersion' | 'kind'>;
}

/** What the API server and the kubelets say their version is. */
export const SANDBOX_VERSION = 'v1.34.0-sandbox';

const RBAC = 'rbac.authorization.k8s.io';

function define<T extends KubeObject>(resource: Resource<T>, object: Omit<T, 'apiVersion' | 'kind'>): BootstrapObject {
  return { resource, object };
}

function grantToGroups(name: string, groups: readonly string[]): BootstrapObject {
  const subjects: NonNullable<RoleBinding['subjects']> = groups.map((group) => ({ kind: 'Group', name: group, apiGroup: RBAC }));
  return define(resources.clusterRoleBindings, { metadata: { name }, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name }, subjects });
}

const READABLE: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['pods', 'pods/log', 'services', 'configmaps', 'serviceaccounts', 'events', 'namespaces', 'endpoints'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['apps'], resources: ['deployments', 'daemonsets', 'replicasets'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
];

const CLUSTER_ROLES: Readonly<Record<string, readonly PolicyRule[]>> = {
  'cluster-admin': [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ],
  view: READABLE,
  'system:basic-user': [
    { apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], verbs: ['create'] },
    { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
  ],
  'system:discovery': [{ nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', '/version', '/version/', '/healthz', '/livez', '/readyz'], verbs: ['get'] }],
  'system:public-info-viewer': [{ nonResourceURLs: ['/version', '/version/', '/healthz', '/livez', '/readyz'], verbs: ['get'] }],
};

function roles(): BootstrapObject[] {
  const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
  return [
    ...Object.entries(CLUSTER_ROLES).map(([name, rules]) => define(resources.clusterRoles, { metadata: { name, labels }, rules: [...rules] })),
    grantToGroups('cluster-admin', [MASTERS]),
    grantToGroups('system:basic-user', [AUTHENTICATED]),
    grantToGroups('system:discovery', [AUTHENTICATED]),
    grantToGroups('system:public-info-viewer', [AUTHENTICATED, UNAUTHENTICATED]),
  ];
}

function node({ address, name, podCIDR }: NodePlan, index: number, now: string): BootstrapObject {
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'the sandbox runs', lastHeartbeatTime: now, lastTransitionTime: now };
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': process.arch === 'x64' ? 'amd64' : process.arch };
  return define(resources.nodes, {
    metadata: { name, labels: { ...labels, ...(index === 0 && { 'node-role.kubernetes.io/control-plane': '' }) } },
    spec: { podCIDR, podCIDRs: [podCIDR] },
    status: {
      addresses: [{ type: 'InternalIP', address }, { type: 'Hostname', address: name }],
      conditions: [ready],
      nodeInfo: { kubeletVersion: SANDBOX_VERSION, architecture: labels['kubernetes.io/arch'], osImage: 'mcs sandbox (simulated)' },
    },
  });
}

/** Where kubeadm clusters say their ranges, which is one of the places that discovery looks at. */
function kubeadmConfig(cluster: string, { podCIDR, serviceCIDR }: AddressPlan): string {
  return [
    'apiVersion: kubeadm.k8s.io/v1beta4',
    'kind: ClusterConfiguration',
    `clusterName: ${cluster}`,
    `kubernetesVersion: ${SANDBOX_VERSION}`,
    'networking:',
    '  dnsDomain: cluster.local',
    `  podSubnet: ${podCIDR}`,
    `  serviceSubnet: ${serviceCIDR}`,
    '',
  ].join('\n');
}

function kubernetesService({ apiServer, kubernetesServiceIP }: AddressPlan): BootstrapObject[] {
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  const port = { name: 'https', protocol: 'TCP' as const };
  return [
    define(resources.services, {
      metadata: { name: 'kubernetes', namespace: 'default', labels },
      spec: { type: 'ClusterIP', clusterIP: kubernetesServiceIP, clusterIPs: [kubernetesServiceIP], ports: [{ ...port, port: 443, targetPort: apiServer.port }] },
    }),
    define(resources.endpointSlices, {
      metadata: { name: 'kubernetes', namespace: 'default', labels: { [SERVICE_NAME]: 'kubernetes', [SLICE_MANAGED_BY]: 'kube-apiserver' } },
      addressType: 'IPv4',
      ports: [{ ...port, port: apiServer.port }],
      endpoints: [{ addresses: [apiServer.address], conditions: { ready: true } }],
    }),
  ];
}

/** Everything that stands in a cluster before its first user comes, in the order of creation. */
export function planBootstrap(cluster: string, plan: AddressPlan, now: string): readonly BootstrapObject[] {
  return [
    ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) => define(resources.namespaces, { metadata: { name } })),
    ...roles(),
    ...plan.nodes.map((each, index) => node(each, index, now)),
    define(resources.serviceCIDRs, { metadata: { name: 'kubernetes' }, spec: { cidrs: [plan.serviceCIDR] } }),
    define(resources.configMaps, {
      metadata: { name: 'kubeadm-config', namespace: 'kube-system' },
      data: { ClusterConfiguration: kubeadmConfig(cluster, plan) },
    }),
    define(resources.configMaps, {
      metadata: { name: 'mcs-sandbox', namespace: 'kube-public', labels: { [MANAGED_BY]: 'mcs-sandbox' } },
      data: { note: 'This is the simulator of "mcs sandbox up", not a Kubernetes cluster.' },
    }),
    ...kubernetesService(plan),
  ];
}
