import { McsError } from '../base/errors.ts';
import { MANAGED_BY, MANAGED_BY_MCS } from '../api/labels.ts';
import type { KubeObject, UnknownObject } from '../api/types/index.ts';
import type { ClusterFacts } from './cluster-facts.ts';

/** APIs of Kubernetes that every part needs; all of them are served since Kubernetes 1.21. */
export const NEEDED_API_VERSIONS: readonly string[] = [
  'v1',
  'apps/v1',
  'apiextensions.k8s.io/v1',
  'coordination.k8s.io/v1',
  'discovery.k8s.io/v1',
  'policy/v1',
  'rbac.authorization.k8s.io/v1',
];

/** Throws MCS_API_VERSION_MISSING, with the list, where the cluster lacks an API that is needed. */
export function validateApiVersions({ apiVersions, kubernetesVersion }: Pick<ClusterFacts, 'apiVersions' | 'kubernetesVersion'>): void {
  const missing = NEEDED_API_VERSIONS.filter((version) => !apiVersions.has(version));
  if (missing.length === 0) return;
  throw new McsError('MCS_API_VERSION_MISSING', `Cannot use Kubernetes ${kubernetesVersion}: it does not serve ${missing.join(', ')}`, {
    hints: ['Use Kubernetes 1.21 or newer'],
    details: { missing, kubernetesVersion },
  });
}

interface CrdSpec {
  versions?: { name: string; served?: boolean }[];
}

function servedVersions(crd: UnknownObject): string[] {
  return ((crd.spec as CrdSpec | undefined)?.versions ?? []).filter(({ served }) => served !== false).map(({ name }) => name);
}

/** Whether `mcs` made this object, and so may update and remove it. */
export function isOurs({ metadata }: Pick<KubeObject, 'metadata'>): boolean {
  return metadata.labels?.[MANAGED_BY] === MANAGED_BY_MCS;
}

/**
 * CRDs that somebody else installed stay as they are, so they must serve the version that `mcs`
 * speaks: the stored one of its own. Throws MCS_API_VERSION_MISSING.
 */
export function validateForeignCrds(installed: readonly UnknownObject[], ours: readonly UnknownObject[]): void {
  for (const crd of installed.filter((candidate) => !isOurs(candidate))) {
    const wanted = ours.find(({ metadata }) => metadata.name === crd.metadata.name);
    const [version] = wanted ? servedVersions(wanted) : [];
    if (version === undefined || servedVersions(crd).includes(version)) continue;
    throw new McsError('MCS_API_VERSION_MISSING', `Cannot use CustomResourceDefinition "${crd.metadata.name}": it was not installed by mcs and does not serve ${version}`, {
      hints: [`Update it with the release of its installer that serves ${version}`],
      details: { crd: crd.metadata.name, version },
    });
  }
}
