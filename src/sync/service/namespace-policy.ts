/** Which namespaces a cluster lets other members write to. */
export interface NamespacePolicy {
  /** The namespaces of `mcs` itself: never imported to, never exported from. */
  readonly reserved: readonly string[];
  /**
   * If given, only these are imported to; a name here overrides the refusal of system namespaces, and
   * `*` stands for all others.
   */
  readonly importNamespaces?: readonly string[];
  readonly denyNamespaces?: readonly string[];
}

const SYSTEM_NAMESPACE = /^(kube|openshift)-|^openshift$/;

/** Whether a namespace is Kubernetes' or OpenShift's own. */
export function isSystemNamespace(namespace: string): boolean {
  return SYSTEM_NAMESPACE.test(namespace);
}

/** Why nothing is imported to a namespace (ruling 9); undefined where it is allowed. */
export function namespaceRefusal(namespace: string, policy: NamespacePolicy): string | undefined {
  if (policy.reserved.includes(namespace)) return `namespace "${namespace}" belongs to mcs`;
  if (policy.denyNamespaces?.includes(namespace)) return `namespace "${namespace}" is on the deny list`;
  if (policy.importNamespaces?.includes(namespace)) return undefined;
  if (policy.importNamespaces !== undefined && !policy.importNamespaces.includes('*')) return `namespace "${namespace}" is not on the list of namespaces to import to`;
  if (isSystemNamespace(namespace)) return `namespace "${namespace}" is a system namespace`;
  return undefined;
}
