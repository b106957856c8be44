import { McsError } from '../base/errors.ts';
import type { HealthState } from '../base/health.ts';
import { abortWith, type Startable } from '../base/lifecycle.ts';
import { contend } from '../kube/contend.ts';
import { createLeaderElector, type LeaderElector } from '../kube/lease.ts';
import { Distribution } from './distribution.ts';
import { figuresOf } from './figures.ts';
import type { HubOptions } from './hub-options.ts';
import { HubWatch } from './hub-watch.ts';
import { gatewayOwner } from './plan/names.ts';
import { defaultHubId, GATEWAY_DNS_LEASE } from './settings.ts';

/** The hub of gateway-dns: finds the gateways of workload clusters, and keeps their names in all clusters that shall know them. */
export class GatewayDNSHub implements Startable {
  readonly name = 'gateway-dns';
  readonly #options: HubOptions;
  readonly #watch: HubWatch;
  readonly #elector: LeaderElector;
  readonly #abort = new AbortController();
  #distribution: Distribution | undefined;
  #run: Promise<void> | undefined;

  constructor(options: HubOptions) {
    const { settings: { namespace }, hubClient: client, identity, metrics, clock, logger } = options;
    const onHub = (): void => this.#distribution?.onHub();
    this.#options = options;
    this.#watch = new HubWatch({ client, onGatewayDNS: onHub, onNamespace: onHub, clock, logger });
    this.#elector = createLeaderElector({ client, namespace, name: GATEWAY_DNS_LEASE, identity, clock, logger });
    metrics.observe(() => figuresOf(this.#distribution, this.#elector.isLeader));
  }

  /** Begins in the background; an API server that is away is waited for. */
  async start(signal: AbortSignal): Promise<void> {
    abortWith(this.#abort, signal);
    const { clock, logger } = this.#options;
    await this.#watch.start(this.#abort.signal);
    this.#run = contend(this.#elector, (lead) => this.#lead(lead), { name: 'hub of gateway-dns', clock, logger, signal: this.#abort.signal });
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The hub of gateway-dns was stopped'));
    await this.#run;
    await this.#watch.stop();
  }

  /** Ready means that the hub's own cluster is known. Workload clusters that are away do not make it unready: a restart would not bring them back. */
  readiness(): HealthState {
    const waiting = this.#watch.followers.filter(({ hasSynced }) => !hasSynced).map(({ name }) => name);
    if (waiting.length > 0) return { isMet: false, detail: `waiting for ${waiting.join(', ')}` };
    if (this.#distribution === undefined) return { isMet: true, detail: `standby; active is ${this.#elector.leader ?? 'nobody yet'}` };
    const { fleet } = this.#distribution;
    const clusters = fleet.clusters();
    const away = clusters.filter(({ key }) => fleet.connection(key).state !== 'connected').map(({ key }) => `${key} is ${fleet.connection(key).state}`);
    return { isMet: true, detail: [`${clusters.length} clusters`, ...(fleet.hasSynced ? [] : [fleet.message || 'not all are known yet']), ...away].join('; ') };
  }

  async #lead(signal: AbortSignal): Promise<void> {
    await this.#watch.synced(signal);
    const distribution = new Distribution({ ...this.#options, watch: this.#watch, owner: gatewayOwner(this.#hubId()) });
    this.#distribution = distribution;
    try {
      await distribution.run(signal);
    } finally {
      this.#distribution = undefined;
    }
  }

  #hubId(): string {
    const { hubId } = this.#options.settings;
    if (hubId !== undefined) return hubId;
    const uid = this.#watch.namespaces.get('kube-system')?.metadata.uid;
    if (uid !== undefined) return defaultHubId(uid);
    throw new McsError('MCS_USAGE', 'Cannot find out the id of this hub: its cluster has no namespace kube-system', { hints: ['MCS_GATEWAY_DNS_HUB_ID=hub-a'] });
  }
}
