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

/** The objects that make the maker of an accepted join a member. The ranges become granted ones. */
export function planMember({ spec }: ClusterJoin, namespace: string): MemberObjects {
  const { clusterID } = spec;
  const account = memberAccountName(clusterID);
  const renewal = memberRenewalName(clusterID);
  const meta = (name: string): ObjectMeta => ({ name, namespace, labels: { [MANAGED_BY]: MANAGED_BY_MCS, [MEMBER]: clusterID } });
  return {
    account: { metadata: meta(account) },
    renewalRole: {
      metadata: meta(renewal),
      rules: [{ apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: [account], verbs: ['create'] }],
    },
    bindings: [planBinding(meta(account), MEMBER_ROLE, account), planBinding(meta(renewal), renewal, account)],
    cluster: {
      metadata: { ...meta(clusterID), annotations: { [IDENTITY_KEY]: spec.identityKey } },
      spec: {
        cluster_id: clusterID,
        cluster_uid: spec.clusterUID,
        cluster_cidr: canonical(spec.podCIDRs),
        service_cidr: canonical(spec.serviceCIDRs),
        node_cidr: canonical(spec.nodeCIDRs),
        ...(spec.settings !== undefined && { settings: spec.settings }),
      },
    },
  };
}
