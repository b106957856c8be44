import { getServers } from 'node:dns';
import { CLUSTERSET_DOMAIN, MEMBER_DNS_WIRING } from '../api/names.ts';
import { MANAGED_BY, MANAGED_BY_MCS } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import type { DnsWiringSettings, KubeObject, Service } from '../api/types/index.ts';
import { type Clock, sleep } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { type Backoff, backoffDelay } from '../base/retry.ts';
import { type AskTxt, createTxtAsker } from '../cluster-dns/ask-name-server.ts';
import { describeWiring } from '../cluster-dns/describe-wiring.ts';
import { applyDnsChange, describeChange } from '../cluster-dns/dns-change.ts';
import { type DnsObjects, dnsConfigMapNames, type ObjectName, readDnsObjects } from '../cluster-dns/dns-objects.ts';
import { planUnwiring, planWiring, type WiringPlan } from '../cluster-dns/plan-wiring.ts';
import { parseCustomName } from '../cluster-dns/custom-name.ts';
import { type LoadedServer, parseWiringStatus, WIRING_STATUS_KEY, type WiringStatus } from '../cluster-dns/wiring-status.ts';
import type { KubeClient } from '../kube/client.ts';
import { ensureObject } from '../kube/ensure.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import { DnsProof } from './dns-proof.ts';
import { FIELD_MANAGER } from './settings.ts';

export interface DnsWiringOptions {
  readonly client: KubeClient;
  readonly memberNamespace: string;
  /** Default: wanted. */
  readonly settings: DnsWiringSettings | undefined;
  /** Asks a server over UDP, where no test does it. */
  readonly askTxt?: AskTxt;
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
/** Somebody who keeps undoing our writes is not fought at full speed. */
const REWRITE: Backoff = { baseMs: 1_000, capMs: 300_000 };
const DNS_SERVICE = 'mcs-dns';

/**
 * Keeps the cluster's own DNS forwarding to ours: reads what there is, writes the difference, proves
 * that the servers have loaded it, and says so in the ConfigMap `mcs-dns-wiring`.
 */
export class DnsWiring {
  readonly #options: DnsWiringOptions;
  readonly #custom: ObjectName | undefined;
  readonly #proof: DnsProof;
  #wake = Promise.withResolvers<void>();
  #reported: string | undefined;
  #failures = 0;
  /** Writes that followed each other within the time of a resync. */
  #rewrites = 0;
  #writtenAt: number | undefined;
  #notBefore = 0;
  #notes: readonly string[] = [];

  constructor(options: DnsWiringOptions) {
    this.#options = options;
    this.#custom = parseCustomName(options.settings?.customConfigMap);
    const { client, clock, askTxt = createTxtAsker(clock), resolvers = getServers } = options;
    this.#proof = new DnsProof({ client, clock, askTxt, resolvers, name: `dns-version.${CLUSTERSET_DOMAIN}` });
  }

  /** Works until the signal fires. Never throws: what fails is reported and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    const informers = this.#options.settings?.isWanted === false ? [] : this.#follow();
    for (const informer of informers) await informer.start(signal);
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers<void>();
      const delay = await this.#round(signal);
      const timer = new AbortController();
      const pause = sleep(this.#options.clock, delay, AbortSignal.any([signal, timer.signal])).catch(() => undefined); // the stop and a change end it early
      await Promise.race([pause, this.#wake.promise]);
      timer.abort();
    }
    await Promise.all(informers.map((informer) => informer.stop()));
  }

  /** They only tell that something has changed: what there is, is read anew. */
  #follow(): Informer<KubeObject>[] {
    const { client, clock, logger, memberNamespace } = this.#options;
    const options = ({ namespace, name }: ObjectName) => ({ namespace, fieldSelector: `metadata.name=${name}`, clock, logger });
    const maps = dnsConfigMapNames(this.#custom).map((name): Informer<KubeObject> => createInformer(client, resources.configMaps, options(name)));
    const service: Informer<KubeObject> = createInformer(client, resources.services, options({ namespace: memberNamespace, name: DNS_SERVICE }));
    const informers = [...maps, service];
    for (const informer of informers) informer.onChange(() => this.#wake.resolve());
    return informers;
  }

  /** Gives the time until the next one, ms. */
  async #round(signal: AbortSignal): Promise<number> {
    try {
      const delay = await this.#reconcile(signal);
      this.#failures = 0;
      return delay;
    } catch (error) {
      if (signal.aborted) return 0;
      const delay = backoffDelay(this.#failures, RETRY);
      this.#failures += 1;
      this.#options.logger.warn("Cannot wire the cluster's own DNS", { error });
      await this.#reportFailure(error, signal);
      return delay;
    }
  }

  async #reconcile(signal: AbortSignal): Promise<number> {
    const { client, clock, memberNamespace, settings } = this.#options;
    if (settings?.isWanted === false) return this.#reportOff(signal);
    const service = await client.find(resources.services, DNS_SERVICE, memberNamespace, { signal });
    const upstream = addressOf(service);
    const objects = await readDnsObjects(client, this.#custom, signal);
    const plan = planOf(objects, upstream, this.#custom);
    const wait = this.#notBefore - clock.monotonic();
    if (plan.changes.length > 0 && wait > 0) return wait;
    await this.#write(plan, signal);
    if (plan.changes.length > 0) return 0; // what was written is read, and proven, in the next round
    return this.#prove(plan, objects, upstream, signal);
  }

  async #write({ changes, notes }: WiringPlan, signal: AbortSignal): Promise<void> {
    if (changes.length === 0) return;
    const { client, clock, logger } = this.#options;
    for (const change of changes) {
      await applyDnsChange(client, change, { fieldManager: FIELD_MANAGER, signal });
      logger.info("Wrote the configuration of the cluster's own DNS", { object: describeChange(change), verb: change.verb });
    }
    for (const note of notes) logger.warn("Found lines of others in our block of the cluster's own DNS", { detail: note });
    if (notes.length > 0) this.#notes = notes;
    const now = clock.monotonic();
    this.#rewrites = this.#writtenAt !== undefined && now - this.#writtenAt < RESYNC_MS ? this.#rewrites + 1 : 0;
    this.#notBefore = now + (this.#rewrites === 0 ? 0 : backoffDelay(this.#rewrites, REWRITE));
    this.#writtenAt = now;
    this.#proof.begin();
  }

  async #prove(plan: WiringPlan, objects: DnsObjects, upstream: string | undefined, signal: AbortSignal): Promise<number> {
    const isAsked = plan.places.length > 0 || plan.obstacle?.reason === 'multicluster';
    const { servers, elapsedMs, loadedAfterMs } = isAsked ? await this.#proof.ask(plan, objects, signal) : NOT_ASKED;
    const isLate = elapsedMs >= LOAD_MS;
    const status = describeWiring({ plan: { ...plan, notes: this.#notes }, domain: CLUSTERSET_DOMAIN, upstream, servers, isLate, ...(loadedAfterMs !== undefined && { loadedAfterMs }) });
    await this.#report(status, signal);
    if (status.state === 'loading') return ASK_AGAIN_MS;
    // nothing tells of changes of OpenShift's object
    return status.state === 'not-loaded' || plan.detected.kind === 'openshift' ? LATE_ASK_MS : RESYNC_MS;
  }

  async #reportOff(signal: AbortSignal): Promise<number> {
    await this.#report({ ...BLANK, state: 'off', message: "join was told to leave the cluster's own DNS alone" }, signal);
    return RESYNC_MS;
  }

  async #reportFailure(error: unknown, signal: AbortSignal): Promise<void> {
    try {
      await this.#report({ ...BLANK, state: 'failed', message: errorMessage(error) }, signal);
    } catch (cause) {
      this.#options.logger.warn("Cannot report on the cluster's own DNS", { error: cause });
    }
  }

  async #report(status: WiringStatus, signal: AbortSignal): Promise<void> {
    const { client, memberNamespace: namespace, logger } = this.#options;
    const standing = this.#reported === undefined ? parseWiringStatus(await client.find(resources.configMaps, MEMBER_DNS_WIRING, namespace, { signal })) : undefined;
    // how long it took was measured by the process that wrote it
    const isSame = standing?.state === 'wired' && status.state === 'wired' && standing.loadedAfterMs !== undefined;
    if (isSame) this.#proof.remember(standing.loadedAfterMs);
    const loadedAfterMs = status.loadedAfterMs ?? (isSame ? standing.loadedAfterMs : undefined);
    const text = JSON.stringify({ ...status, ...(loadedAfterMs !== undefined && { loadedAfterMs }) }, undefined, 2);
    if (text === this.#reported) return;
    const metadata = { name: MEMBER_DNS_WIRING, namespace, labels: { [MANAGED_BY]: MANAGED_BY_MCS } };
    await ensureObject(client, resources.configMaps, { metadata, data: { [WIRING_STATUS_KEY]: text } }, { fieldManager: FIELD_MANAGER, signal });
    this.#reported = text;
    logger.info("Looked at the cluster's own DNS", { state: status.state, detail: status.message });
  }
}

const NOT_ASKED: { readonly servers: readonly LoadedServer[]; readonly elapsedMs: number; readonly loadedAfterMs: number | undefined } = { servers: [], elapsedMs: 0, loadedAfterMs: undefined };
const BLANK = { kind: 'none', hints: [], places: [], upstream: undefined, servers: [], notes: [] } as const;

function addressOf(service: Service | undefined): string | undefined {
  const address = service?.spec.clusterIP;
  return address === undefined || address === '' || address === 'None' ? undefined : address;
}

/** Without an address there is nothing to forward to, and nothing may forward to nowhere. */
function planOf(objects: DnsObjects, upstream: string | undefined, custom: ObjectName | undefined): WiringPlan {
  if (upstream === undefined) return planUnwiring(objects, CLUSTERSET_DOMAIN);
  return planWiring(objects, { domain: CLUSTERSET_DOMAIN, upstream, ...(custom && { custom }) });
}
