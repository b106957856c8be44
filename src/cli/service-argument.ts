import { Args, Flags } from '@oclif/core';
import { isDnsLabel } from '../api/names.ts';
import { McsError } from '../base/errors.ts';
import type { ServiceKey } from '../inspect/service/service-view.ts';
import type { FleetSelection } from './connect.ts';
import { loadKnownClusters } from './known-clusters.ts';
import { splitList } from './split-list.ts';

export const serviceArgs = { service: Args.string({ required: true, description: 'Namespace and name of the service, as in shop/nginx' }) };

export const namespaceFlags = {
  namespace: Flags.string({ char: 'n', summary: 'Namespace, where the service is given without one (default: that of the context)' }),
};

interface Selection extends FleetSelection {
  readonly namespace?: string | undefined;
}

async function defaultNamespace({ context, contexts, kubeconfig }: Selection): Promise<string> {
  return (await loadKnownClusters(kubeconfig, process.env)).get(context ?? splitList(contexts)?.[0]).namespace;
}

/** Throws MCS_UNKNOWN_CONTEXT for a name that is none of a context: it is mistyped, whatever the clusters say. */
export async function requireContexts(names: readonly (string | undefined)[], { kubeconfig }: Selection): Promise<void> {
  const known = await loadKnownClusters(kubeconfig, process.env);
  for (const name of names) if (name !== undefined) known.get(name);
}

/**
 * The service that `shop/nginx` names; `nginx` alone is looked for in the flag's namespace, else in that
 * of the first named context, or the current one. Throws MCS_USAGE.
 */
export async function parseServiceArgument(text: string, selection: Selection): Promise<ServiceKey> {
  const [first = '', second, ...rest] = text.split('/');
  const isNamespaced = second !== undefined;
  if (isNamespaced && selection.namespace !== undefined && selection.namespace !== first) throw new McsError('MCS_USAGE', `Cannot use "${text}" with --namespace "${selection.namespace}": they name two namespaces`);
  const key = isNamespaced ? { namespace: first, name: second } : { namespace: selection.namespace ?? (await defaultNamespace(selection)), name: first };
  if (rest.length > 0 || !isDnsLabel(key.namespace) || !isDnsLabel(key.name)) throw new McsError('MCS_USAGE', `Cannot use "${text}" as a service: it is none like shop/nginx`, { hints: ['mcs show services'] });
  return key;
}
