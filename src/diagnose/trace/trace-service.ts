import { type Clock, systemClock } from '../../base/clock.ts';
import { McsError } from '../../base/errors.ts';
import { EXIT, type ExitCode } from '../../base/exit-codes.ts';
import { findExporters, requireKnown } from '../../inspect/service/exporters.ts';
import { readServiceView } from '../../inspect/service/read-service-view.ts';
import { findPlace, type ServiceKey, type ServicePlace, type ServiceView } from '../../inspect/service/service-view.ts';
import type { Fleet } from '../../inspect/survey-fleet.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { PodSettings } from '../probes/pod-settings.ts';
import type { CallerFacts } from './facts.ts';
import { HOPS, type HopId, type TracePath } from './hop.ts';
import { judgePath } from './judge-path.ts';
import { askDns, askPod } from './look-into-caller.ts';

export interface TraceOptions {
  /** Context of the cluster that calls; all members by default. */
  readonly from?: string;
  /** Context of the cluster that exports; all exporters by default. */
  readonly to?: string;
  /** The last hop to look at; all by default. */
  readonly until?: HopId;
  /** Without it, what takes a pod is left out. */
  readonly pods?: PodSettings;
  readonly signal: AbortSignal;
  /** For reading one cluster, ms. */
  readonly timeoutMs: number;
  readonly clock?: Clock;
}

/** docs/schemas/trace.schema.json describes it as JSON. */
export interface TraceReport extends ServiceKey {
  /** True if no hop is broken. */
  readonly ok: boolean;
  readonly paths: readonly TracePath[];
  /** Members that cannot call it, and why; only where no caller was named. */
  readonly notTraced: readonly { readonly cluster: string; readonly reason: string }[];
  readonly unread: ServiceView['unread'];
  readonly leftOut: ServiceView['leftOut'];
}

const NO_PODS = { reason: 'left out: it takes a pod, and --no-pods was given' };

function requireContext(view: ServiceView, context: string): ServicePlace {
  const place = view.members.find((candidate) => candidate.context === context);
  if (place !== undefined) return place;
  const unread = view.unread.find((cluster) => cluster.context === context);
  if (unread !== undefined) throw new McsError('MCS_CLUSTER_UNREACHABLE', unread.message, { hints: [`kubectl --context ${context} get --raw /readyz`] });
  throw new McsError('MCS_NOT_JOINED', `Cannot trace in the cluster of context "${context}": it is not a member`, { hints: [`mcs join broker-info.subm --context ${context}`] });
}

/** Without the namespace a cluster imports nothing, and that is as it should be unless somebody wants to call there. */
export const hasNamespace = ({ namespace }: ServicePlace): boolean => namespace !== undefined;

/** Exporters and callers, as the options choose. Throws MCS_SERVICE_UNKNOWN where nobody knows the service. */
function chooseEnds(view: ServiceView, { from, to }: TraceOptions): TraceEnds {
  const callers = from === undefined ? view.members.filter(hasNamespace) : [requireContext(view, from)];
  if (to !== undefined) return { callers, exporters: [requireContext(view, to).cluster] };
  requireKnown(view, 'trace');
  return { callers, exporters: findExporters(view) };
}

class Trace {
  readonly #fleet: Fleet;
  readonly #view: ServiceView;
  readonly #options: TraceOptions;
  readonly #until: HopId;
  readonly #exporters: readonly string[];

  constructor(fleet: Fleet, view: ServiceView, exporters: readonly string[], options: TraceOptions) {
    this.#fleet = fleet;
    this.#view = view;
    this.#exporters = exporters;
    this.#options = options;
    this.#until = options.until ?? 'vip';
  }

  /** Looks further only while a path is whole so far: what stands behind a broken hop follows from it. */
  async from(place: ServicePlace): Promise<readonly TracePath[]> {
    const { pods, signal } = this.#options;
    const client = this.#clientOf(place);
    if (!this.#goesOn(place, {}, 'name-server')) return this.#judge(place, {});
    const dns = await askDns(client, this.#view, place, AbortSignal.any([signal, AbortSignal.timeout(this.#options.timeoutMs)])).catch((error: unknown) => this.#unanswered(error));
    if (!this.#goesOn(place, dns, 'pod-answer')) return this.#judge(place, dns);
    return this.#judge(place, { ...dns, reach: pods === undefined ? NO_PODS : await askPod(client, this.#view, place, { ...pods, signal }) });
  }

  /** A cluster that does not answer any more leaves its questions open. */
  #unanswered(error: unknown): CallerFacts {
    this.#options.signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return { answers: { reason: `could not be asked: ${message}` }, wiring: { status: 'skip', evidence: [`could not be read: ${message}`] } };
  }

  #goesOn(place: ServicePlace, caller: CallerFacts, next: HopId): boolean {
    const isWanted = HOPS.indexOf(next) <= HOPS.indexOf(this.#until);
    return isWanted && this.#judge(place, caller).some(({ brokenAt }) => brokenAt === undefined);
  }

  #judge(from: ServicePlace, caller: CallerFacts): readonly TracePath[] {
    const now = (this.#options.clock ?? systemClock).now();
    return this.#exporters.map((to) => judgePath({ view: this.#view, from, to, source: findPlace(this.#view, to), caller, now }, this.#until));
  }

  #clientOf({ context }: ServicePlace): KubeClient {
    const found = this.#fleet.clusters.find((cluster) => cluster.context === context);
    if (found === undefined) throw new McsError('MCS_BUG', `Cannot find the cluster of context "${context}" again`);
    return found.client;
  }
}

/** Who calls, and which clusters export. */
export interface TraceEnds {
  readonly callers: readonly ServicePlace[];
  readonly exporters: readonly string[];
}

/** All paths of a service that has been read, all callers in parallel. */
export async function traceView(fleet: Fleet, view: ServiceView, { callers, exporters }: TraceEnds, options: Omit<TraceOptions, 'from' | 'to'>): Promise<readonly TracePath[]> {
  const trace = new Trace(fleet, view, exporters, options);
  return (await Promise.all(callers.map((place) => trace.from(place)))).flat();
}

/**
 * Follows one service from every exporter to every cluster that calls it, all callers in parallel.
 * Throws MCS_SERVICE_UNKNOWN, MCS_NOT_JOINED and MCS_CLUSTER_UNREACHABLE for clusters that were named.
 */
export async function traceService(fleet: Fleet, key: ServiceKey, options: TraceOptions): Promise<TraceReport> {
  const view = await readServiceView(fleet, key, options);
  const paths = await traceView(fleet, view, chooseEnds(view, options), options);
  const absent = options.from === undefined ? view.members.filter((place) => !hasNamespace(place)) : [];
  const notTraced = absent.map(({ cluster, context }) => ({ cluster, reason: `it has no namespace "${key.namespace}" (kubectl --context ${context} create namespace ${key.namespace})` }));
  return { ...key, ok: paths.every(({ brokenAt }) => brokenAt === undefined), paths, notTraced, unread: view.unread, leftOut: view.leftOut };
}

/** 3 where a hop is broken. */
export function exitCodeOfTrace({ ok }: TraceReport): ExitCode {
  return ok ? EXIT.ok : EXIT.checksFailed;
}
