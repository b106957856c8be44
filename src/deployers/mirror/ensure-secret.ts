import { isDeepStrictEqual } from 'node:util';
import { resources } from '../../api/resources.ts';
import type { Secret } from '../../api/types/index.ts';
import type { TaskOutcome } from '../../base/tasks.ts';
import { isConflict } from '../../kube/api-error.ts';
import type { Draft, KubeClient } from '../../kube/client.ts';
import { FIELD_MANAGER } from '../deploy-context.ts';
import { withOwnership } from '../render-template.ts';
import { requireOurSecret } from './standing-mirror.ts';

export interface SecretDraft {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly version: string;
  /** Labels that stand and are not given go; they stay otherwise. */
  readonly replacesLabels?: boolean;
}

const TRIES = 3;

function draftOf({ name, namespace, labels, version }: SecretDraft, files: Readonly<Record<string, string>>): Draft<Secret> {
  const data = Object.fromEntries(Object.entries(files).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
  const { metadata } = withOwnership({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels: { ...labels } } }, version);
  return { metadata, type: 'Opaque', data };
}

/**
 * Writes a Secret whole, from what stands in it. An update replaces it and is refused where somebody has
 * changed it in between: a mirror renews its credentials in there, and owns those fields, so that an
 * apply could never take one of them away. Throws MCS_FOREIGN_OBJECT for one that somebody else made.
 */
export async function ensureSecret(client: KubeClient, draft: SecretDraft, makeFiles: (standing: Secret | undefined) => Readonly<Record<string, string>>, signal: AbortSignal): Promise<TaskOutcome> {
  const options = { fieldManager: FIELD_MANAGER, signal };
  for (let attempt = 1; ; attempt += 1) {
    const standing = await client.find(resources.secrets, draft.name, draft.namespace, { signal });
    if (standing !== undefined) requireOurSecret(standing);
    const wanted = draftOf(draft, makeFiles(standing));
    if (standing === undefined) {
      await client.create(resources.secrets, wanted, options);
      return { state: 'created' };
    }
    const labels = draft.replacesLabels === true ? { ...wanted.metadata.labels } : { ...standing.metadata.labels, ...wanted.metadata.labels };
    if (isDeepStrictEqual(standing.data ?? {}, wanted.data) && isDeepStrictEqual(labels, standing.metadata.labels)) return { state: 'unchanged' };
    try {
      await client.update(resources.secrets, { ...standing, metadata: { ...standing.metadata, labels }, data: wanted.data ?? {} }, options);
      return { state: 'updated' };
    } catch (error) {
      if (!isConflict(error) || attempt === TRIES) throw error;
    }
  }
}
