import { FLEET_CLUSTER, FLEET_NAMESPACE } from '../api/labels.ts';
import { isDnsLabel, isDnsSubdomain } from '../api/names.ts';
import { objectKey } from '../api/resources.ts';
import type { KubeObject, ObjectMeta } from '../api/types/index.ts';
import type { FleetCluster, FleetProblem } from './fleet-cluster.ts';

/** Key of Secrets with kubeconfigs, as Cluster API has it. */
export const KUBECONFIG_KEY = 'value';

/** What says that there is a cluster. */
export interface FleetCandidate {
  readonly cluster: FleetCluster;
  readonly createdAt: string;
}

export interface FleetChoice {
  /** By their keys, in order of them. */
  readonly clusters: ReadonlyMap<string, FleetCluster>;
  readonly problems: readonly FleetProblem[];
}

const uidOf = ({ uid = '' }: ObjectMeta): string => uid;
const namespaceOf = ({ namespace = '' }: ObjectMeta): string => namespace;

function candidate(metadata: ObjectMeta, cluster: Omit<FleetCluster, 'key' | 'uid'>): FleetCandidate {
  const key = objectKey({ namespace: cluster.namespace, name: cluster.name });
  return { cluster: { key, uid: uidOf(metadata), ...cluster }, createdAt: metadata.creationTimestamp ?? '' };
}

/** A Cluster of Cluster API, whose kubeconfig stands in the Secret `<name>-kubeconfig` beside it. */
function ofCapi({ metadata }: KubeObject): FleetCandidate {
  const namespace = namespaceOf(metadata);
  const secret = { namespace, name: `${metadata.name}-kubeconfig`, key: KUBECONFIG_KEY };
  return candidate(metadata, { namespace, name: metadata.name, labels: metadata.labels ?? {}, secret, source: 'cluster-api' });
}

function ofSecret({ metadata }: KubeObject): FleetCandidate {
  const { [FLEET_CLUSTER]: name = '', [FLEET_NAMESPACE]: namespace = namespaceOf(metadata), ...labels } = metadata.labels ?? {};
  const secret = { namespace: namespaceOf(metadata), name: metadata.name, key: KUBECONFIG_KEY };
  return candidate(metadata, { namespace, name, labels, secret, source: 'secret' });
}

function secretProblem({ cluster: { secret, uid } }: FleetCandidate, reason: FleetProblem['reason'], message: string): FleetProblem {
  return { object: { kind: 'Secret', namespace: secret.namespace, name: secret.name, uid }, reason, message };
}

const place = ({ cluster: { source, namespace, name, secret } }: FleetCandidate): string =>
  source === 'cluster-api' ? `Cluster "${namespace}/${name}" of Cluster API` : `Secret "${secret.namespace}/${secret.name}"`;

function nameProblem(each: FleetCandidate): FleetProblem | undefined {
  const { name, namespace } = each.cluster;
  if (isDnsSubdomain(name) && isDnsLabel(namespace)) return undefined;
  const [label, value] = isDnsSubdomain(name) ? [FLEET_NAMESPACE, namespace] : [FLEET_CLUSTER, name];
  return secretProblem(each, 'InvalidClusterName', `The label ${label} of Secret "${each.cluster.secret.namespace}/${each.cluster.secret.name}" is no name: "${value}". The Secret is not used`);
}

const byAge = (a: FleetCandidate, b: FleetCandidate): number =>
  a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : a.cluster.secret.name < b.cluster.secret.name ? -1 : 1;

/**
 * Which clusters there are. Where several say that they are one of the same namespace and name, Cluster
 * API counts before a Secret, and an older Secret before a younger one.
 */
export function chooseClusters(capiClusters: readonly KubeObject[], secrets: readonly KubeObject[]): FleetChoice {
  const chosen = new Map<string, FleetCandidate>(capiClusters.map(ofCapi).map((each) => [each.cluster.key, each]));
  const problems: FleetProblem[] = [];
  for (const each of secrets.map(ofSecret).toSorted(byAge)) {
    const { key } = each.cluster;
    const first = chosen.get(key);
    const invalid = nameProblem(each);
    if (invalid !== undefined) problems.push(invalid);
    else if (first === undefined) chosen.set(key, each);
    else problems.push(secretProblem(each, 'DuplicateCluster', `Cluster "${key}" of ${place(each)} is known from ${place(first)} already. The Secret is not used`));
  }
  const sorted = [...chosen].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { clusters: new Map(sorted.map(([key, { cluster }]) => [key, cluster])), problems };
}
