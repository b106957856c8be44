import type { ServerResponse } from 'node:http';
import type { ResourceDefinition } from '../resource-definition.ts';
import * as documents from './discovery-documents.ts';
import { type DiscoveredGroup, discoverGroups, type ExtraDiscovery } from './discovery-model.ts';
import { acceptedRanges } from './negotiate.ts';
import { sendText } from './respond.ts';

const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

function wantsAggregated(accept: string | undefined): boolean {
  const [first] = acceptedRanges(accept).filter(({ type }) => type === 'application/json');
  return first?.parameters.as === 'APIGroupDiscoveryList' && first.parameters.v === 'v2';
}

/** Answers what is served, at `/api`, `/apis` and below, until a resource is meant. */
export class Discovery {
  readonly #list: () => readonly ResourceDefinition[];
  readonly #extras: readonly ExtraDiscovery[];
  readonly #reviews: readonly ExtraDiscovery[] | undefined;
  #groups: readonly DiscoveredGroup[] | undefined;

  constructor(list: () => readonly ResourceDefinition[], extras: readonly ExtraDiscovery[], reviews?: readonly ExtraDiscovery[]) {
    this.#list = list;
    this.#extras = extras;
    this.#reviews = reviews;
  }

  /** Paths below which something is served. */
  paths(): readonly string[] {
    return this.#all().flatMap(({ group, versions }) => {
      const root = group === '' ? '/api' : `/apis/${group}`;
      return [root, ...versions.map(({ version }) => `${root}/${version}`)];
    });
  }

  /** The kinds have changed. */
  reset(): void {
    this.#groups = undefined;
  }

  /** False where the path is none of discovery's. */
  answer(path: string, accept: string | undefined, address: string, response: ServerResponse): boolean {
    const parts = path.split('/').filter((part) => part !== '');
    const document = this.#document(parts, wantsAggregated(accept), address);
    if (document === undefined) return false;
    const isAggregated = parts.length === 1 && wantsAggregated(accept);
    sendText(response, 200, JSON.stringify(document), isAggregated ? AGGREGATED_TYPE : 'application/json');
    return true;
  }

  #document([root, ...rest]: readonly string[], aggregated: boolean, address: string): object | undefined {
    const isCore = root === 'api';
    if (!isCore && root !== 'apis') return undefined;
    const groups = this.#all().filter(({ group }) => (group === '') === isCore);
    if (rest.length === 0) {
      if (aggregated) return documents.aggregatedDiscovery(groups);
      return isCore ? documents.apiVersions(groups, address) : documents.groupList(groups);
    }
    const group = groups.find((each) => each.group === (isCore ? '' : rest[0]));
    const [version, ...more] = isCore ? rest : rest.slice(1);
    if (group === undefined || more.length > 0) return undefined;
    if (version === undefined) return documents.groupDocument(group);
    const found = group.versions.find((each) => each.version === version);
    return found && documents.resourceList(group, found);
  }

  #all(): readonly DiscoveredGroup[] {
    return (this.#groups ??= discoverGroups(this.#list(), this.#extras, this.#reviews));
  }
}
