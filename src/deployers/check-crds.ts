import { resources } from '../api/resources.ts';
import type { UnknownObject } from '../api/types/index.ts';
import type { TaskOutcome } from '../base/tasks.ts';
import { isOurs, validateForeignCrds } from '../discovery/api-versions.ts';
import type { KubeClient } from '../kube/client.ts';
import { type ManifestGroup, objectsOf } from './manifests.ts';

/** Makes sure that CRDs of other installers can stay. Throws MCS_API_VERSION_MISSING. */
export async function checkCrds(client: KubeClient, groups: readonly ManifestGroup[], signal: AbortSignal): Promise<TaskOutcome> {
  const { customResourceDefinitions } = resources;
  const ours = objectsOf(groups).filter(({ kind }) => kind === customResourceDefinitions.kind);
  const found = await Promise.all(ours.map(({ metadata }) => client.find(customResourceDefinitions, metadata.name, undefined, { signal })));
  const installed = found.filter((crd): crd is UnknownObject => crd !== undefined);
  validateForeignCrds(installed, ours);
  const foreign = installed.filter((crd) => !isOurs(crd)).map(({ metadata }) => metadata.name);
  return { state: 'done', detail: foreign.length === 0 ? `${installed.length} of ${ours.length} are installed` : `not made by mcs, and kept as they are: ${foreign.join(', ')}` };
}
