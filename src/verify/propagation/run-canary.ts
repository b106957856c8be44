import { resources } from '../../api/resources.ts';
import { systemClock } from '../../base/clock.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { CanaryQuestion } from '../../probe/canary-watch.ts';
import { BENCHMARK_PORT } from '../benchmark/objects.ts';
import { type CopyWatch, type PodEyes, type PodSight } from './cluster-eyes.ts';
import { addressTypeOf, type CanaryObjects, canaryObjects, canaryName, type CanaryPlan, changingName, clustersetName } from './objects.ts';
import type { Sample, Stage } from './stages.ts';

/** A cluster that exports canaries. */
export interface Nest {
  readonly context: string;
  readonly clusterID: string;
  readonly client: KubeClient;
  /** Address of the pod behind the canaries. */
  readonly address: string;
}

/** A cluster that looks out for canaries. */
export interface Lookout {
  readonly context: string;
  readonly copies: CopyWatch;
  readonly eyes: PodEyes;
}

export interface FlightOptions {
  readonly namespace: string;
  readonly nest: Nest;
  readonly lookouts: readonly Lookout[];
  /** Absent where no cluster that was chosen hosts it. */
  readonly broker?: CopyWatch;
  /** A stage that has not come by then is lost, ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

type Milliseconds = Partial<Record<Stage, number>>;

/** What one lookout noted of one canary. */
interface Notes {
  readonly milliseconds: Milliseconds;
  readonly lost: Stage[];
}

/** The canaries of one cluster, one after the other. */
export class Flight {
  readonly #options: FlightOptions;
  readonly #changing: CanaryPlan;
  /** Lookouts that have followed all changes of an endpoint so far: the others may see an earlier one. */
  readonly #following = new Set<Lookout>();
  #isReady = true;

  constructor(options: FlightOptions) {
    this.#options = options;
    this.#changing = this.#plan(changingName(options.nest.clusterID), true);
  }

  /** Exports the Service whose endpoint is going to change. */
  async prepare(): Promise<void> {
    const { lookouts } = this.#options;
    await this.#create(this.#changing);
    const limit = this.#limit();
    const question = this.#question(this.#changing, 'address');
    const id = this.#idOf('ready', this.#changing.name);
    await this.#export(canaryObjects(this.#changing));
    await Promise.all(lookouts.map(async (lookout) => {
      const sight: PodSight = {};
      await this.#inTime(limit, lookout.eyes.follow(id, question, sight, limit));
      if (sight.answered !== undefined) this.#following.add(lookout);
    }));
  }

  /** Sends one canary, calls it back, and changes an endpoint. */
  async fly(index: number): Promise<readonly Sample[]> {
    const { lookouts, nest } = this.#options;
    const plan = this.#plan(canaryName(index));
    const notes = new Map<Lookout, Notes>(lookouts.map((lookout) => [lookout, { milliseconds: {}, lost: [] }]));
    await this.#arrive(plan, notes);
    await this.#leave(plan, notes);
    await this.#change(index, notes);
    return lookouts.map((lookout) => ({ from: nest.context, to: lookout.context, canary: plan.name, ...(notes.get(lookout) ?? { milliseconds: {}, lost: [] }) }));
  }

  async #arrive(plan: CanaryPlan, notes: ReadonlyMap<Lookout, Notes>): Promise<void> {
    const { broker, nest } = this.#options;
    const objects = await this.#create(plan);
    const question = { ...this.#question(plan, 'address'), port: BENCHMARK_PORT };
    const id = this.#idOf('arrive', plan.name);
    await this.#begin([...notes.keys()], id, question);
    const limit = this.#limit();
    // before the export, so that nothing is missed
    const copied = broker && this.#inTime(limit, broker.untilCopied(plan.name, limit));
    const begun = systemClock.monotonic();
    const arrivals = [...notes].map(async ([{ copies, eyes }, { lost, milliseconds }]) => {
      const sight: PodSight = {};
      const [imported, sliced, copiedAt] = await Promise.all([
        this.#inTime(limit, copies.untilImported(plan.name, limit)),
        this.#inTime(limit, copies.untilSliced(plan.name, nest.clusterID, limit)),
        copied,
        this.#inTime(limit, eyes.follow(id, question, sight, limit)),
      ]);
      const seen = { ...(copied && { broker: copiedAt }), import: imported, slice: sliced, answer: sight.answered, 'first-byte': sight.firstByte };
      note(seen, begun, { lost, milliseconds });
    });
    await Promise.all([this.#export(objects), ...arrivals]);
  }

  /** Only where it had arrived: elsewhere it is gone all the time. */
  async #leave({ name, namespace }: CanaryPlan, notes: ReadonlyMap<Lookout, Notes>): Promise<void> {
    const { client } = this.#options.nest;
    const plan = this.#plan(name);
    const left = new Map([...notes].filter(([, { lost }]) => !lost.includes('answer')));
    await this.#time('gone', { id: this.#idOf('gone', name), question: this.#question(plan, 'none'), notes: left }, () => client.delete(resources.serviceExports, name, namespace, { signal: this.#options.signal }));
  }

  /** The endpoint of a headless Service becomes unready and ready again, in turn. */
  async #change(index: number, notes: ReadonlyMap<Lookout, Notes>): Promise<void> {
    const following = new Map([...notes].filter(([lookout]) => this.#following.has(lookout)));
    if (following.size === 0) return;
    this.#isReady = !this.#isReady;
    const { slice } = canaryObjects(this.#changing);
    const endpoints = (slice.endpoints ?? []).map((endpoint) => ({ ...endpoint, conditions: { ready: this.#isReady } }));
    const question = this.#question(this.#changing, this.#isReady ? 'address' : 'none');
    await this.#time('change', { id: this.#idOf('change', String(index)), question, notes: following }, async () => {
      await this.#options.nest.client.patch(resources.endpointSlices, this.#changing.name, this.#options.namespace, 'application/merge-patch+json', { endpoints }, { signal: this.#options.signal });
    });
    for (const [lookout, { lost }] of following) if (lost.includes('change')) this.#following.delete(lookout);
  }

  /** Times how long it takes until the name servers say what `act` brings about. */
  async #time(stage: Stage, { id, notes, question }: { id: string; notes: ReadonlyMap<Lookout, Notes>; question: CanaryQuestion }, act: () => Promise<void>): Promise<void> {
    await this.#begin([...notes.keys()], id, question);
    const limit = this.#limit();
    const begun = systemClock.monotonic();
    const sights = [...notes].map(async ([{ eyes }, noted]) => {
      const sight: PodSight = {};
      await this.#inTime(limit, eyes.follow(id, question, sight, limit));
      note({ [stage]: sight.answered }, begun, noted);
    });
    await Promise.all([act(), ...sights]);
  }

  #begin(lookouts: readonly Lookout[], id: string, question: CanaryQuestion): Promise<unknown> {
    return Promise.all(lookouts.map(({ eyes }) => eyes.begin(id, question, this.#options.signal)));
  }

  async #create(plan: CanaryPlan): Promise<CanaryObjects> {
    const { nest: { client }, signal } = this.#options;
    const objects = canaryObjects(plan);
    await client.create(resources.services, objects.service, { signal });
    await client.create(resources.endpointSlices, objects.slice, { signal });
    return objects;
  }

  async #export({ serviceExport }: CanaryObjects): Promise<void> {
    const { nest: { client }, signal } = this.#options;
    await client.create(resources.serviceExports, serviceExport, { signal });
  }

  #plan(name: string, isHeadless = false): CanaryPlan {
    const { namespace, nest } = this.#options;
    return { name, namespace, address: nest.address, isHeadless };
  }

  #question(plan: CanaryPlan, wants: CanaryQuestion['wants']): CanaryQuestion {
    return { name: clustersetName(plan), type: addressTypeOf(plan.address), wants };
  }

  /** Names of Services repeat from cluster to cluster. */
  #idOf(stage: string, name: string): string {
    return `${this.#options.nest.context} ${stage} ${name}`;
  }

  #limit(): AbortSignal {
    return AbortSignal.any([this.#options.signal, AbortSignal.timeout(this.#options.timeoutMs)]);
  }

  /** Undefined where the time was up before. */
  async #inTime<T>(limit: AbortSignal, seen: Promise<T>): Promise<T | undefined> {
    try {
      return await seen;
    } catch (error) {
      this.#options.signal.throwIfAborted();
      if (limit.aborted) return undefined;
      throw error;
    }
  }
}

function note(seen: Partial<Record<Stage, number | undefined>>, begun: number, { lost, milliseconds }: Notes): void {
  for (const [stage, at] of Object.entries(seen) as [Stage, number | undefined][]) {
    if (at === undefined) lost.push(stage);
    else milliseconds[stage] = Math.max(0, at - begun);
  }
}
