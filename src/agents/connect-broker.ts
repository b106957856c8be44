import type { MemberCredential } from '../broker-info/member-credential.ts';
import type { KubeClient } from '../kube/client.ts';
import { directAccess } from '../kube/direct-access.ts';
import { createKubeClient, type KubeClientOptions } from '../kube/kube-client.ts';

/** Makes clients of the broker that a credential leads to; `token` is asked for each request. */
export function createBrokerConnector(options: KubeClientOptions): (credential: MemberCredential, token: () => string) => KubeClient {
  return ({ server, ca }, token) => createKubeClient(directAccess({ server, ca, token }), options);
}
