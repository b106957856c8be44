import { resources } from '../api/resources.ts';
import type { UnknownObject } from '../api/types/index.ts';
import type { TaskOutcome } from '../base/tasks.ts';
import { isKeptCrd, validateForeignCrds } from '../discovery/api-versions.ts';
import type { KubeClient } from '../kube/client.ts';
import { type ManifestGroup, objectsOf } from './manifests.ts';

/** Makes sure that CRDs of other installers can stay. Throws MCS_API_VERSION_MISSING. */
export async function checkCrds(client: KubeClient, groups: readonly ManifestGroup[], signal: AbortSignal): Promise<TaskOutcome> {
  const { customResourceDefinitions } = resources;
  const ours = objectsOf(groups).filter(({ kind }) => kind === customResourceDefinitions.kind);
  const found = await Promise.all(ours.map(({ metadata }) => client.find(customResourceDefinitions, metadata.name, undefined, { signal })));
  const installed = found.filter((crd): crd is UnknownObject => crd !== undefined);
  validateForeignCrds(installed, ours);
  const kept = ours.filter((own) => installed.some((crd) => crd.metadata.name === own.metadata.name && isKeptCrd(crd, own))).map(({ metadata }) => metadata.name);
  return { state: 'done', detail: kept.length === 0 ? `${installed.length} of ${ours.length} are installed` : `not made by this mcs, and kept as they are: ${kept.join(', ')}` };
}
