import { getServers } from 'node:dns';
import type { DnsWiringSettings } from '../api/types/index.ts';
import { type Clock, sleep } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { type Backoff, backoffDelay } from '../base/retry.ts';
import { isAlreadyExists, isConflict } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { type AskNameServer, createNameServerAsker } from './ask-name-server.ts';
import { parseCustomName } from './custom-name.ts';
import { describeWiring } from './describe-wiring.ts';
import { applyDnsChange, type DnsChange, describeChange } from './dns-change.ts';
import { type DnsObjects, findClusterAddress, type ObjectName, readDnsObjects } from './dns-objects.ts';
import { DnsProof, NOT_ASKED } from './dns-proof.ts';
import { describeUnwired, FALLTHROUGH_PROOF, type FallthroughSight, FallthroughWiring } from './fallthrough-wiring.ts';
import { followWiring } from './follow-wiring.ts';
import { planForwarding, type WiringPlan } from './plan-wiring.ts';
import { WiringReport } from './wiring-report.ts';
import type { FallthroughStatus, WiringStatus } from './wiring-status.ts';
import type { WiringSubject } from './wiring-subject.ts';
import { WritePace } from './write-pace.ts';

export interface DnsWiringOptions {
  readonly client: KubeClient;
  readonly subject: WiringSubject;
  /** Service of our name server; what there is to say stands in its namespace. */
  readonly service: ObjectName;
  /** Default: wanted. */
  readonly settings?: DnsWiringSettings | undefined;
  /** Whether names of cluster.local fall through where the ConfigMap `mcs-cluster-local` beside the Service says so. */
  readonly hasFallthrough?: boolean;
  readonly fieldManager: string;
  /** This process is outside of the cluster, and cannot ask its servers. */
  readonly isOutside?: boolean;
  /** Asks a server over UDP, where no test does it. */
  readonly ask?: AskNameServer;
  /** Name servers of this pod: the cluster's own DNS, as every pod of this node sees it. */
  readonly resolvers?: () => readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long the cluster's DNS may take to load what was written (ruling 18). */
const LOAD_MS = 180_000;
const ASK_AGAIN_MS = 1_000;
const LATE_ASK_MS = 30_000;
const RESYNC_MS = 600_000;
const RETRY: Backoff = { baseMs: 2_000, capMs: 60_000 };
/** Two parts of ours write to the same ConfigMap: who comes second reads it again. */
const CONFLICT: Backoff = { baseMs: 200, capMs: 2_000 };
const CONFLICTS = 5;

/** What there is, and what it should be. */
interface Sight {
  readonly objects: DnsObjects;
  readonly upstream: string | undefined;
  readonly plan: WiringPlan;
  readonly fallthrough: FallthroughSight | undefined;
}

/**
 * Keeps the cluster's own DNS forwarding to ours: reads what there is, writes the difference, proves
 * that the servers have loaded it, and says so in the ConfigMap `mcs-dns-wiring`. What stands is left
 * when it stops: a restart of this process must not take names away.
 */
export class DnsWiring {
  readonly #options: DnsWiringOptions;
  readonly #custom: ObjectName | undefined;
  readonly #proof: DnsProof;
  readonly #fallthrough: FallthroughWiring | undefined;
  readonly #fallthroughProof: DnsProof;
  readonly #report: WiringReport;
  readonly #pace: WritePace;
  #wake = Promise.withResolvers<void>();
  #failures = 0;
  #notes: readonly string[] = [];

  constructor(options: DnsWiringOptions) {
    this.#options = options;
    this.#custom = parseCustomName(options.settings?.customConfigMap);
    const { client, clock, isOutside = false, ask = isOutside ? undefined : createNameServerAsker(clock), resolvers = getServers, subject, service: { namespace }, fieldManager, logger } = options;
    this.#proof = new DnsProof({ client, clock, ask, resolvers, fieldManager, proofs: subject.proofs });
    this.#fallthroughProof = new DnsProof({ client, clock, ask, resolvers, fieldManager, proofs: [FALLTHROUGH_PROOF] });
    if (options.hasFallthrough === true) this.#fallthrough = new FallthroughWiring({ client, namespace, proof: this.#fallthroughProof });
    this.#pace = new WritePace(clock);
    this.#report = new WiringReport({ client, namespace, fieldManager, logger });
  }

  /** Works until the signal fires. Never throws: what fails is reported and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, service, settings, hasFallthrough = false, clock, logger } = this.#options;
    const informers = followWiring({ client, service, custom: this.#custom, isWanted: settings?.isWanted !== false, hasFallthrough, onChange: () => this.#wake.resolve(), clock, logger });
    for (const informer of informers) await informer.start(signal);
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers<void>();
      const delay = await this.#round(signal);
      const timer = new AbortController();
      const pause = sleep(clock, delay, AbortSignal.any([signal, timer.signal])).catch(() => undefined); // the stop and a change end it early
      await Promise.race([pause, this.#wake.promise]);
      timer.abort();
    }
    await Promise.all(informers.map((informer) => informer.stop()));
  }

  /** Gives the time until the next one, ms. */
  async #round(signal: AbortSignal): Promise<number> {
    try {
      const delay = this.#options.settings?.isWanted === false ? await this.#reportOff(signal) : await this.#reconcile(signal);
      this.#failures = 0;
      return delay;
    } catch (error) {
      if (signal.aborted) return 0;
      const isBeaten = (isConflict(error) || isAlreadyExists(error)) && this.#failures < CONFLICTS;
      const delay = backoffDelay(this.#failures, isBeaten ? CONFLICT : RETRY);
      this.#failures += 1;
      if (isBeaten) return delay;
      this.#options.logger.warn("Cannot wire the cluster's own DNS", { error });
      await this.#reportFailure(error, signal);
      return delay;
    }
  }

  async #look(signal: AbortSignal): Promise<Sight> {
    const { client, service, subject } = this.#options;
    const upstream = await findClusterAddress(client, service, signal);
    const objects = await readDnsObjects(client, this.#custom, signal);
    const plan = planForwarding(objects, subject, upstream, this.#custom);
    return { objects, upstream, plan, fallthrough: await this.#fallthrough?.look(objects, plan.detected, upstream, signal) };
  }

  async #reconcile(signal: AbortSignal): Promise<number> {
    const sight = await this.#look(signal);
    const { plan, fallthrough } = sight;
    // both may be edits of one text, which is read anew in between
    const isWiring = plan.changes.length > 0;
    const changes = isWiring ? plan.changes : (fallthrough?.plan.changes ?? []);
    if (changes.length === 0) return this.#prove(sight, signal);
    if (this.#pace.wait > 0) return this.#pace.wait;
    await this.#write(changes, plan.notes, signal);
    (isWiring ? this.#proof : this.#fallthroughProof).begin();
    return 0; // what was written is read, and proven, in the next round
  }

  async #write(changes: readonly DnsChange[], notes: readonly string[], signal: AbortSignal): Promise<void> {
    const { client, logger, fieldManager } = this.#options;
    for (const change of changes) {
      await applyDnsChange(client, change, { fieldManager, signal });
      logger.info("Wrote the configuration of the cluster's own DNS", { object: describeChange(change), verb: change.verb });
    }
    for (const note of notes) logger.warn("Found lines of others in our block of the cluster's own DNS", { detail: note });
    if (notes.length > 0) this.#notes = notes;
    this.#pace.note();
  }

  async #prove(sight: Sight, signal: AbortSignal): Promise<number> {
    const { plan, objects, upstream } = sight;
    const { subject, service } = this.#options;
    const isAsked = plan.places.length > 0 || plan.obstacle?.reason === 'multicluster';
    const { servers, elapsedMs, loadedAfterMs, isUnseen } = isAsked ? await this.#proof.ask(plan.detected, objects, plan.places.length > 0, signal) : NOT_ASKED;
    const wired = describeWiring({ plan: { ...plan, notes: this.#notes }, subject, service, upstream, servers, isLate: elapsedMs >= LOAD_MS, ...(isUnseen && { isUnseen }), ...(loadedAfterMs !== undefined && { loadedAfterMs }) });
    const fallthrough = sight.fallthrough && (await this.#fallthrough?.prove(sight.fallthrough, objects, plan.detected, LOAD_MS, signal));
    await this.#reportWiring({ ...wired, ...(fallthrough && { fallthrough }) }, signal);
    return delayAfter([wired.state, fallthrough?.state], plan);
  }

  async #reportOff(signal: AbortSignal): Promise<number> {
    const { client, service: { namespace } } = this.#options;
    const fallthrough: FallthroughStatus | undefined = this.#fallthrough && (await describeUnwired({ client, namespace }, signal));
    await this.#report.write({ ...BLANK, state: 'off', message: "join was told to leave the cluster's own DNS alone", ...(fallthrough && { fallthrough }) }, signal);
    return RESYNC_MS;
  }

  async #reportFailure(error: unknown, signal: AbortSignal): Promise<void> {
    try {
      await this.#report.write({ ...BLANK, state: 'failed', message: errorMessage(error) }, signal);
    } catch (cause) {
      this.#options.logger.warn("Cannot report on the cluster's own DNS", { error: cause });
    }
  }

  async #reportWiring(status: WiringStatus, signal: AbortSignal): Promise<void> {
    const standing = await this.#report.findEarlier(signal);
    // how long it took was measured by the process that wrote it
    const isSame = standing?.state === 'wired' && status.state === 'wired' && standing.loadedAfterMs !== undefined;
    if (isSame) this.#proof.remember(standing.loadedAfterMs);
    const loadedAfterMs = status.loadedAfterMs ?? (isSame ? standing.loadedAfterMs : undefined);
    await this.#report.write({ ...status, ...(loadedAfterMs !== undefined && { loadedAfterMs }) }, signal);
  }
}

const BLANK = { kind: 'none', hints: [], places: [], upstream: undefined, servers: [], notes: [] } as const;

/** How long to wait before the next look, ms. */
function delayAfter(states: readonly (string | undefined)[], { detected }: WiringPlan): number {
  if (states.includes('loading')) return ASK_AGAIN_MS;
  // nothing tells of changes of OpenShift's object
  return states.includes('not-loaded') || detected.kind === 'openshift' ? LATE_ASK_MS : RESYNC_MS;
}
