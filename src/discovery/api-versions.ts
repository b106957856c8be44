import { McsError } from '../base/errors.ts';
import { compareVersions } from '../base/version.ts';
import { APP_VERSION, CRD_RELEASE, CRD_REVISION, MANAGED_BY, MANAGED_BY_MCS } from '../api/labels.ts';
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

/** Whether the network of the cluster is Calico's. */
export function hasCalico({ apiVersions }: Pick<ClusterFacts, 'apiVersions'>): boolean {
  return apiVersions.has('crd.projectcalico.org/v1');
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

/** Numbers of `v0.5.1` and a schema revision; a release that is not told counts as the oldest. */
function releaseOf({ metadata }: Pick<KubeObject, 'metadata'>): number[] {
  const { [CRD_RELEASE]: release = '', [CRD_REVISION]: revision = '' } = metadata.labels ?? {};
  const [major = 0, minor = 0, patch = 0] = (/^v?(\d+)\.(\d+)\.(\d+)/.exec(release) ?? []).slice(1).map(Number);
  return [major, minor, patch, Number.parseInt(revision, 10) || 0];
}

/** Whether an installed CRD of the MCS API is of a later release than ours: replacing it would take fields away from its users. */
function isNewerCrd(installed: Pick<KubeObject, 'metadata'>, ours: Pick<KubeObject, 'metadata'>): boolean {
  const [theirs, own] = [releaseOf(installed), releaseOf(ours)];
  const index = theirs.findIndex((number, position) => number !== own[position]);
  return index >= 0 && (theirs[index] ?? 0) > (own[index] ?? 0);
}

/** Whether an installed CRD stays as it is: somebody else's, or of a later release. */
export function isKeptCrd(installed: Pick<KubeObject, 'metadata'>, ours: Pick<KubeObject, 'metadata'>): boolean {
  return !isOurs(installed) || isNewerCrd(installed, ours) || compareVersions(packageOf(installed), packageOf(ours)) > 0;
}

/** Version of the `mcs` that wrote it; a label that is not there counts as the oldest. */
function packageOf({ metadata }: Pick<KubeObject, 'metadata'>): string {
  return metadata.labels?.[APP_VERSION] ?? '';
}

/**
 * CRDs that stay as they are must serve the version that `mcs` speaks: the stored one of its own.
 * Throws MCS_API_VERSION_MISSING.
 */
export function validateForeignCrds(installed: readonly UnknownObject[], ours: readonly UnknownObject[]): void {
  for (const crd of installed) {
    const wanted = ours.find(({ metadata }) => metadata.name === crd.metadata.name);
    const [version] = wanted !== undefined && isKeptCrd(crd, wanted) ? servedVersions(wanted) : [];
    const served = servedVersions(crd);
    if (version === undefined || served.includes(version)) continue;
    const origin = isOurs(crd) ? 'is of a later release than this mcs' : 'was not installed by mcs';
    throw new McsError('MCS_API_VERSION_MISSING', `Cannot use CustomResourceDefinition "${crd.metadata.name}": it ${origin} and serves ${served.join(', ') || 'nothing'}, not ${version}`, {
      hints: [`Update it with the release of its installer that serves ${version}`],
      details: { crd: crd.metadata.name, version },
    });
  }
}
