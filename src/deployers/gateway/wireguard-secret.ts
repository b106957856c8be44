import { MEMBER_NAMESPACE, MEMBER_WIREGUARD_SECRET } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { Secret, UnknownObject, WireguardKeys } from '../../api/types/index.ts';
import type { TaskOutcome } from '../../base/tasks.ts';
import { isAlreadyExists } from '../../kube/api-error.ts';
import { ensureObject } from '../../kube/ensure.ts';
import { type DeployContext, FIELD_MANAGER } from '../deploy-context.ts';
import { withOwnership } from '../render-template.ts';
import { createWireguardKeys } from './wireguard-keys.ts';

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function secretOf({ privateKey, publicKey }: WireguardKeys, version: string): UnknownObject {
  const metadata = { name: MEMBER_WIREGUARD_SECRET, namespace: MEMBER_NAMESPACE };
  return withOwnership({ apiVersion: 'v1', kind: resources.secrets.kind, metadata, type: 'Opaque', data: { privateKey: encode(privateKey), publicKey: encode(publicKey) } }, version);
}

function hasKeys(secret: Secret): boolean {
  return [secret.data?.privateKey, secret.data?.publicKey].every((text) => text !== undefined && text !== '');
}

/** Makes the key pair of the cluster's tunnels once: another one would end every tunnel until all others know it. */
export async function ensureWireguardSecret({ client, version }: Pick<DeployContext, 'client' | 'version'>, signal: AbortSignal): Promise<TaskOutcome> {
  const standing = await client.find(resources.secrets, MEMBER_WIREGUARD_SECRET, MEMBER_NAMESPACE, { signal });
  if (standing !== undefined && hasKeys(standing)) return { state: 'unchanged' };
  const secret = secretOf(createWireguardKeys(), version);
  const options = { fieldManager: FIELD_MANAGER, signal };
  if (standing !== undefined) return { state: (await ensureObject(client, resources.secrets, secret, options)).state };
  try {
    await client.create(resources.secrets, secret, options);
    return { state: 'created' };
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return { state: 'unchanged' }; // another join of this cluster was faster
  }
}

/** Puts a new key pair into the Secret and gives its public half. */
export async function replaceWireguardKeys({ client, version }: Pick<DeployContext, 'client' | 'version'>, signal: AbortSignal): Promise<string> {
  const keys = createWireguardKeys();
  await ensureObject(client, resources.secrets, secretOf(keys, version), { fieldManager: FIELD_MANAGER, signal });
  return keys.publicKey;
}
