import { OWNER } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import { McsError } from '../base/errors.ts';
import { isForbidden, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';

const CLEANUP_MS = 15_000;

export interface NamespaceOwner {
  /** Value of the owner's label, which all its namespaces carry. */
  readonly owner: string;
  /** As in "namespace "x" of the tests". */
  readonly purpose: string;
}

/** Who may not delete namespaces may not have been allowed to create this one either: then that is what has to be told. */
async function isAbsent(client: KubeClient, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await client.find(resources.namespaces, name, undefined, { signal })) === undefined;
  } catch {
    return false; // not known: the refusal is told
  }
}

/**
 * Removes a namespace with all that is in it, with a time limit of its own, for it runs after Ctrl-C too. One
 * that is not there is no error. Throws MCS_API_ERROR.
 */
export async function removeNamespace(client: KubeClient, name: string, { owner, purpose }: NamespaceOwner): Promise<void> {
  const signal = AbortSignal.timeout(CLEANUP_MS);
  try {
    await client.delete(resources.namespaces, name, undefined, { signal, propagation: 'Background' });
  } catch (cause) {
    if (isNotFound(cause) || (isForbidden(cause) && (await isAbsent(client, name, signal)))) return;
    throw new McsError('MCS_API_ERROR', `Cannot remove namespace "${name}" of ${purpose} at ${client.server}`, { hints: [`kubectl delete namespaces -l ${OWNER}=${owner}`], cause });
  }
}
