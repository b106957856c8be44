import { parseCidr } from '../api/cidr.ts';
import { IDENTITY_KEY, MANAGED_BY, MANAGED_BY_MCS, MEMBER } from '../api/labels.ts';
import { MEMBER_ROLE, memberAccountName, memberRenewalName } from '../api/names.ts';
import type { Cluster, ClusterJoin, KubeObject, ObjectMeta, Role, RoleBinding } from '../api/types/index.ts';
import type { Draft } from '../kube/client.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** What the broker holds for one member. */
export interface MemberObjects {
  readonly account: Draft<KubeObject>;
  /** Lets the member renew its own token, and no other. */
  readonly renewalRole: Draft<Role>;
  readonly bindings: readonly Draft<RoleBinding>[];
  readonly cluster: Draft<Cluster>;
}

function canonical(cidrs: readonly string[]): string[] {
  return [...new Set(cidrs.map((cidr) => parseCidr(cidr)?.text ?? cidr))];
}

function planBinding(metadata: ObjectMeta, role: string, account: string): Draft<RoleBinding> {
  return {
    metadata,
    roleRef: { apiGroup: RBAC_GROUP, kind: 'Role', name: role },
    subjects: [{ kind: 'ServiceAccount', name: account, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) }],
  };
}

/** A member as its Cluster describes it. */
export type MemberSpec = Pick<ClusterJoin['spec'], 'clusterID' | 'clusterUID' | 'settings'> & Record<'podCIDRs' | 'serviceCIDRs' | 'nodeCIDRs', readonly string[]>;

function memberMeta(clusterID: string, name: string, namespace: string): ObjectMeta {
  return { name, namespace, labels: { [MANAGED_BY]: MANAGED_BY_MCS, [MEMBER]: clusterID } };
}

/** The Cluster of a member, which grants it its ranges. */
export function planCluster({ clusterID, clusterUID, podCIDRs, serviceCIDRs, nodeCIDRs, settings }: MemberSpec, namespace: string): Draft<Cluster> {
  return {
    metadata: memberMeta(clusterID, clusterID, namespace),
    spec: {
      cluster_id: clusterID,
      cluster_uid: clusterUID,
      cluster_cidr: canonical(podCIDRs),
      service_cidr: canonical(serviceCIDRs),
      node_cidr: canonical(nodeCIDRs),
      ...(settings !== undefined && { settings }),
    },
  };
}

/** The objects that make the maker of an accepted join a member. The ranges become granted ones. */
export function planMember({ spec }: ClusterJoin, namespace: string): MemberObjects {
  const { clusterID } = spec;
  const account = memberAccountName(clusterID);
  const renewal = memberRenewalName(clusterID);
  const meta = (name: string): ObjectMeta => memberMeta(clusterID, name, namespace);
  const cluster = planCluster(spec, namespace);
  return {
    account: { metadata: meta(account) },
    renewalRole: {
      metadata: meta(renewal),
      rules: [{ apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: [account], verbs: ['create'] }],
    },
    bindings: [planBinding(meta(account), MEMBER_ROLE, account), planBinding(meta(renewal), renewal, account)],
    cluster: { ...cluster, metadata: { ...cluster.metadata, annotations: { [IDENTITY_KEY]: spec.identityKey } } },
  };
}
