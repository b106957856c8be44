import { CROSS_CLUSTER, CROSS_CLUSTER_FOLLOWER, EXPORT_WISH, REFLECTED } from '../../api/labels.ts';
import { BROKER_NAMESPACE, HUB_NAMESPACE, MEMBER_NAMESPACE, MIRROR_NAMESPACE, XCC_NAMESPACE } from '../../api/names.ts';
import type { Namespace, Service } from '../../api/types/index.ts';
import { isCopy } from '../ownership.ts';
import { isSystemNamespace } from '../service/namespace-policy.ts';

/** Why a policy does not export a Service that it selects. */
export type SkipReason = 'Terminating' | 'SystemNamespace' | 'KubernetesApi' | 'OptedOut' | 'Copy' | 'ExternalName' | 'OwnExport' | 'OtherPolicy';

const OWN_NAMESPACES: ReadonlySet<string> = new Set([MEMBER_NAMESPACE, BROKER_NAMESPACE, XCC_NAMESPACE, MIRROR_NAMESPACE, HUB_NAMESPACE]);

/** Whether a namespace is the system's or one of `mcs`, of which nothing is exported by a policy. */
export function isReservedNamespace(name: string, reserved: readonly string[] = []): boolean {
  return isSystemNamespace(name) || OWN_NAMESPACES.has(name) || reserved.includes(name);
}

/** Also what service-reflector and k8-cross-cluster-controller have copied from elsewhere. */
function isAnyCopy({ metadata }: Service): boolean {
  const { annotations = {}, labels = {} } = metadata;
  return isCopy({ metadata }) || labels[REFLECTED] === 'true' || annotations[REFLECTED] === 'true' || labels[CROSS_CLUSTER] === CROSS_CLUSTER_FOLLOWER;
}

/** Why no policy at all may export a Service; undefined where one may. `reserved` are further namespaces of `mcs`. */
export function skipReason(service: Service, namespace: Namespace, reserved: readonly string[]): SkipReason | undefined {
  const { metadata, spec } = service;
  const { name } = namespace.metadata;
  if (metadata.deletionTimestamp !== undefined || namespace.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (isReservedNamespace(name, reserved)) return 'SystemNamespace';
  if (name === 'default' && metadata.name === 'kubernetes') return 'KubernetesApi';
  if (isAnyCopy(service)) return 'Copy';
  if (spec.type === 'ExternalName') return 'ExternalName';
  return metadata.annotations?.[EXPORT_WISH] === 'false' ? 'OptedOut' : undefined;
}
