import { resources } from '../api/resources.ts';
import type { Namespace } from '../api/types/index.ts';
import type { Logger } from '../base/log.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../kube/api-error.ts';
import { FIELD_MANAGER } from './field-manager.ts';
import { readEmptiness } from './namespace-contents.ts';
import type { MirrorPreset } from './settings.ts';
import type { Target } from './target.ts';
import { toMirrorNamespace } from './translate/mirror-namespace.ts';

/** `going`: it is being deleted. */
export type NamespaceState = 'there' | 'going' | 'missing';

/** Makes namespaces for mirrors, and removes those that it made once nothing is left in them. */
export class Namespaces {
  readonly #target: Target;
  readonly #preset: MirrorPreset;
  readonly #logger: Logger;
  /** Many mirrors want the same namespace at the same time. */
  readonly #creating = new Map<string, Promise<void>>();

  constructor(target: Target, preset: MirrorPreset, logger: Logger) {
    this.#target = target;
    this.#preset = preset;
    this.#logger = logger;
  }

  state(name: string): NamespaceState {
    const namespace = this.#target.namespaces.get(name);
    if (namespace === undefined) return 'missing';
    return namespace.metadata.deletionTimestamp === undefined ? 'there' : 'going';
  }

  /** Makes one for a mirror of this source. */
  create(name: string, source: string): Promise<void> {
    const creation = this.#creating.get(name) ?? this.#create(name, source).finally(() => this.#creating.delete(name));
    this.#creating.set(name, creation);
    return creation;
  }

  async #create(name: string, source: string): Promise<void> {
    const { client, owner, namespaces } = this.#target;
    const { object } = toMirrorNamespace({ owner, preset: this.#preset, target: { namespace: name, name: '' } }, source);
    try {
      namespaces.wrote(await client.create(resources.namespaces, object, { fieldManager: FIELD_MANAGER }));
      this.#logger.info('Made a namespace', { namespace: name, source });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }

  /** Names of those that the mirror made. */
  own(): string[] {
    return this.#target.namespaces.by('own', 'own').map(({ metadata }) => metadata.name);
  }

  /**
   * Removes a namespace that the mirror made and that holds nothing any more. Gives why it stays, where that
   * is not plain. To look takes a while: `isWanted` is asked again, and so is whether a mirror has come meanwhile.
   */
  async removeIfEmpty(name: string, isWanted: () => boolean, signal: AbortSignal): Promise<string | undefined> {
    const namespace = this.#target.namespaces.get(name);
    if (namespace === undefined || !this.#isRemovable(namespace)) return undefined;
    const emptiness = await readEmptiness(this.#target.client, name, signal);
    if (!emptiness.isEmpty) return emptiness.isKnown ? undefined : `Cannot tell whether namespace "${name}" is empty, so it stays: ${emptiness.reason}`;
    if (!isWanted() && this.#isRemovable(namespace)) await this.#remove(namespace, signal);
    return undefined;
  }

  #isRemovable(namespace: Namespace): boolean {
    return this.#target.originOf(namespace) !== undefined && namespace.metadata.deletionTimestamp === undefined && !this.#target.hasOwnIn(namespace.metadata.name);
  }

  /** Whoever changed it meanwhile may want it. */
  async #remove(namespace: Namespace, signal: AbortSignal): Promise<void> {
    const { name, uid, resourceVersion } = namespace.metadata;
    const preconditions = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
    try {
      await this.#target.client.delete(resources.namespaces, name, undefined, { ...preconditions, signal });
      this.#logger.info('Removed a namespace that the mirror had made', { namespace: name });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }
}
