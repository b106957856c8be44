import type { EndpointSlice } from '../../api/types/index.ts';
import { type NameView, viewName } from './name-view.ts';
import { NameTree, parentOf } from './name-tree.ts';
import { readSlice, type SliceRecord } from './read-slice.ts';
import type { GatewayZoneSet } from './zone-set.ts';

/** Why something of a slice is not served. */
export type SkipReason = 'hostname' | 'zone' | 'address';

/** Told of names that records lead to, as often as records do. */
export interface TargetKeeper {
  keep(target: string): void;
  drop(target: string): void;
}

export interface GatewayIndexOptions {
  readonly zones: GatewayZoneSet;
  readonly targets: TargetKeeper;
}

interface NameEntry {
  readonly records: Map<string, SliceRecord>;
  /** Made when first asked for, dropped with each change. */
  view: NameView | undefined;
}

/** What stands at a name. */
export type FoundName = NameView | 'empty' | undefined;

/** The only one of a slice that can be answered, whatever other slices the name has: one target of a name counts. */
function targetsOf(record: SliceRecord): readonly string[] {
  const { target } = viewName([record]);
  return target === undefined ? [] : [target];
}

/** Records of all slices by name. Several slices with one name are united. */
export class GatewayIndex {
  readonly #zones: GatewayZoneSet;
  readonly #targets: TargetKeeper;
  /** By slice. */
  readonly #records = new Map<string, SliceRecord>();
  /** Slices that are not served at all, or not wholly. */
  readonly #skipped = new Map<string, { readonly reason: SkipReason; readonly count: number }>();
  readonly #names = new Map<string, NameEntry>();
  readonly #tree = new NameTree();

  constructor({ zones, targets }: GatewayIndexOptions) {
    this.#zones = zones;
    this.#targets = targets;
  }

  /** Names with records. */
  get size(): number {
    return this.#names.size;
  }

  /** How much is not served, by reason. */
  skipped(): Readonly<Record<SkipReason, number>> {
    const counts = { hostname: 0, zone: 0, address: 0 };
    for (const { reason, count } of this.#skipped.values()) counts[reason] += count;
    return counts;
  }

  /** Takes what a slice says now; undefined where it has gone. */
  set(key: string, slice: EndpointSlice | undefined): void {
    const previous = this.#records.get(key);
    this.#skipped.delete(key);
    const record = slice === undefined ? undefined : this.#accept(key, slice);
    // the new one first: a zone or a target that both have is never without a record
    if (record !== undefined) this.#add(key, record);
    if (previous !== undefined) this.#remove(key, previous, record);
  }

  /**
   * What stands at a name of a zone: its own records, else those of the wildcard at its closest
   * encloser (RFC 4592 section 3.3.1), so never of one above an existing name that is nearer.
   * `reserved` are names that exist without records.
   */
  find(name: string, zone: string, reserved: readonly string[] = []): FoundName {
    const exact = this.#view(name);
    if (exact !== undefined) return exact;
    const exists = (each: string): boolean => each === zone || this.#tree.has(each) || reserved.includes(each);
    if (exists(name)) return 'empty';
    let encloser = parentOf(name) ?? zone;
    while (!exists(encloser)) encloser = parentOf(encloser) ?? zone;
    return this.#view(`*.${encloser}`);
  }

  #view(name: string): NameView | undefined {
    const entry = this.#names.get(name);
    return entry && (entry.view ??= viewName(entry.records.values()));
  }

  /** A slice without a usable address gives no name: a name exists for its records. */
  #accept(key: string, slice: EndpointSlice): SliceRecord | undefined {
    const record = readSlice(slice);
    if (record === undefined) return undefined;
    if (record === 'invalid') {
      this.#skipped.set(key, { reason: 'hostname', count: 1 });
      return undefined;
    }
    if (record.skipped > 0) this.#skipped.set(key, { reason: 'address', count: record.skipped });
    if (record.addresses.length === 0) return undefined;
    if (this.#zones.add(record.hostname)) return record;
    this.#skipped.set(key, { reason: 'zone', count: 1 });
    return undefined;
  }

  #add(key: string, record: SliceRecord): void {
    this.#records.set(key, record);
    const entry = this.#names.get(record.hostname) ?? { records: new Map<string, SliceRecord>(), view: undefined };
    if (entry.records.size === 0) {
      this.#names.set(record.hostname, entry);
      this.#tree.add(record.hostname);
    }
    entry.records.set(key, record);
    entry.view = undefined;
    for (const target of targetsOf(record)) this.#targets.keep(target);
  }

  #remove(key: string, previous: SliceRecord, next: SliceRecord | undefined): void {
    this.#zones.remove(previous.hostname);
    for (const target of targetsOf(previous)) this.#targets.drop(target);
    if (next === undefined) this.#records.delete(key);
    if (next?.hostname === previous.hostname) return;
    const entry = this.#names.get(previous.hostname);
    if (entry === undefined) return;
    entry.records.delete(key);
    entry.view = undefined;
    if (entry.records.size > 0) return;
    this.#names.delete(previous.hostname);
    this.#tree.remove(previous.hostname);
  }
}
