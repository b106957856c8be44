import { includesNamespace, type NamespaceChoice } from '../../api/cluster-local.ts';
import { splitKey } from '../../api/resources.ts';
import { type Reflection, reflectService } from '../../sync/service/reflected-service.ts';
import type { ServiceKey } from '../caches.ts';
import type { ImportSources, WantedImport } from '../wanted-import.ts';

export type ReflectionSources = Pick<ImportSources, 'settings' | 'local' | 'liveness' | 'families'>;

const NOTHING: Reflection = { services: [], slices: [], unreflected: [] };

/** Decides, from the caches alone, what of a service of the set shall stand as Services of cluster.local. */
export function wantedReflection(key: ServiceKey, choice: NamespaceChoice, { merged }: Pick<WantedImport, 'merged'>, sources: ReflectionSources): Reflection {
  const { namespace = '' } = splitKey(key);
  if (merged === undefined || !includesNamespace(choice, namespace)) return NOTHING;
  const { settings, local, liveness, families } = sources;
  return reflectService({
    records: merged.records.filter(({ origin }) => origin.cluster !== settings.clusterID),
    isServed: (cluster) => liveness.isServed(cluster),
    families,
    findService: (name) => local.services.get(`${namespace}/${name}`),
  });
}
