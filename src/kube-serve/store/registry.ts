import { resourceName } from '../../api/resources.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import { refusal } from '../status-error.ts';
import { Collection } from './collection.ts';
import { CompiledDefinition } from './compiled-definition.ts';
import type { AnyResource } from './types.ts';

/** A kind that is served, with its objects. */
export interface Served {
  readonly compiled: CompiledDefinition;
  readonly collection: Collection;
}

/** The kinds of a store. */
export class Registry {
  readonly #served = new Map<string, Served>();
  readonly #listeners = new Set<() => void>();
  readonly #historySize: number;

  constructor(historySize: number) {
    this.#historySize = historySize;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A definition registered again replaces the former one and keeps its objects. */
  register(definition: ResourceDefinition, version: number): void {
    const name = resourceName(definition.resource);
    const known = this.#served.get(name);
    const collection = known?.collection ?? new Collection(this.#historySize, version);
    this.#served.set(name, { compiled: new CompiledDefinition(definition), collection });
    this.#tell();
  }

  remove(served: Served): void {
    this.#served.delete(resourceName(served.compiled.definition.resource));
    this.#tell();
  }

  all(): readonly Served[] {
    return [...this.#served.values()];
  }

  find(resource: Pick<AnyResource, 'group' | 'plural'>): Served | undefined {
    return this.#served.get(resourceName(resource));
  }

  get(resource: AnyResource): Served {
    const served = this.find(resource);
    if (served === undefined) throw refusal('NotFound', `the server could not find the requested resource (${resourceName(resource)})`);
    return served;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
