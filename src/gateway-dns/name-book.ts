import { isDeepStrictEqual } from 'node:util';
import { composeName, type NameContent } from './plan/compose-name.ts';
import type { GatewayLookup } from './plan/gateway-lookup.ts';
import { type NameHealth, noteAnswer, type ProbeTarget, probeTargets, restoreHealth, retainHealth } from './plan/health.ts';
import { originOf } from './plan/names.ts';
import { namesToLookUp } from './plan/plan-slices.ts';
import type { GatewayRule } from './plan/rule.ts';
import { gatewayId } from './plan/share-name.ts';
import type { NamePlan } from './plan/share-out.ts';
import type { Origin } from './workload-session.ts';

/** The name of one cluster's gateways: who has it, and what it leads to. */
export interface Name {
  readonly origin: Origin;
  readonly plan: NamePlan;
  readonly content: NameContent;
  /** What is asked for an answer. */
  readonly targets: readonly ProbeTarget[];
  readonly health: NameHealth;
}

export interface NameBookOptions {
  /** What is known at present of one gateway of a cluster. */
  readonly look: (cluster: string, rule: GatewayRule) => GatewayLookup;
  /** Addresses of a name that an earlier process left out. */
  readonly withheldBefore: (plan: NamePlan) => readonly string[];
  readonly healthChecks: boolean;
}

/** What has changed: names that lead elsewhere, or to others, and names of clusters that are no more. */
export interface BookChange {
  readonly changed: readonly Name[];
  readonly gone: readonly { readonly cluster: string; readonly origin: Origin }[];
}

/** What has been decided of every name. It changes only when it is told to look again. */
export class NameBook {
  readonly #options: NameBookOptions;
  /** By the key of the cluster. */
  readonly #names = new Map<string, Name>();
  #byOrigin: ReadonlyMap<Origin, string> = new Map();
  #bySlice: ReadonlyMap<string, readonly Origin[]> = new Map();

  constructor(options: NameBookOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#names.size;
  }

  names(): Iterable<Name> {
    return this.#names.values();
  }

  origins(): Iterable<Origin> {
    return this.#byOrigin.keys();
  }

  get(cluster: string): Name | undefined {
    return this.#names.get(cluster);
  }

  byOrigin(origin: Origin): Name | undefined {
    return this.#names.get(this.#byOrigin.get(origin) ?? '');
  }

  /** Origins whose slices may stand under a name. */
  originsOf(sliceName: string): readonly Origin[] {
    return this.#bySlice.get(sliceName) ?? [];
  }

  /** Takes over who has which name, and looks at every gateway. */
  share(plans: ReadonlyMap<string, NamePlan>): BookChange {
    const gone = [...this.#names].filter(([cluster]) => !plans.has(cluster));
    for (const [cluster] of gone) this.#names.delete(cluster);
    const changed = [...plans].flatMap(([cluster, plan]) => this.#take(cluster, plan) ?? []);
    this.#index();
    return { changed, gone: gone.map(([cluster, { origin }]) => ({ cluster, origin })) };
  }

  /** Looks at the gateways of a cluster again; gives the name if anything of it is another now. */
  look(cluster: string): Name | undefined {
    const name = this.#names.get(cluster);
    return name && this.#take(cluster, name.plan);
  }

  /** An address was asked; gives the name if it leads elsewhere now. */
  answered(cluster: string, { address }: ProbeTarget, hasAnswered: boolean): Name | undefined {
    const name = this.#names.get(cluster);
    if (name === undefined) return undefined;
    const health = noteAnswer(name.health, name.targets, address, hasAnswered);
    this.#names.set(cluster, { ...name, health });
    return isDeepStrictEqual(health.withheld, name.health.withheld) ? undefined : this.#take(cluster, name.plan);
  }

  #take(cluster: string, plan: NamePlan): Name | undefined {
    const before = this.#names.get(cluster);
    const lookups = new Map(plan.gateways.map((rule) => [gatewayId(rule), this.#options.look(cluster, rule)]));
    const { health, targets } = this.#healthOf(plan, lookups, before);
    const content = composeName(plan, lookups, health.withheld);
    const name = { origin: originOf(plan.cluster), plan, content, targets, health };
    this.#names.set(cluster, name);
    return before !== undefined && isDeepStrictEqual(decided(before), decided(name)) ? undefined : name;
  }

  /** While a gateway is not known, what is known of its addresses stays. */
  #healthOf(plan: NamePlan, lookups: ReadonlyMap<string, GatewayLookup>, before: Name | undefined): Pick<Name, 'health' | 'targets'> {
    const health = before?.health ?? restoreHealth(this.#options.healthChecks ? this.#options.withheldBefore(plan) : []);
    const looks = [...lookups.values()];
    if (plan.heldBy !== undefined || looks.some(({ kind }) => kind === 'pending' || kind === 'unknown')) return { health, targets: before?.targets ?? [] };
    const targets = this.#options.healthChecks ? plan.gateways.flatMap((rule) => targetsOf(rule, lookups.get(gatewayId(rule)))) : [];
    return { health: retainHealth(health, targets), targets };
  }

  #index(): void {
    const all = [...this.#names].map(([cluster, { origin, plan }]) => ({ cluster, origin, slices: namesToLookUp(plan) }));
    this.#byOrigin = new Map(all.map(({ cluster, origin }) => [origin, cluster]));
    const pairs = all.flatMap(({ origin, slices }) => slices.map((slice) => ({ slice, origin })));
    this.#bySlice = new Map([...Map.groupBy(pairs, ({ slice }) => slice)].map(([slice, group]) => [slice, group.map(({ origin }) => origin)]));
  }
}

/** What others act on. */
function decided({ plan, content, targets }: Name): Pick<Name, 'plan' | 'content' | 'targets'> {
  return { plan, content, targets };
}

function targetsOf({ health }: GatewayRule, lookup: GatewayLookup | undefined): ProbeTarget[] {
  return lookup?.kind === 'found' ? probeTargets(lookup, health) : [];
}
