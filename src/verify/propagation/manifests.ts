import { resources } from '../../api/resources.ts';
import { benchmarkPod, BENCHMARK_PORT, placeObjects, toManifests } from '../benchmark/objects.ts';
import { canaryName, canaryObjects, changingName } from './objects.ts';
import type { PreparedPropagation, PropagationSettings, PropagationSite } from './prepare-propagation.ts';

/** Longest life of a pod: until the last canary was given up. */
export function lifeSecondsOf({ pairs }: Pick<PreparedPropagation, 'pairs'>, { count, timeoutMs }: PropagationSettings): number {
  const sources = new Set(pairs.map(({ from }) => from)).size;
  return Math.ceil((timeoutMs / 1000) * (2 + sources * (1 + 3 * count)));
}

export function canaryArgs({ nameServers }: PropagationSite, lifeSeconds: number): readonly string[] {
  return ['canary', '--port', String(BENCHMARK_PORT), '--seconds', String(lifeSeconds), '--servers', nameServers.join(',')];
}

/** Name of the pod that serves and sees canaries. */
export const CANARY_POD = 'canary';

function describeSite(site: PropagationSite, prepared: PreparedPropagation, settings: PropagationSettings, namespace: string): string {
  const place = placeObjects(namespace);
  const lifeSeconds = lifeSecondsOf(prepared, settings);
  const pod = benchmarkPod({ name: CANARY_POD, namespace, image: site.image, args: canaryArgs(site, lifeSeconds), deadlineSeconds: lifeSeconds });
  const isSource = prepared.pairs.some(({ from }) => from === site.context);
  const address = `<address of ${CANARY_POD}>`;
  const canaries = isSource ? [canaryObjects({ name: changingName(site.clusterID), namespace, address, isHeadless: true }), canaryObjects({ name: canaryName(0), namespace, address })] : [];
  const drafts = canaries.flatMap(({ service, serviceExport, slice }) => [{ resource: resources.services, object: service }, { resource: resources.endpointSlices, object: slice }, { resource: resources.serviceExports, object: serviceExport }]);
  const manifests = toManifests([{ resource: resources.namespaces, object: place.namespace }, { resource: resources.serviceAccounts, object: place.account }, { resource: resources.pods, object: pod }, ...drafts]);
  return `# in ${site.context}${isSource ? `; ${canaryName(0)} is followed by ${settings.count - 1} more like it` : ''}\n${manifests}`;
}

/** All that would be created, as YAML, cluster by cluster. */
export function describePropagation(prepared: PreparedPropagation, settings: PropagationSettings, namespace: string): string {
  return prepared.sites.map((site) => describeSite(site, prepared, settings, namespace)).join('---\n');
}
