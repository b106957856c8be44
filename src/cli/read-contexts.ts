import { mapConcurrently } from '../base/concurrently.ts';
import { McsError, toMcsError } from '../base/errors.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import { resources } from '../api/resources.ts';
import type { FleetSource, UnreadContext } from '../inspect/survey-fleet.ts';
import type { KubeClient } from '../kube/client.ts';
import { describeApiError } from '../kube/describe-api-error.ts';

const AT_A_TIME = 40;
/** Time for a cluster to answer before it counts as unread, ms. */
const TIMEOUT_MS = 12_000;

export interface ContextReading<T> {
  /** What to read, for messages: `the mirrors`. */
  readonly object: string;
  readonly read: (context: string, client: KubeClient, signal: AbortSignal) => Promise<T>;
  readonly signal: AbortSignal;
}

export interface ReadContexts<T> {
  /** Each cluster once, under the first of its contexts. */
  readonly values: readonly T[];
  readonly unread: readonly UnreadContext[];
  /** 6 if nothing could be read, 7 if a part could not. */
  readonly code: ExitCode;
}

type Reading<T> = { readonly uid: string; readonly value: T } | { readonly error: UnreadContext };

async function readOne<T>(source: FleetSource, { object, read, signal }: ContextReading<T>): Promise<Reading<T>> {
  const { context } = source;
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  const limited = AbortSignal.any([signal, deadline]);
  try {
    const client = await source.connect();
    try {
      const uid = (await client.get(resources.namespaces, 'kube-system', undefined, { signal: limited })).metadata.uid ?? context;
      return { uid, value: await read(context, client, limited) };
    } catch (error) {
      const { server } = client;
      const late = new McsError('MCS_CLUSTER_UNREACHABLE', `Cannot read ${server}: no answer within ${TIMEOUT_MS / 1000} s`, { hints: [`kubectl --context ${context} get --raw /readyz`], details: { server } });
      throw deadline.aborted ? late : describeApiError(error, { verb: 'read', object, server });
    } finally {
      client.close();
    }
  } catch (error) {
    const { code, message, hints } = toMcsError(error);
    return { error: { context, code, message, hints } };
  }
}

/** Reads clusters that need be no members, in parallel; one that is slow or dead never hides the others. */
export async function readContexts<T>(sources: readonly FleetSource[], reading: ContextReading<T>): Promise<ReadContexts<T>> {
  const readings = await mapConcurrently(sources, AT_A_TIME, (source) => readOne(source, reading));
  reading.signal.throwIfAborted();
  const byCluster = new Map<string, T>();
  for (const each of readings) {
    if ('value' in each && !byCluster.has(each.uid)) byCluster.set(each.uid, each.value);
  }
  const unread = readings.flatMap((each) => ('error' in each ? [each.error] : []));
  const code = unread.length === 0 ? EXIT.ok : unread.length === readings.length ? EXIT.unreachable : EXIT.partial;
  return { values: [...byCluster.values()], unread, code };
}
