/** What a hub is told. */
export interface HubSettings {
  /** Tells this hub from every other: `hub-<10 hex digits>`, made of the UID of its cluster's kube-system. */
  readonly hubID: string;
  /** Its own namespace: kubeconfigs of the members, and what they share. */
  readonly namespace: string;
  /** Identity of the process in Leases: the pod's UID. */
  readonly identity: string;
}

export const FIELD_MANAGER = 'mcs-hub';

/** Name of the ConfigMap in which the hub says how it fares with its members, and the key of it. */
export const HUB_STATUS = 'mcs-hub-status';
export const HUB_STATUS_KEY = 'status.json';

/** Key of a member's Secret with its configuration, in the form of MemberConfig. */
export const MEMBER_CONFIG_KEY = 'config.json';

/** Who a hub's controller of a member is in that member's Leases: `mcs hub join` reads the hub's name in it. */
export function memberIdentity({ hubID, identity }: HubSettings, clusterID: string): string {
  return `${hubID}.${clusterID}.${identity}`;
}

/** The hub whose controller has such an identity; undefined for a controller in the member itself. */
export function hubOfIdentity(identity: string): string | undefined {
  return /^(hub-[0-9a-f]{10})\.[a-z0-9-]+\./.exec(identity)?.[1];
}
