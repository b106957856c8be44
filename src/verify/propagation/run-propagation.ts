import { McsError } from '../../base/errors.ts';
import type { Task, TaskRunner } from '../../base/tasks.ts';
import { ASK_EVERY_MS, CONNECT_EVERY_MS } from '../../probe/canary-watch.ts';
import { withPlaces } from '../benchmark/place.ts';
import { startServer } from '../benchmark/pods.ts';
import { CopyWatch, PodEyes } from './cluster-eyes.ts';
import { CANARY_POD, canaryArgs, lifeSecondsOf } from './manifests.ts';
import { type Exceeded, findExceeded } from './fail-if.ts';
import { Flight, type Lookout, type Nest } from './run-canary.ts';
import type { PreparedPropagation, PropagationSettings, PropagationSite } from './prepare-propagation.ts';
import { type PairTimes, type Sample, sumUp } from './stages.ts';

export interface PropagationReport {
  /** True if nothing was lost, and no limit exceeded. */
  readonly ok: boolean;
  readonly pairs: readonly PairTimes[];
  readonly samples: readonly Sample[];
  readonly exceeded: readonly Exceeded[];
  /** How exact the times are: all are by the clock of this workstation. */
  readonly clock: {
    /** From it to a pod through the API server and back, by context, ms: a time is at most so much too long. */
    readonly roundTripMs: Readonly<Record<string, number>>;
    readonly askEveryMs: number;
    readonly connectEveryMs: number;
  };
  /** What could not be timed, and why. */
  readonly notTimed: readonly string[];
}

export interface PropagationOptions {
  readonly settings: PropagationSettings;
  /** Of this run alone, in all clusters. */
  readonly namespace: string;
  readonly runTasks: TaskRunner;
  readonly signal: AbortSignal;
}

/** How often a run of canaries is told of, at most. */
const TOLD = 10;

interface Stand {
  readonly site: PropagationSite;
  readonly nest: Nest;
  readonly lookout: Lookout;
}

class Propagation {
  readonly #prepared: PreparedPropagation;
  readonly #options: PropagationOptions;
  readonly #stands = new Map<string, Stand>();
  readonly #samples: Sample[] = [];
  readonly #notTimed: string[] = [];
  readonly #watches: CopyWatch[] = [];
  #broker: CopyWatch | undefined;

  constructor(prepared: PreparedPropagation, options: PropagationOptions) {
    this.#prepared = prepared;
    this.#options = options;
  }

  async run(): Promise<PropagationReport> {
    const { pairs, sites } = this.#prepared;
    const { namespace, runTasks, settings, signal } = this.#options;
    const sources = sites.filter(({ context }) => pairs.some(({ from }) => from === context));
    try {
      await withPlaces(sites.map(({ client }) => client), namespace, signal, () => runTasks([...sites.map((site) => this.#standTask(site)), ...sources.map((site) => this.#flightTask(site))], signal));
    } finally {
      await Promise.all(this.#watches.map((watch) => watch.stop()));
    }
    const exceeded = findExceeded(settings.limits, this.#samples, pairs);
    const roundTripMs = Object.fromEntries([...this.#stands].map(([context, { lookout }]) => [context, lookout.eyes.roundTripMs] as const).filter(([, ms]) => Number.isFinite(ms)));
    return {
      ok: exceeded.length === 0 && this.#samples.every(({ lost }) => lost.length === 0),
      pairs: sumUp(this.#samples, pairs),
      samples: this.#samples,
      exceeded,
      clock: { roundTripMs, askEveryMs: ASK_EVERY_MS, connectEveryMs: CONNECT_EVERY_MS },
      notTimed: this.#notTimed,
    };
  }

  /** A pod, and eyes on what is copied. */
  #standTask(site: PropagationSite): Task {
    const { namespace, settings, signal } = this.#options;
    const { client, clusterID, context } = site;
    return {
      title: `Pod in ${context}`,
      run: async (progress) => {
        const lifeSeconds = lifeSecondsOf(this.#prepared, settings);
        const run = { site, cluster: context, namespace, goal: 'measure the propagation', signal, progress: (text: string) => progress.update(text) };
        const address = await startServer(run, { name: CANARY_POD, args: canaryArgs(site, lifeSeconds), deadlineSeconds: lifeSeconds }, settings.timeoutMs / 1000);
        const eyes = new PodEyes(client, namespace, CANARY_POD);
        await eyes.untilOpen(settings.timeoutMs, signal);
        const copies = await this.#watch(CopyWatch.ofImporter(client, namespace));
        if (site === this.#prepared.broker) this.#broker = await this.#watch(CopyWatch.ofBroker(client, site.brokerNamespace, namespace));
        this.#stands.set(context, { site, nest: { context, clusterID, client, address }, lookout: { context, copies, eyes } });
        return { state: 'done' };
      },
    };
  }

  async #watch(watch: CopyWatch): Promise<CopyWatch> {
    this.#watches.push(watch);
    await watch.start(this.#options.signal);
    return watch;
  }

  #flightTask({ context }: PropagationSite): Task {
    const { namespace, settings: { count, timeoutMs }, signal } = this.#options;
    return {
      title: `${count} canaries of ${context}`,
      run: async (progress) => {
        const { nest } = this.#standOf(context);
        const lookouts = this.#prepared.pairs.filter(({ from }) => from === context).map(({ to }) => this.#standOf(to).lookout);
        const flight = new Flight({ namespace, nest, lookouts, timeoutMs, signal, ...(this.#broker && { broker: this.#broker }) });
        progress.update('Waiting for the first export to arrive');
        await flight.prepare();
        for (let index = 0; index < count; index += 1) {
          if (index % Math.ceil(count / TOLD) === 0) progress.update(`canary ${index + 1} of ${count}`);
          const samples = await flight.fly(index);
          this.#samples.push(...samples);
          if (index + 1 < count && samples.every(({ lost }) => lost.includes('answer'))) {
            this.#notTimed.push(`the other ${count - index - 1} canaries of ${context}: nobody saw ${samples[0]?.canary ?? ''} within ${timeoutMs / 1000} s`);
            return { state: 'warning', detail: 'nobody saw the last one: given up' };
          }
        }
        return { state: 'done' };
      },
    };
  }

  #standOf(context: string): Stand {
    const stand = this.#stands.get(context);
    if (stand === undefined) throw new McsError('MCS_BUG', `Cannot find the pod in "${context}"`);
    return stand;
  }
}

/** Sends canaries from cluster to cluster, one after the other. What it made is removed, also after an abort. */
export async function runPropagation(prepared: PreparedPropagation, options: PropagationOptions): Promise<PropagationReport> {
  const report = await new Propagation(prepared, options).run();
  if (prepared.broker !== undefined) return report;
  return { ...report, notTimed: ['the copy on the broker: none of the chosen contexts hosts it', ...report.notTimed] };
}
