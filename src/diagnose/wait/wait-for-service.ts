import { type Clock, sleep, systemClock } from '../../base/clock.ts';
import { errorMessage, McsError } from '../../base/errors.ts';
import { backoffDelay, type Backoff } from '../../base/retry.ts';
import { findExporters } from '../../inspect/service/exporters.ts';
import { readServiceView } from '../../inspect/service/read-service-view.ts';
import type { ServiceKey, ServicePlace, ServiceView } from '../../inspect/service/service-view.ts';
import type { Fleet } from '../../inspect/survey-fleet.ts';
import type { PodSettings } from '../probes/pod-settings.ts';
import { hasNamespace, traceView } from '../trace/trace-service.ts';
import { type ClusterStage, describeStages, judgeCaller, judgeExporter, LAST_HOP, type Stage } from './judge-stage.ts';

export interface WaitOptions {
  readonly stage: Stage;
  /** Contexts in which it shall hold; undefined for all members that can have it. */
  readonly contexts?: readonly string[];
  readonly timeoutMs: number;
  readonly pods: Omit<PodSettings, 'runID'>;
  /** For the pods of each try. */
  readonly makeRunID: () => string;
  readonly signal: AbortSignal;
  /** Told of each new state. */
  readonly progress: (text: string) => void;
  readonly clock?: Clock;
}

/** docs/schemas/wait.schema.json describes it as JSON. */
export interface WaitReport extends ServiceKey {
  readonly stage: Stage;
  readonly clusters: readonly ClusterStage[];
  /** Since the wait began. */
  readonly seconds: number;
  readonly unread: ServiceView['unread'];
  readonly leftOut: ServiceView['leftOut'];
}

/** From half a second to two: the state of a few objects is read each time. */
const POLL: Backoff = { baseMs: 500, capMs: 2000 };
/** Each try runs pods. */
const POLL_WITH_PODS: Backoff = { baseMs: 1000, capMs: 10_000 };
/** For reading one cluster once, ms. */
const READ_MS = 5000;

/** Throws what is wrong with a context that was named and cannot come to hold anything. */
function requireMembers({ clusters, leftOut, unread }: Fleet, contexts: readonly string[] = []): void {
  for (const context of contexts) {
    const failed = unread.find((cluster) => cluster.context === context);
    if (failed !== undefined) throw failed.error;
    const isMember = clusters.some((cluster) => cluster.context === context && cluster.state.member !== undefined);
    const reason = leftOut.find((cluster) => cluster.context === context)?.reason ?? 'it is not a member';
    if (!isMember) throw new McsError('MCS_NOT_JOINED', `Cannot wait in the cluster of context "${context}": ${reason}`, { hints: [`mcs join broker-info.subm --context ${context}`] });
  }
}

type Look = Pick<WaitReport, 'clusters' | 'unread'>;

function chosen(view: ServiceView, contexts: readonly string[] | undefined): { readonly places: readonly ServicePlace[]; readonly missing: readonly ClusterStage[] } {
  if (contexts === undefined) return { places: view.members.filter(hasNamespace), missing: [] };
  const isChosen = (context: string): boolean => contexts.includes(context);
  const missing = contexts
    .filter((context) => !view.members.some((place) => place.context === context))
    .map((context) => ({ cluster: context, isDone: false, state: view.unread.find((cluster) => cluster.context === context)?.message ?? 'it is not a member' }));
  return { places: view.members.filter(({ context }) => isChosen(context)), missing };
}

async function look(fleet: Fleet, key: ServiceKey, { contexts, makeRunID, pods, stage }: WaitOptions, signal: AbortSignal): Promise<Look> {
  const view = await readServiceView(fleet, key, { signal, timeoutMs: READ_MS });
  const { missing, places } = chosen(view, contexts);
  const exporters = findExporters(view);
  const trace = { until: LAST_HOP[stage], pods: { ...pods, runID: makeRunID() }, signal, timeoutMs: READ_MS };
  if (stage === 'exported') {
    // the export is the same whoever calls: one caller is enough to follow it
    const [caller] = view.members;
    const paths = caller === undefined ? [] : await traceView(fleet, view, { callers: [caller], exporters }, trace);
    const expected = contexts === undefined ? exporters : places.map(({ cluster }) => cluster);
    return { clusters: [...expected.map((cluster) => judgeExporter(cluster, paths.find(({ to }) => to === cluster))), ...missing], unread: view.unread };
  }
  const paths = await traceView(fleet, view, { callers: places, exporters }, trace);
  return { clusters: [...places.map(({ cluster }) => judgeCaller(cluster, paths.filter(({ from }) => from === cluster), stage)), ...missing], unread: view.unread };
}

/**
 * Waits until a service is so far in the chosen clusters. Throws MCS_TIMEOUT with the last state, for a
 * context that was named MCS_NOT_JOINED or why it cannot be read, and the signal's reason.
 */
export async function waitForService(fleet: Fleet, key: ServiceKey, options: WaitOptions): Promise<WaitReport> {
  const { clock = systemClock, progress, signal, stage, timeoutMs } = options;
  requireMembers(fleet, options.contexts);
  const begun = clock.monotonic();
  const deadline = new AbortController();
  const cancel = clock.schedule(() => deadline.abort(new Error('timed out')), timeoutMs);
  const limit = AbortSignal.any([signal, deadline.signal]);
  let last = 'not read yet';
  const seconds = (): number => Math.round((clock.monotonic() - begun) / 1000);
  try {
    for (let attempt = 0; ; attempt += 1) {
      const { clusters, unread } = await look(fleet, key, options, limit);
      if (clusters.length > 0 && clusters.every(({ isDone }) => isDone)) return { ...key, stage, clusters, seconds: seconds(), unread, leftOut: fleet.leftOut };
      const state = describeStages(clusters);
      if (state !== last) progress(`${key.namespace}/${key.name} to be ${stage}, for ${seconds()} s: ${state}`);
      last = state;
      await sleep(clock, backoffDelay(attempt, stage === 'reachable' ? POLL_WITH_PODS : POLL), limit);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!deadline.signal.aborted) throw error;
    throw timedOut(key, { stage, timeoutMs }, last, error);
  } finally {
    cancel();
  }
}

function timedOut({ name, namespace }: ServiceKey, { stage, timeoutMs }: Pick<WaitOptions, 'stage' | 'timeoutMs'>, last: string, cause: unknown): McsError {
  const isNews = errorMessage(cause) !== 'timed out';
  return new McsError('MCS_TIMEOUT', `Cannot see ${namespace}/${name} ${stage} within ${Math.round(timeoutMs / 1000)} s: ${last}`, {
    hints: [`mcs trace ${namespace}/${name}`],
    details: { stage, lastState: last },
    ...(isNews && { cause }),
  });
}
