import type { ClusterFacts } from '../../src/discovery/cluster-facts.ts';
import type { ConfigMap, Node, Pod, UnknownObject, Workload } from '../../src/api/types/index.ts';

const EMPTY: ClusterFacts = {
  nodes: [],
  pods: [],
  daemonSets: [],
  deployments: [],
  configMaps: [],
  serviceCIDRs: [],
  ipPools: [],
  openshiftNetwork: undefined,
  submariners: [],
  apiVersions: new Set(['v1']),
  kubernetesVersion: 'v1.34.2',
};

/** Facts of a cluster that has only what is given. */
export function facts(some: Partial<ClusterFacts> = {}): ClusterFacts {
  return { ...EMPTY, ...some };
}

interface NodeOptions {
  readonly podCIDR?: string;
  readonly ip?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly kubelet?: string;
}

export function node(name: string, { podCIDR, ip, labels = {}, annotations = {}, kubelet = 'v1.34.2' }: NodeOptions = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, annotations },
    spec: podCIDR === undefined ? {} : { podCIDR, podCIDRs: [podCIDR] },
    status: { addresses: ip === undefined ? [] : [{ type: 'InternalIP', address: ip }], nodeInfo: { kubeletVersion: kubelet } },
  };
}

export function configMap(name: string, data: Record<string, string>, namespace = 'kube-system'): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

interface PodOptions {
  readonly labels?: Record<string, string>;
  readonly command?: string[];
  readonly env?: Record<string, string>;
  readonly volume?: string;
}

function podSpec({ command = [], env = {}, volume }: PodOptions): Pod['spec'] {
  const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
  return {
    containers: [{ name: 'main', image: 'x', command, env: variables }],
    ...(volume !== undefined && { volumes: [{ name: 'cfg', configMap: { name: volume } }] }),
  };
}

export function pod(name: string, options: PodOptions = {}): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'kube-system', labels: options.labels ?? {} }, spec: podSpec(options) };
}

export function daemonSet(name: string, options: PodOptions = {}): Workload {
  const labels = options.labels ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'kube-system', labels },
    spec: { selector: {}, template: { metadata: { labels }, spec: podSpec(options) } },
  };
}

export function deployment(name: string, namespace: string, labels: Record<string, string> = {}): Workload {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace, labels }, spec: { selector: {}, template: { spec: podSpec({}) } } };
}

export function object(kind: string, name: string, spec: unknown, namespace?: string): UnknownObject {
  return { apiVersion: 'x/v1', kind, metadata: { name, ...(namespace !== undefined && { namespace }) }, spec };
}
