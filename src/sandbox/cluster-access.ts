import { resources } from '../api/resources.ts';
import type { Pod } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Authorization, RequestAttributes } from '../kube-serve/api-server.ts';
import type { User } from '../kube-serve/user.ts';
import { type Authorizer, createAuthorizer, type RbacObjects } from './access/authorizer.ts';
import { createTokenKeys } from './access/jwt.ts';
import { createRbacObjects } from './access/rbac-objects.ts';
import { API_AUDIENCE, createTokenAuthority, type GrantedToken, type TokenAuthority } from './access/token-authority.ts';
import { ContainerConfigError } from './kubelet/config-error.ts';
import { POD_TOKEN_SECONDS } from './kubelet/service-account-mount.ts';
import type { Objects } from './objects.ts';

/** Who may do what in a cluster, and the tokens of its ServiceAccounts. */
export interface ClusterAccessControl {
  readonly rbac: RbacObjects;
  readonly authorizer: Authorizer;
  readonly tokens: TokenAuthority;
  readonly authorize: (user: User, attributes: RequestAttributes) => Authorization;
  /** A token of the pod's ServiceAccount, bound to the pod. Throws ContainerConfigError. */
  readonly issuePodToken: (pod: Pod) => GrantedToken;
}

export function createClusterAccess(objects: Objects, clock: Clock): ClusterAccessControl {
  const rbac = createRbacObjects(objects);
  const authorizer = createAuthorizer(rbac);
  const tokens = createTokenAuthority(
    createTokenKeys(),
    {
      findServiceAccount: (namespace, name) => objects.find(resources.serviceAccounts, { name, namespace }),
      findSecret: (namespace, name) => objects.find(resources.secrets, { name, namespace }),
      findPod: (namespace, name) => objects.find(resources.pods, { name, namespace }),
    },
    clock,
  );
  const issuePodToken = ({ metadata, spec }: Pod): GrantedToken => {
    const { name: podName, namespace = '', uid: podUid = '' } = metadata;
    const name = spec.serviceAccountName ?? 'default';
    const uid = objects.find(resources.serviceAccounts, { name, namespace })?.metadata.uid;
    if (uid === undefined) throw new ContainerConfigError(`serviceaccount "${name}" not found`);
    return tokens.issue({ namespace, account: { name, uid }, audiences: [API_AUDIENCE], expirationSeconds: POD_TOKEN_SECONDS, pod: { name: podName, uid: podUid } });
  };
  return {
    rbac,
    authorizer,
    tokens,
    issuePodToken,
    authorize: (user, attributes) => {
      const { path, resourceRequest, verb } = attributes;
      return { allowed: resourceRequest ? authorizer.allows(user, attributes) : authorizer.allowsPath(user, { verb, path }) };
    },
  };
}
