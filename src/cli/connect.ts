import { McsError } from '../base/errors.ts';
import type { FleetSource } from '../inspect/survey-fleet.ts';
import type { ClusterAccess, KubeClient } from '../kube/client.ts';
import { proxyFor, throughProxy } from '../kube/access.ts';
import { createKubeClient, type KubeClientOptions, userAgentOf } from '../kube/kube-client.ts';
import { type KnownCluster, type KnownClusters, loadKnownClusters } from './known-clusters.ts';
import { splitList } from './split-list.ts';

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
export interface ConnectedCluster extends Pick<KnownCluster, 'context' | 'clusterName' | 'namespace'> {
  readonly client: KubeClient;
  readonly access: ClusterAccess;
}

function accessOptions({ as }: ClusterSelection): { as?: string } {
  return as === undefined ? {} : { as };
}

/** A client of the one cluster that a command works on. The caller closes it. */
export async function connectCluster(selection: ClusterSelection, version: string): Promise<ConnectedCluster> {
  const known = (await loadKnownClusters(selection.kubeconfig, process.env)).get(selection.context);
  const access = known.access(accessOptions(selection));
  const { clusterName, context, namespace } = known;
  return { client: connectTo(access, version), access, context, clusterName, namespace };
}

/** Names of the contexts that can be chosen. */
export async function listContexts({ kubeconfig }: ClusterSelection): Promise<readonly string[]> {
  return (await loadKnownClusters(kubeconfig, process.env)).contexts;
}

/** A client of the CLI for any cluster. */
function connectTo(access: ClusterAccess, version: string, options: Pick<KubeClientOptions, 'connectTimeoutMs' | 'maxConnections'> = {}): KubeClient {
  return createKubeClient(access, { userAgent: userAgentOf('cli', version), ...options });
}

/** A client of a cluster that no kubeconfig names, through the proxy of the environment if that has one for it. */
export function connectDirectly(access: ClusterAccess, version: string): KubeClient {
  const proxy = proxyFor(access.server, process.env);
  return connectTo(proxy === undefined ? access : throughProxy(access, proxy), version);
}

/** How long one cluster among many may hold up the others, ms. */
export interface FleetLimits {
  /** For a connection to be accepted. */
  readonly connectTimeoutMs: number;
  /** For a credential plugin: those of clouds take seconds each where twenty run at once. */
  readonly pluginTimeoutMs: number;
}

const FLEET_LIMITS: FleetLimits = { connectTimeoutMs: 3_000, pluginTimeoutMs: 10_000 };
/** Connections to each of them: beyond that the handshakes take longer than waiting for a connection that is there. */
const FLEET_CONNECTIONS = 12;

function toSource(known: KnownCluster, selection: ClusterSelection, version: string, { connectTimeoutMs, pluginTimeoutMs } = FLEET_LIMITS): FleetSource {
  const connect = async (): Promise<KubeClient> => {
    const access = known.access({ ...accessOptions(selection), pluginTimeoutMs });
    await access.headers(); // a credential plugin has its own time
    return connectTo(access, version, { connectTimeoutMs, maxConnections: FLEET_CONNECTIONS });
  };
  return { context: known.context, connect };
}

/** One cluster among those that a command looks into: the one named, else that of the current context. */
export async function findOne(selection: ClusterSelection, version: string): Promise<FleetSource> {
  return toSource((await loadKnownClusters(selection.kubeconfig, process.env)).get(selection.context), selection, version);
}

/** The clusters that a reading command looks into: those named, else every context of the kubeconfig. */
export async function findFleet(selection: FleetSelection, version: string, limits = FLEET_LIMITS): Promise<readonly FleetSource[]> {
  const clusters = await loadKnownClusters(selection.kubeconfig, process.env);
  const named = namedContexts(selection) ?? clusters.contexts;
  if (named.length === 0) throw new McsError('MCS_NO_KUBECONFIG', `Cannot choose a cluster: ${clusters.source} has no context`, { hints: ['mcs sandbox up'] });
  return named.map((name) => {
    const known = findUsable(clusters, name);
    return known instanceof McsError ? { context: name, connect: () => Promise.reject(known) } : toSource(known, selection, version, limits);
  });
}

/** A mistyped name is an error of usage, found before anything is read; a context that is broken is one among others. */
function findUsable(clusters: KnownClusters, name: string): KnownCluster | McsError {
  try {
    return clusters.get(name);
  } catch (error) {
    if (error instanceof McsError && error.code === 'MCS_KUBECONFIG_INVALID') return error;
    throw error;
  }
}

function namedContexts({ context, contexts }: FleetSelection): readonly string[] | undefined {
  return context !== undefined ? [context] : splitList(contexts);
}
