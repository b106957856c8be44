import { resources } from '../../api/resources.ts';
import { MEMBER_BROKER_SECRET, MEMBER_IDENTITY_SECRET, MEMBER_NAMESPACE } from '../../api/names.ts';
import type { Secret } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { type MemberCredential, readCredential } from '../../broker-info/index.ts';
import type { KubeClient } from '../../kube/client.ts';

/** The credential in Secret `mcs-broker`. Throws MCS_CREDENTIAL_UNREADABLE where a part of it is missing or damaged. */
export function getCredential(secret: Secret): MemberCredential {
  const credential = readCredential(secret);
  if (credential !== undefined) return credential;
  throw new McsError('MCS_CREDENTIAL_UNREADABLE', `Cannot read Secret "${MEMBER_NAMESPACE}/${MEMBER_BROKER_SECRET}": a part of it is missing or damaged`, {
    hints: [`kubectl -n ${MEMBER_NAMESPACE} delete secret ${MEMBER_BROKER_SECRET}`, 'mcs join broker-info.subm --clusterid <the same id>   # after that'],
  });
}

/** The broker that a cluster is a member of; undefined for a cluster that is none. Throws MCS_CREDENTIAL_UNREADABLE. */
export async function findMemberCredential(client: KubeClient, signal: AbortSignal): Promise<MemberCredential | undefined> {
  const secret = await client.find(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, { signal });
  return secret && getCredential(secret);
}

/** The cluster's identity, PKCS #8 PEM; undefined before the first join. */
export async function findIdentityKey(client: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  const secret = await client.find(resources.secrets, MEMBER_IDENTITY_SECRET, MEMBER_NAMESPACE, { signal });
  const pem = Buffer.from(secret?.data?.key ?? '', 'base64').toString('utf8');
  return pem === '' ? undefined : pem;
}
