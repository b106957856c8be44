import { includesNamespace, type NamespaceChoice } from '../../api/cluster-local.ts';
import { objectKey, splitKey } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { EventReporter } from '../../kube/event-reporter.ts';
import type { Unreflected } from '../../sync/service/reflected-service.ts';
import type { LocalCaches, ServiceKey } from '../caches.ts';
import type { WantedImport } from '../wanted-import.ts';
import { reconcileReflection } from './reconcile-reflection.ts';
import { type ReflectionSources, wantedReflection } from './wanted-reflection.ts';

export interface ReflectorOptions {
  readonly client: KubeClient;
  readonly local: LocalCaches;
  /** Namespaces whose imports are reflected; undefined while that is not known. */
  readonly namespaces: () => NamespaceChoice | undefined;
  readonly events: EventReporter;
}

/** Keeps each cluster's part of a shared service as a Service of its own name, where that is asked for. */
export class Reflector {
  readonly #options: ReflectorOptions;
  /** Services that have a name which is needed: their end brings the key back. */
  readonly #obstructions = new Map<string, ServiceKey>();

  constructor(options: ReflectorOptions) {
    this.#options = options;
  }

  /** Whether there is anything to do, or to undo, for a service. */
  concerns(key: ServiceKey): boolean {
    const { local, namespaces } = this.#options;
    const choice = namespaces();
    if (choice === undefined) return false;
    return includesNamespace(choice, splitKey(key).namespace ?? '') || local.services.by('reflected', key).length > 0 || local.slices.by('reflected', key).length > 0;
  }

  async reconcile(key: ServiceKey, wanted: WantedImport, sources: ReflectionSources, signal: AbortSignal): Promise<void> {
    const { client, local, namespaces } = this.#options;
    const choice = namespaces();
    if (choice === undefined) return;
    for (const [object, service] of this.#obstructions) if (service === key) this.#obstructions.delete(object);
    const reflection = wantedReflection(key, choice, wanted, sources);
    for (const unreflected of reflection.unreflected) this.#tell(key, unreflected);
    await reconcileReflection(key, reflection, { client, local, onForeign: (object) => this.#onForeign(key, object), onTaken: (object) => this.#obstructions.set(nameOf(object), key) }, signal);
  }

  /** What of a service cannot be reflected; undefined while it is not known what is to be. */
  unreflected(key: ServiceKey, wanted: WantedImport, sources: ReflectionSources): readonly Unreflected[] | undefined {
    const choice = this.#options.namespaces();
    return choice === undefined ? undefined : wantedReflection(key, choice, wanted, sources).unreflected;
  }

  /** Service that an object keeps from being reflected. */
  obstructs(object: KubeObject): ServiceKey | undefined {
    return this.#obstructions.get(nameOf(object));
  }

  /** A namespace may take no more Services: a quota, an admission policy. */
  reportFailure(key: ServiceKey, message: string): void {
    const { local, events } = this.#options;
    const about = local.imports.get(key);
    if (about !== undefined) events.warn(about, 'ReflectionFailed', `Cannot reflect service "${key}" of the cluster set: ${message}`);
  }

  #tell(key: ServiceKey, { cluster, obstacle, reason, message }: Unreflected): void {
    if (obstacle !== undefined) this.#obstructions.set(nameOf(obstacle), key);
    const about = obstacle ?? this.#options.local.imports.get(key);
    if (about !== undefined) this.#options.events.warn(about, reason, `Service "${key}" of cluster "${cluster}" is not reflected: ${message}`);
  }

  #onForeign(key: ServiceKey, object: KubeObject): void {
    this.#obstructions.set(nameOf(object), key);
    this.#options.events.warn(object, `Foreign${object.kind}`, `${object.kind} "${object.metadata.name}" was not made by mcs and is left alone; service "${key}" is not reflected under that name`);
  }
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${objectKey(metadata)}`;
}
