/**
 * What a namespace of level "restricted" asks of a pod and of each of its containers.
 * See https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export const RESTRICTED_POD = { runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532, seccompProfile: { type: 'RuntimeDefault' } } as const;
export const RESTRICTED_CONTAINER = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } } as const;
