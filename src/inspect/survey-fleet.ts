import { mapConcurrently } from '../base/concurrently.ts';
import { McsError, toMcsError } from '../base/errors.ts';
import type { KubeClient } from '../kube/client.ts';
import { describeApiError } from '../kube/describe-api-error.ts';
import { type ClusterState, isInstalled } from './cluster-state.ts';
import { readCluster } from './read-cluster.ts';

/** A context to look into. */
export interface FleetSource {
  readonly context: string;
  /** Makes the client; throws McsError where the context cannot be used. */
  connect(): Promise<KubeClient>;
}

export interface FleetMember {
  readonly context: string;
  readonly client: KubeClient;
  readonly state: ClusterState;
}

/** Cluster id as people know it, or the context where the cluster is no member. */
export function nameOf({ context, state }: FleetMember): string {
  return state.member?.config.clusterID ?? context;
}

export interface UnreadCluster {
  readonly context: string;
  readonly error: McsError;
}

/** A context whose cluster could not be read, why, and what to do about it: ready for JSON. */
export interface UnreadContext {
  readonly context: string;
  readonly code: string;
  readonly message: string;
  readonly hints: readonly string[];
}

export function describeUnread({ context, error: { code, hints, message } }: UnreadCluster): UnreadContext {
  return { context, code, message, hints };
}

/** All contexts, each in one of the lists. */
export interface Fleet {
  /** Clusters with a part of mcs, in the order of their contexts. */
  readonly clusters: readonly FleetMember[];
  readonly unread: readonly UnreadCluster[];
  /** Contexts without mcs, and contexts of a cluster that another one shows already. */
  readonly leftOut: readonly { readonly context: string; readonly reason: string }[];
}

export interface SurveyOptions {
  readonly signal: AbortSignal;
  /** A cluster that has not answered by then counts as unread, ms. */
  readonly timeoutMs: number;
}

type Survey = { readonly context: string } & ({ readonly client: KubeClient; readonly state: ClusterState } | { readonly error: McsError });

/** Hundreds of handshakes at once would let healthy servers look silent. */
const AT_A_TIME = 40;

/** Reads all clusters in parallel; one that is slow or dead never hides the others. */
export async function surveyFleet(sources: readonly FleetSource[], { signal, timeoutMs }: SurveyOptions): Promise<Fleet> {
  const surveys = await mapConcurrently(sources, AT_A_TIME, (source) => surveyOne(source, signal, timeoutMs));
  signal.throwIfAborted();
  return sortSurveys(surveys);
}

async function surveyOne(source: FleetSource, signal: AbortSignal, timeoutMs: number): Promise<Survey> {
  const { context } = source;
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const client = await source.connect();
    try {
      return { context, client, state: await readCluster(client, AbortSignal.any([signal, deadline])) };
    } catch (error) {
      client.close();
      const late = new McsError('MCS_CLUSTER_UNREACHABLE', `Cannot read ${client.server}: no answer within ${timeoutMs / 1000} s`, { hints: [`kubectl --context ${context} get --raw /readyz`], details: { server: client.server } });
      throw deadline.aborted ? late : describeApiError(error, { verb: 'read', object: 'the state of mcs', server: client.server });
    }
  } catch (error) {
    return { context, error: toMcsError(error) };
  }
}

function describeAbsence({ otherEngines = [] }: ClusterState): string {
  return `mcs is not installed${otherEngines.length === 0 ? '' : `; another engine serves the cluster: ${otherEngines.join(', ')}`}`;
}

function sortSurveys(surveys: readonly Survey[]): Fleet {
  const firstContext = new Map<string, string>();
  const clusters: FleetMember[] = [];
  const unread: UnreadCluster[] = [];
  const leftOut: { context: string; reason: string }[] = [];
  for (const survey of surveys) {
    if ('error' in survey) {
      unread.push(survey);
      continue;
    }
    const { context, client, state } = survey;
    const first = firstContext.get(state.uid);
    firstContext.set(state.uid, first ?? context);
    if (first === undefined && isInstalled(state)) {
      clusters.push(survey);
      continue;
    }
    client.close();
    leftOut.push({ context, reason: first === undefined ? describeAbsence(state) : `the same cluster as "${first}"` });
  }
  return { clusters, unread, leftOut };
}

/** Closes all connections of a fleet. */
export function closeFleet({ clusters }: Fleet): void {
  for (const { client } of clusters) client.close();
}
