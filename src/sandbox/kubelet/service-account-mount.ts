import type { Pod } from '../../api/types/index.ts';
import type { GrantedToken } from '../access/token-authority.ts';
import type { FilePlan } from './pod-files.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What kubelets ask for; the token is renewed at four fifths of it. */
export const POD_TOKEN_SECONDS = 3607;
export const POD_TOKEN_RENEWAL_MS = POD_TOKEN_SECONDS * 800;

/** The files by which a pod finds and trusts its API server. */
export function planAccountMount(pod: Pod, { token }: GrantedToken, ca: string): FilePlan {
  return {
    directories: [MOUNT_PATH],
    files: new Map([
      [`${MOUNT_PATH}/token`, Buffer.from(token)],
      [`${MOUNT_PATH}/ca.crt`, Buffer.from(ca)],
      [`${MOUNT_PATH}/namespace`, Buffer.from(pod.metadata.namespace ?? '')],
    ]),
  };
}
