import { McsError } from '../base/errors.ts';
import type { FleetSource } from '../inspect/survey-fleet.ts';
import { accessForContext } from '../kube/access.ts';
import type { ClusterAccess, KubeClient } from '../kube/client.ts';
import { createKubeClient, type KubeClientOptions, userAgentOf } from '../kube/kube-client.ts';
import { getContext, type LoadedKubeconfig, loadKubeconfig } from '../kube/kubeconfig.ts';

/** Values of `clusterFlags`. */
export interface ClusterSelection {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly as?: string | undefined;
}

/** Values of `fleetFlags`. */
export interface FleetSelection extends ClusterSelection {
  readonly contexts?: string | undefined;
}

/** The chosen cluster with the names that the kubeconfig has for it. */
export interface ConnectedCluster {
  readonly client: KubeClient;
  readonly access: ClusterAccess;
  readonly context: string;
  /** Name of the kubeconfig's cluster entry. */
  readonly clusterName: string;
  /** Namespace of the context; "default" if it names none. */
  readonly namespace: string;
}

function load({ kubeconfig }: ClusterSelection): Promise<LoadedKubeconfig> {
  return loadKubeconfig({ ...(kubeconfig !== undefined && { kubeconfig }), env: process.env });
}

function accessOptions({ as }: ClusterSelection): { as?: string } {
  return as === undefined ? {} : { as };
}

/** A client of the one cluster that a command works on. The caller closes it. */
export async function connectCluster(selection: ClusterSelection, version: string): Promise<ConnectedCluster> {
  const loaded = await load(selection);
  const { name, cluster, namespace } = getContext(loaded, selection.context);
  const access = accessForContext(loaded, name, accessOptions(selection));
  return { client: connectTo(access, version), access, context: name, clusterName: cluster, namespace: namespace ?? 'default' };
}

/** A client of the CLI for any cluster. */
export function connectTo(access: ClusterAccess, version: string, options: Pick<KubeClientOptions, 'connectTimeoutMs'> = {}): KubeClient {
  return createKubeClient(access, { userAgent: userAgentOf('cli', version), ...options });
}

/** Time for a cluster among many to accept a connection, ms: one that is gone shall not hold up the others. */
const FLEET_CONNECT_MS = 3000;

/** The clusters that a reading command looks into: those named, else every context of the kubeconfig. */
export async function findFleet(selection: FleetSelection, version: string): Promise<readonly FleetSource[]> {
  const loaded = await load(selection);
  const names = namedContexts(selection) ?? loaded.contexts.map(({ name }) => name);
  // a mistyped name is an error of usage, found before anything is read
  for (const name of names) getContext(loaded, name);
  if (names.length === 0) throw new McsError('MCS_NO_KUBECONFIG', `Cannot choose a cluster: ${loaded.files.join(', ')} has no context`, { hints: ['mcs sandbox up'] });
  const connect = (name: string): Promise<KubeClient> => Promise.resolve(connectTo(accessForContext(loaded, name, accessOptions(selection)), version, { connectTimeoutMs: FLEET_CONNECT_MS }));
  return names.map((context) => ({ context, connect: () => connect(context) }));
}

function namedContexts({ context, contexts }: FleetSelection): readonly string[] | undefined {
  if (context !== undefined) return [context];
  return contexts?.split(',').map((name) => name.trim()).filter((name) => name !== '');
}
