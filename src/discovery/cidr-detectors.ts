import { parse } from 'yaml';
import { describeObject } from '../api/kinds.ts';
import type { ConfigMap, Pod, UnknownObject } from '../api/types/index.ts';
import type { ClusterFacts, PluginFacts } from './cluster-facts.ts';
import { findArgument, findPodArgument, findPodEnv } from './process-arguments.ts';

/** Ranges as one source states them, not parsed yet. */
export interface CidrClaim {
  readonly cidrs: readonly string[];
  /** Where they stand, for people: `ConfigMap kube-system/kubeadm-config`. */
  readonly source: string;
}

/** What one network plugin or part of Kubernetes says about the ranges of its cluster. */
export interface Detection {
  /** Network plugin, where this detector tells it. */
  readonly plugin?: string;
  readonly pods?: CidrClaim;
  readonly services?: CidrClaim;
}

/** A pure look at fetched objects; undefined where it does not apply. */
export interface Detector {
  readonly name: string;
  detect(facts: ClusterFacts): Detection | undefined;
}

/** Claims may hold several ranges: "a,b" for dual stack, or blanks between them. */
function claim(text: string | readonly string[] | undefined, source: string): CidrClaim | undefined {
  const cidrs = (typeof text === 'string' ? [text] : (text ?? [])).flatMap((part) => part.split(/[\s,]+/)).filter((part) => part !== '');
  return cidrs.length === 0 ? undefined : { cidrs, source };
}

function detection(plugin: string | undefined, pods: CidrClaim | undefined, services?: CidrClaim): Detection {
  return { ...(plugin !== undefined && { plugin }), ...(pods && { pods }), ...(services && { services }) };
}

function findConfigMap({ configMaps }: ClusterFacts, name: string): ConfigMap | undefined {
  return configMaps.find((map) => map.metadata.name === name);
}

/** Pods as their DaemonSets make them stand for the pods: one object, however many nodes. */
function podsOf({ pods, daemonSets }: ClusterFacts): Pod[] {
  const templates = daemonSets.map(({ metadata, spec }): Pod => {
    const labels = spec.template.metadata?.labels ?? {};
    return { apiVersion: 'v1', kind: 'Pod', metadata: { name: metadata.name, labels }, spec: spec.template.spec };
  });
  return [...pods, ...templates];
}

function podsWith(facts: ClusterFacts, label: string, value: string): Pod[] {
  return podsOf(facts).filter((pod) => pod.metadata.labels?.[label] === value);
}

function parseSafely(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // somebody else's file, and only one source of several
  }
}

function textAt(object: Record<string, unknown>, ...path: readonly string[]): string | undefined {
  let current: unknown = object;
  for (const key of path) current = (current as Record<string, unknown> | undefined | null)?.[key];
  return typeof current === 'string' ? current : undefined;
}

const openshift: Detector = {
  name: 'OpenShift',
  detect: ({ openshiftNetwork: network }) => {
    if (!network) return undefined;
    const spec = (network.spec ?? {}) as { clusterNetwork?: { cidr: string }[]; serviceNetwork?: string[]; networkType?: string };
    const source = describeObject({ ...network, kind: 'Network' });
    return detection(spec.networkType ?? 'OpenShift', claim(spec.clusterNetwork?.map((entry) => entry.cidr), source), claim(spec.serviceNetwork, source));
  },
};

/** OVN writes `10.128.0.0/14/23`: the range, and the size of each node's share of it. */
function withoutHostPrefix(text: string | undefined): string | undefined {
  return text?.split(',').map((part) => part.split('/').slice(0, 2).join('/')).join(',');
}

const ovn: Detector = {
  name: 'OVN-Kubernetes',
  detect: (facts) => {
    const map = findConfigMap(facts, 'ovn-config');
    if (podsWith(facts, 'app', 'ovnkube-node').length === 0) return undefined;
    if (!map) return detection('OVNKubernetes', undefined);
    const source = describeObject({ ...map, kind: 'ConfigMap' });
    return detection('OVNKubernetes', claim(withoutHostPrefix(map.data?.net_cidr), source), claim(map.data?.svc_cidr, source));
  },
};

const weave: Detector = {
  name: 'Weave',
  detect: (facts) => {
    const pods = podsWith(facts, 'name', 'weave-net');
    return pods.length === 0 ? undefined : detection('weave-net', claim(findPodEnv(pods, 'IPALLOC_RANGE'), 'IPALLOC_RANGE of weave-net'));
  },
};

function flannelClaim(facts: ClusterFacts, names: readonly string[]): CidrClaim | undefined {
  const map = facts.configMaps.find((candidate) => names.includes(candidate.metadata.name) && candidate.data?.['net-conf.json'] !== undefined);
  return map && claim(textAt(parseSafely(map.data?.['net-conf.json']), 'Network'), describeObject({ ...map, kind: 'ConfigMap' }));
}

const canal: Detector = {
  name: 'Canal',
  detect: (facts) => {
    const isCanal = facts.daemonSets.some((set) => set.metadata.labels?.['k8s-app'] === 'canal');
    return isCanal ? detection('canal', flannelClaim(facts, ['canal-config', 'kube-flannel-cfg'])) : undefined;
  },
};

interface IpPoolSpec {
  cidr?: string;
  disabled?: boolean;
}

function isOwnPool({ spec }: UnknownObject): boolean {
  return (spec as IpPoolSpec | undefined)?.disabled !== true; // Submariner registers remote ranges as disabled pools
}

const calico: Detector = {
  name: 'Calico',
  detect: (facts) => {
    const isCalico = facts.daemonSets.some((set) => set.metadata.name === 'calico-node') || findConfigMap(facts, 'calico-config') !== undefined;
    if (!isCalico) return undefined;
    const pools = facts.ipPools.filter(isOwnPool);
    const cidrs = pools.flatMap(({ spec }) => (spec as IpPoolSpec | undefined)?.cidr ?? []);
    return detection('calico', claim(cidrs, `Calico IPPool ${pools.map((pool) => pool.metadata.name).join(', ')}`));
  },
};

const flannel: Detector = {
  name: 'Flannel',
  detect: (facts) => {
    const sets = facts.daemonSets.filter((set) => set.metadata.name.includes('flannel'));
    if (sets.length === 0) return undefined;
    const mounted = sets.flatMap((set) => set.spec.template.spec.volumes?.flatMap((volume) => volume.configMap?.name ?? []) ?? []);
    return detection('flannel', flannelClaim(facts, [...mounted, 'kube-flannel-cfg']));
  },
};

const kindnet: Detector = {
  name: 'kindnet',
  detect: (facts) => {
    const pods = podsWith(facts, 'app', 'kindnet');
    return pods.length === 0 ? undefined : detection('kindnet', claim(findPodEnv(pods, 'POD_SUBNET'), 'POD_SUBNET of kindnet'));
  },
};

/** k3s and RKE2 run no control plane pods; they write their arguments on their server nodes. */
const k3s: Detector = {
  name: 'k3s',
  detect: ({ nodes }) => {
    const isK3s = nodes.some((node) => /\+(k3s|rke2)/.test(node.status?.nodeInfo?.kubeletVersion ?? ''));
    if (!isK3s) return undefined;
    const annotation = nodes.map(({ metadata }) => metadata.annotations?.['k3s.io/node-args'] ?? metadata.annotations?.['rke2.io/node-args']);
    const args = annotation.flatMap((text) => Object.values(parseSafely(text))).filter((arg) => typeof arg === 'string');
    const read = (flag: string, usual: string): CidrClaim | undefined => {
      const given = findArgument(args, flag);
      return given === undefined ? claim(usual, `default of k3s and RKE2`) : claim(given, `--${flag} in the node-args of k3s`);
    };
    return detection(undefined, read('cluster-cidr', '10.42.0.0/16'), read('service-cidr', '10.43.0.0/16'));
  },
};

const serviceCidrApi: Detector = {
  name: 'ServiceCIDR',
  detect: ({ serviceCIDRs }) => {
    const live = serviceCIDRs.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const cidrs = live.flatMap(({ spec }) => (spec as { cidrs?: string[] } | undefined)?.cidrs ?? []);
    const services = claim(cidrs, `ServiceCIDR ${live.map(({ metadata }) => metadata.name).join(', ')}`);
    return services && detection(undefined, undefined, services);
  },
};

const kubeadm: Detector = {
  name: 'kubeadm',
  detect: (facts) => {
    const map = findConfigMap(facts, 'kubeadm-config');
    if (!map) return undefined;
    const configuration = parseSafely(map.data?.ClusterConfiguration);
    const source = describeObject({ ...map, kind: 'ConfigMap' });
    const subnet = (name: string): CidrClaim | undefined => claim(textAt(configuration, 'networking', name), source);
    return detection(undefined, subnet('podSubnet'), subnet('serviceSubnet'));
  },
};

const controlPlane: Detector = {
  name: 'control plane arguments',
  detect: (facts) => {
    const pods = podsOf(facts);
    const argument = (component: string, flag: string): CidrClaim | undefined =>
      claim(findPodArgument(pods, component, flag), `--${flag} of ${component}`);
    const podCidrs = argument('kube-controller-manager', 'cluster-cidr') ?? argument('kube-proxy', 'cluster-cidr');
    const services = argument('kube-apiserver', 'service-cluster-ip-range') ?? argument('kube-controller-manager', 'service-cluster-ip-range');
    return podCidrs || services ? detection(undefined, podCidrs, services) : undefined;
  },
};

const kubeProxyConfig: Detector = {
  name: 'kube-proxy configuration',
  detect: (facts) => {
    const map = findConfigMap(facts, 'kube-proxy');
    const found = map && claim(textAt(parseSafely(map.data?.['config.conf']), 'clusterCIDR'), describeObject({ ...map, kind: 'ConfigMap' }));
    return found && detection(undefined, found);
  },
};

/** Network plugins first, the most telling first; then what holds for any plugin. */
export const CIDR_DETECTORS: readonly Detector[] = [
  openshift,
  ovn,
  weave,
  canal,
  calico,
  flannel,
  kindnet,
  serviceCidrApi,
  kubeadm,
  controlPlane,
  kubeProxyConfig,
  k3s,
];

/** Name of the network plugin; undefined where none is recognised. */
export function detectPlugin(facts: PluginFacts): string | undefined {
  const all: ClusterFacts = { nodes: [], pods: [], deployments: [], serviceCIDRs: [], submariners: [], kubernetesVersion: '', ...facts };
  return CIDR_DETECTORS.map((detector) => detector.detect(all)?.plugin).find((plugin) => plugin !== undefined);
}
