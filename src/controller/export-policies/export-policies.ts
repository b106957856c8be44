import { EXPORT_POLICY } from '../../api/labels.ts';
import { objectKey, resources } from '../../api/resources.ts';
import type { ServiceExportPolicy } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage } from '../../base/errors.ts';
import type { Startable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { EventReporter } from '../../kube/event-reporter.ts';
import { planPolicyExports } from '../../sync/export-policy/plan-policy-exports.ts';
import { type ReadPolicy, readPolicies } from '../../sync/export-policy/read-policies.ts';
import { follow, type Follower } from '../../sync/follow.ts';
import { ObjectCache } from '../../sync/object-cache.ts';
import { createWorkQueue, type Lane, type WorkQueue, type WorkResult } from '../../sync/work-queue.ts';
import type { LocalCaches, ServiceKey } from '../caches.ts';
import { writePolicyStatus } from './policy-status.ts';
import { writePolicyPlan } from './policy-writer.ts';

export interface ExportPoliciesOptions {
  readonly client: KubeClient;
  /** They have been listed. */
  readonly local: Pick<LocalCaches, 'services' | 'exports' | 'namespaces'>;
  /** Namespaces of `mcs` beyond those that it has everywhere. */
  readonly reserved: readonly string[];
  /** Told of every ServiceExport that was written, which no informer tells of. */
  readonly onWritten: (key: ServiceKey) => void;
  readonly events: EventReporter;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Until what was overtaken by another write is looked at again. */
const AGAIN_MS = 500;

/**
 * Makes and removes the ServiceExports that ServiceExportPolicies ask for. Until the policies have been
 * listed, nothing is known, and nothing is written; a cluster that does not serve them stays like that.
 */
export class ExportPolicies implements Startable {
  readonly name = 'export policies';
  readonly #options: ExportPoliciesOptions;
  readonly #cache: ObjectCache<ServiceExportPolicy>;
  readonly #follower: Follower;
  readonly #queue: WorkQueue;
  /** Whether all policies have been listed: while their news still come in, some are missing. */
  #isKnown = false;
  /** By precedence. */
  #policies: readonly ReadPolicy[] = [];
  /** Why an export could not be written, by Service. */
  readonly #failures = new Map<ServiceKey, string>();

  constructor(options: ExportPoliciesOptions) {
    this.#options = options;
    const { client, clock, logger } = options;
    this.#cache = new ObjectCache({ clock });
    this.#follower = follow(client, resources.exportPolicies, this.#cache, { onNews: () => this.#refresh(), clock, logger });
    this.#queue = createWorkQueue({ name: 'export policy', clock, logger, process: (key, signal) => this.#process(key, signal), onFailure: (key, error) => this.#onFailure(key, error) });
  }

  /** Begins in the background. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#follower.start(signal);
    this.#queue.start();
    this.#follower.synced().then(
      () => {
        this.#isKnown = true;
        this.#refresh();
      },
      () => undefined, // stopped before the first sync
    );
  }

  async stop(): Promise<void> {
    await this.#queue.stop();
    await this.#follower.stop();
  }

  /** A Service or a ServiceExport of that name has changed. */
  onService(key: ServiceKey): void {
    const isConcerned = this.#policies.length > 0 || this.#options.local.exports.get(key)?.metadata.labels?.[EXPORT_POLICY] !== undefined;
    if (isConcerned) this.#look(key, 'front');
  }

  /** A namespace has come, gone, or got other labels. */
  onNamespace(name: string): void {
    if (this.#policies.length === 0) return;
    for (const { metadata } of this.#options.local.services.values()) if (metadata.namespace === name) this.#look(objectKey(metadata), 'middle');
  }

  #look(key: ServiceKey, lane: Lane): void {
    if (this.#isKnown) this.#queue.add(key, lane);
  }

  /** Policies are few and seldom change: all that they may have a say in is looked at again. */
  #refresh(): void {
    if (!this.#isKnown) return;
    this.#policies = readPolicies(this.#cache.values());
    const { services, exports } = this.#options.local;
    const labelled = exports.indexValues('policy').flatMap((label) => exports.by('policy', label));
    const selectable = this.#policies.length === 0 ? [] : services.values();
    for (const { metadata } of [...selectable, ...labelled]) this.#look(objectKey(metadata), 'middle');
    for (const { policy } of this.#policies) this.#queue.add(policy.metadata.name, 'back');
  }

  /** Keys with a namespace are those of Services, others those of policies. */
  #process(key: string, signal: AbortSignal): Promise<WorkResult> {
    return key.includes('/') ? this.#reconcile(key, signal) : this.#report(key, signal);
  }

  async #reconcile(key: ServiceKey, signal: AbortSignal): Promise<WorkResult> {
    const { client, local, reserved, onWritten } = this.#options;
    const [service, standing] = [local.services.get(key), local.exports.get(key)];
    const plan = planPolicyExports({
      policies: this.#policies,
      namespaceOf: (name) => local.namespaces.get(name),
      services: service === undefined ? [] : [service],
      exports: standing === undefined ? [] : [standing],
      reserved,
    });
    const isOvertaken = await writePolicyPlan({ client, exports: local.exports, onWritten }, plan, signal);
    const hadFailed = this.#failures.delete(key);
    // an export that has gone, or that has changed hands, counts for another policy than before
    if (hadFailed || plan.verdicts.length > 0 || plan.delete.length > 0 || standing === undefined) for (const { policy } of this.#policies) this.#queue.add(policy.metadata.name, 'back');
    return isOvertaken ? { requeueAfterMs: AGAIN_MS } : 'done';
  }

  async #report(name: string, signal: AbortSignal): Promise<WorkResult> {
    const read = this.#policies.find(({ policy }) => policy.metadata.name === name);
    if (read === undefined) return 'done';
    const { client, local, events, clock } = this.#options;
    if (read.problem !== undefined) events.warn(read.policy, 'InvalidSelector', `ServiceExportPolicy "${name}" is not followed: ${read.problem}; its exports stay as they are`);
    const state = { exported: local.exports.by('policy', read.label).length, failures: this.#failuresOf(read) };
    const [failed] = state.failures;
    if (failed !== undefined) events.warn(read.policy, 'WriteFailed', `Service "${failed[0]}" cannot be exported: ${failed[1]}`);
    const stored = await writePolicyStatus(client, read, state, () => clock.now(), signal);
    if (stored === read.policy) return 'done';
    this.#cache.wrote(stored); // tells nobody, so that the write is not looked at again
    this.#policies = readPolicies(this.#cache.values());
    return 'done';
  }

  #failuresOf(read: ReadPolicy): ReadonlyMap<ServiceKey, string> {
    const { local } = this.#options;
    const isSelected = (key: ServiceKey): boolean => {
      const service = local.services.get(key);
      const namespace = service && local.namespaces.get(service.metadata.namespace ?? '');
      return service !== undefined && namespace !== undefined && read.selects(service, namespace);
    };
    return new Map([...this.#failures].filter(([key]) => isSelected(key)));
  }

  #onFailure(key: string, error: unknown): void {
    if (!key.includes('/')) return;
    this.#failures.set(key, errorMessage(error));
    for (const { policy } of this.#policies) this.#queue.add(policy.metadata.name, 'back');
  }
}
