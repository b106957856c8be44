import { objectKey } from '../../api/resources.ts';
import { matchesLabels } from '../../api/selectors.ts';
import type { CrossNamespace } from '../settings.ts';
import { type GatewayCluster, hostnameOf, nameSlices, type SliceNames } from './names.ts';
import type { GatewayRule, ReadGateway } from './rule.ts';
import { type HolderList, shareName } from './share-name.ts';

/** What the hub's own cluster says. */
export interface HubView {
  readonly clusters: readonly GatewayCluster[];
  /** All GatewayDNS; those that are being deleted count no more. */
  readonly gateways: readonly ReadGateway[];
  /** Labels of the hub's Namespaces, by name. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly crossNamespace: CrossNamespace;
  readonly suffix: string;
}

/** Who has the name of a cluster, and who learns it. */
export interface NamePlan extends HolderList {
  readonly cluster: GatewayCluster;
  readonly hostname: string;
  readonly names: SliceNames;
  /** Keys of the clusters that learn the name. */
  readonly recipients: ReadonlySet<string>;
  /** All invalid GatewayDNS: slices of theirs stay. */
  readonly invalid: ReadonlySet<string>;
}

/** By the key of each cluster: who has its name, and who learns it. */
export function shareOut(view: HubView): ReadonlyMap<string, NamePlan> {
  const gateways = view.gateways.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
  const invalid = new Set(gateways.flatMap(({ object, reading }) => ('problems' in reading ? [objectKey(object.metadata)] : [])));
  const names = nameSlices(view.clusters);
  const byNamespace = Map.groupBy(gateways, ({ object }) => object.metadata.namespace ?? '');
  const audience = new Audiences(view);
  const plans = view.clusters.flatMap((cluster): [string, NamePlan][] => {
    const own = names.get(cluster.key);
    if (own === undefined) return [];
    const list = shareName(cluster, byNamespace.get(cluster.namespace) ?? []);
    return [[cluster.key, { cluster, hostname: hostnameOf(cluster, view.suffix), names: own, invalid, ...list, recipients: audience.of(cluster, list.holders) }]];
  });
  return new Map(plans);
}

/** Clusters of the namespaces that rules name; many clusters ask the same. */
class Audiences {
  readonly #view: HubView;
  readonly #keys: ReadonlyMap<string, readonly string[]>;
  readonly #known = new Map<string, ReadonlySet<string>>();

  constructor(view: HubView) {
    this.#view = view;
    const grouped = Map.groupBy(view.clusters, ({ namespace }) => namespace);
    this.#keys = new Map([...grouped].map(([namespace, clusters]) => [namespace, clusters.map(({ key }) => key)]));
  }

  of({ namespace }: GatewayCluster, holders: readonly GatewayRule[]): ReadonlySet<string> {
    const question = [namespace, ...holders.map(({ key }) => key)].join(' ');
    const known = this.#known.get(question);
    if (known !== undefined) return known;
    const namespaces = [...this.#keys.keys()].filter((other) => holders.some((rule) => this.#reaches(rule, other)));
    const found = new Set(namespaces.flatMap((name) => this.#keys.get(name) ?? []));
    this.#known.set(question, found);
    return found;
  }

  #reaches({ audience, namespace }: GatewayRule, other: string): boolean {
    const { crossNamespace, namespaces } = this.#view;
    if (other === namespace || crossNamespace === 'all') return true;
    if (crossNamespace === 'none' || audience.from === 'Same') return false;
    if (audience.from === 'All') return true;
    // the labels of a namespace that is not known yet are not known either
    return namespaces.has(other) && matchesLabels(audience.selector, namespaces.get(other));
  }
}
