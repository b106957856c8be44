import { MANAGED_BY, MANAGED_BY_MCS } from '../api/labels.ts';
import { McsError } from '../base/errors.ts';
import type { EngineFacts } from './cluster-facts.ts';

/** Another multi-cluster engine, and the object that gave it away. */
export interface Engine {
  readonly name: string;
  readonly evidence: string;
}

/** Deployments by which other engines show. */
const ENGINE_DEPLOYMENTS: Readonly<Record<string, string>> = {
  'submariner-operator': 'Submariner',
  'submariner-lighthouse-agent': 'Submariner Lighthouse',
  'clustermesh-apiserver': 'Cilium Cluster Mesh',
  'gke-mcs-importer': 'GKE Multi-Cluster Services',
  'karmada-agent': 'Karmada',
  'antrea-mc-controller': 'Antrea Multi-cluster',
  'member-net-controller-manager': 'Azure Kubernetes Fleet Manager',
  'cloud-map-mcs-controller-manager': 'AWS Cloud Map MCS Controller',
};

/** Namespaces in which those Deployments live. */
export const ENGINE_NAMESPACES: readonly string[] = [
  'submariner-operator',
  'kube-system',
  'gke-mcs',
  'karmada-system',
  'fleet-system',
  'cloud-map-mcs-system',
];

/** Other engines that already serve a cluster. Pure. */
export function findEngines({ deployments, configMaps, submariners }: EngineFacts): Engine[] {
  const byDeployment = deployments
    .filter(({ metadata }) => Object.hasOwn(ENGINE_DEPLOYMENTS, metadata.name) && metadata.labels?.[MANAGED_BY] !== MANAGED_BY_MCS)
    .map(({ metadata }) => ({ name: ENGINE_DEPLOYMENTS[metadata.name] ?? '', evidence: `Deployment ${metadata.namespace ?? ''}/${metadata.name}` }));
  const byResource = submariners.map(({ metadata }) => ({ name: 'Submariner', evidence: `Submariner ${metadata.namespace ?? ''}/${metadata.name}` }));
  const cilium = configMaps
    .filter(({ metadata, data }) => metadata.name === 'cilium-config' && data?.['clustermesh-enable-mcs-api'] === 'true')
    .map(({ metadata }) => ({ name: 'Cilium Cluster Mesh', evidence: `clustermesh-enable-mcs-api in ConfigMap ${metadata.namespace ?? ''}/${metadata.name}` }));
  return [...byDeployment, ...byResource, ...cilium];
}

/** Throws MCS_ENGINE_CONFLICT where another engine serves the cluster: two would fight for the same objects. */
export function validateNoOtherEngine(engines: readonly Engine[]): void {
  const [first] = engines;
  if (first === undefined) return;
  const found = engines.map(({ name, evidence }) => `${name} (${evidence})`).join(', ');
  const hint = first.name.startsWith('Submariner') ? 'subctl uninstall' : `Remove ${first.name} from this cluster, or join another cluster`;
  throw new McsError('MCS_ENGINE_CONFLICT', `Cannot install mcs: another multi-cluster engine serves this cluster: ${found}`, {
    hints: [hint],
    details: { engines },
  });
}
