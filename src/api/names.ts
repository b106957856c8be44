import { createHash } from 'node:crypto';

/** Namespaces as the how-to of Submariner's users has them. */
export const BROKER_NAMESPACE = 'submariner-k8s-broker';
export const MEMBER_NAMESPACE = 'submariner-operator';

/** Namespace of mirrors and emitters that are installed. */
export const MIRROR_NAMESPACE = 'mcs-mirror';
/** Deployment, Service, ServiceAccount and Secret of an installed emitter. */
export const MIRROR_EMITTER = 'mcs-emitter';

/** Namespace of everything that gateway-dns has, on the management cluster and on workload clusters, as cross-cluster-connectivity has it. */
export const XCC_NAMESPACE = 'xcc-dns';
/** Namespace of a hub: its process, the kubeconfigs of its members, and what they share. */
export const HUB_NAMESPACE = 'mcs-hub';

/** ConfigMap of the broker, in its namespace: address, authorities and components, for members and new broker-info files. */
export const BROKER_CONFIG = 'mcs-broker';

/** Objects of a member, in its own namespace. */
export const MEMBER_BROKER_SECRET = 'mcs-broker';
export const MEMBER_IDENTITY_SECRET = 'mcs-identity';
export const MEMBER_CONFIG = 'mcs-member';
/** What the cluster does not accept of other members; key `rejections.json`. */
export const MEMBER_REJECTIONS = 'mcs-rejections';
/** How the cluster's own DNS forwards to ours; key `status.json`. */
export const MEMBER_DNS_WIRING = 'mcs-dns-wiring';

/** Whether shared services are found as names of `cluster.local` too: keys `fallthrough` and `reflection`, each with namespaces separated by commas, or `*`. */
export const MEMBER_CLUSTER_LOCAL = 'mcs-cluster-local';

/** The gateway agent of a member: its DaemonSet and ServiceAccount. */
export const GATEWAY_AGENT = 'mcs-gateway';
/** Lease that the active gateway of a cluster holds. */
export const GATEWAY_LEASE = 'submariner-gateway-lock';
/** Secret with the WireGuard key pair of the cluster: keys `privateKey` and `publicKey`, base64 as `wg` has them. */
export const MEMBER_WIREGUARD_SECRET = 'mcs-wireguard';

/** The zone of the MCS DNS specification. */
export const CLUSTERSET_DOMAIN = 'clusterset.local';
/** The zone that a cluster's own DNS has for its Services. */
export const CLUSTER_DOMAIN = 'cluster.local';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Whether `text` is an RFC 1123 label: 1 to 63 of a-z, 0-9 and "-", with no "-" at either end. */
export function isDnsLabel(text: string): boolean {
  return DNS_LABEL.test(text);
}

/** Whether `text` is an RFC 1123 subdomain of at most 253 characters. */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every(isDnsLabel);
}

const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Whether `text` can be the name of most kinds of objects: its parts may have more than 63 characters, as those of EndpointSlices do. */
export function isObjectName(text: string): boolean {
  return text.length <= MAX_OBJECT_NAME && OBJECT_NAME.test(text);
}

/** Makes a DNS label of a free text (a context name, say); undefined where nothing usable is left. */
export function toDnsLabel(text: string): string | undefined {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
  return label === '' ? undefined : label;
}

/**
 * `text` if it fits, else a prefix of it and a hash of the whole. The same text always gives the
 * same name, and two texts never share one. The true name belongs in an annotation then.
 */
export function fitName(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 10);
  return `${text.slice(0, maxLength - 11).replace(/[-.]+$/, '')}-${hash}`;
}

/** Longest object name of most kinds (RFC 1123 subdomain). */
export const MAX_OBJECT_NAME = 253;

/**
 * Name of a member's object on the broker: `<name>.<namespace>.<cluster>`. Injective, because
 * namespaces and cluster ids are DNS labels; the cluster id always stands at the end, whole,
 * because the broker's admission policy reads it there.
 */
export function brokerObjectName(name: string, namespace: string, cluster: string): string {
  return `${fitName(`${name}.${namespace}`, MAX_OBJECT_NAME - cluster.length - 1)}.${cluster}`;
}

/** ServiceAccount of a member on the broker; its admission policy rests on this form. */
export function memberAccountName(cluster: string): string {
  return `cluster-${cluster}`;
}

/**
 * Lease on the broker that only the answering desk holds. It stands among those of the members,
 * so no member can have that name.
 */
export const DESK_LEASE = 'mcs-desk';

/** Whether `text` can be the id of a member: a DNS label that no part of the broker uses itself. */
export function isClusterId(text: string): boolean {
  return isDnsLabel(text) && text !== DESK_LEASE;
}

/** Role on the broker with what every member may do. */
export const MEMBER_ROLE = 'mcs-member';

/** Role and RoleBinding on the broker that let one member renew its own token. */
export function memberRenewalName(cluster: string): string {
  return `mcs-member-${cluster}`;
}

/** Secret on the broker that stands for one join token. */
export function joinTokenSecretName(tokenID: string): string {
  return `mcs-join-${tokenID}`;
}
