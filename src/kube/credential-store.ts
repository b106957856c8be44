import { resources } from '../api/resources.ts';
import type { KubeClient } from './client.ts';
import type { RenewedKubeconfig } from './kubeconfig-renewal.ts';

export interface SecretRef {
  readonly name: string;
  readonly namespace: string;
}

const encode = (text: string): string => Buffer.from(text).toString('base64');

/**
 * Puts renewed kubeconfigs into a Secret, where the ones that they replace stand, whatever
 * the keys are. A text that somebody has changed meanwhile is left as it is: it is read, and serves.
 */
export function storeInSecret(client: KubeClient, { name, namespace }: SecretRef, fieldManager: string): (renewed: RenewedKubeconfig, signal: AbortSignal) => Promise<void> {
  return async ({ replaced, text }, signal) => {
    const { metadata, data = {} } = await client.get(resources.secrets, name, namespace, { signal });
    const keys = Object.keys(data).filter((key) => data[key] === encode(replaced));
    if (keys.length === 0) return;
    const { uid, resourceVersion } = metadata;
    const pinned = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
    const renewed = Object.fromEntries(keys.map((key) => [key, encode(text)]));
    await client.patch(resources.secrets, name, namespace, 'application/merge-patch+json', { metadata: pinned, data: renewed }, { fieldManager, signal });
  };
}
