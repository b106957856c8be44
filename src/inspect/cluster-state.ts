import type { CableEndpoint, ConfigMap, Gateway, MemberConfig, RouteAgent, ServiceExport, ServiceImport, Workload } from '../api/types/index.ts';
import type { WiringStatus } from '../cluster-dns/wiring-status.ts';
import type { EndpointDigests } from './endpoint-digest.ts';

/** A Deployment or DaemonSet of ours. */
export interface WorkloadState {
  /** controller, dns, desk, ... */
  readonly component: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  /** Version that it was installed as. */
  readonly version: string;
  readonly wanted: number;
  readonly ready: number;
}

/** The member's credential on the broker, without the credential. */
export interface CredentialState {
  readonly server: string;
  /** RFC 3339 */
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** When it is due to be renewed. */
  readonly renewsAt: string;
  /** Pins of the authorities that the member trusts; none for the system's trust store. */
  readonly caPins: readonly string[];
}

/** What the gateway agents of a member say. */
export interface DataPlaneState {
  /** Ends of tunnels, the own ones and those of other members. */
  readonly endpoints: readonly CableEndpoint[];
  readonly gateways: readonly Gateway[];
  readonly routeAgents: readonly RouteAgent[];
  /** Since the active gateway renewed its Lease, seconds by the API server's clock; absent where nobody can tell. */
  readonly leaseAge?: number;
}

export interface MemberState {
  readonly config: MemberConfig;
  /** Undefined where the gateway agent is not installed. */
  readonly dataPlane?: DataPlaneState;
  /** Undefined where the reader may not read the Secret, or there is none. */
  readonly credential?: CredentialState;
  /** What the controller says of the cluster's own DNS; undefined where it has said nothing. */
  readonly dnsWiring?: WiringStatus;
  readonly exports: readonly ServiceExport[];
  readonly imports: readonly ServiceImport[];
  /** Ready endpoints of its imports, by `namespace/name`, then by exporting cluster. */
  readonly readyEndpoints: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** What the endpoints of its imports come to; absent where nobody has summed that up. */
  readonly endpointDigests?: EndpointDigests;
}

/** One member as the broker has it. */
export interface BrokerMember {
  readonly clusterID: string;
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
  readonly joinedAt: string;
  /** UID of kube-system in the cluster that joined; absent where it did not tell. */
  readonly clusterUID?: string;
  /** When its Lease was renewed last, RFC 3339 by the member's clock. */
  readonly renewedAt?: string;
  /** Seconds since that, by the API server's clock; absent where it does not tell. */
  readonly leaseAge?: number;
  /** Services that it exports. */
  readonly exports: number;
}

export interface BrokerState {
  readonly namespace: string;
  readonly members: readonly BrokerMember[];
}

/** What stands in one cluster. */
export interface ClusterState {
  /** UID of kube-system: the same cluster under two contexts has one. */
  readonly uid: string;
  readonly kubernetesVersion: string;
  readonly workloads: readonly WorkloadState[];
  readonly member?: MemberState;
  readonly broker?: BrokerState;
  /** Other multi-cluster engines, where there is no mcs: `Submariner (Deployment a/b)`. */
  readonly otherEngines?: readonly string[];
}

/** Whether any part of mcs is there. */
export function isInstalled(state: ClusterState): boolean {
  return state.member !== undefined || state.broker !== undefined || state.workloads.length > 0;
}

const VERSION = 'app.kubernetes.io/version';
const COMPONENT = 'app.kubernetes.io/component';

export function describeWorkload({ kind, metadata, spec, status = {} }: Workload): WorkloadState {
  const isDaemonSet = kind === 'DaemonSet';
  return {
    component: metadata.labels?.[COMPONENT] ?? metadata.name,
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    image: spec.template.spec.containers[0]?.image ?? '',
    version: metadata.labels?.[VERSION] ?? '',
    wanted: (isDaemonSet ? status.desiredNumberScheduled : spec.replicas) ?? 1,
    ready: (isDaemonSet ? status.numberReady : status.readyReplicas) ?? 0,
  };
}

/** The configuration in the member's ConfigMap; undefined where it holds none. */
export function parseMemberConfig(configMap: ConfigMap | undefined): MemberConfig | undefined {
  const text = configMap?.data?.['config.json'];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as MemberConfig;
  } catch {
    return undefined; // edited by hand into something else: no member that could be read
  }
}
