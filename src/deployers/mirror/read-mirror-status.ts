import { resources } from '../../api/resources.ts';
import type { ConfigMap } from '../../api/types/index.ts';
import type { KubeClient } from '../../kube/client.ts';
import { mirrorStatusName } from '../../mirror/settings.ts';
import { type MirrorStatus, STATUS_KEY } from '../../mirror/status.ts';
import type { MirrorPlace } from './find-mirrors.ts';

/** What a mirror said of itself last; undefined for a text of another format. */
export function parseMirrorStatus({ data }: Pick<ConfigMap, 'data'>): MirrorStatus | undefined {
  try {
    const status = JSON.parse(data?.[STATUS_KEY] ?? '') as MirrorStatus | null;
    return status?.formatVersion === 1 ? status : undefined;
  } catch {
    return undefined; // edited by hand, or of a version to come
  }
}

/** The status of one installation; undefined where it has written none. */
export async function findMirrorStatus(client: KubeClient, { name, namespace }: MirrorPlace, signal: AbortSignal): Promise<MirrorStatus | undefined> {
  const found = await client.find(resources.configMaps, mirrorStatusName(name), namespace, { signal });
  return found && parseMirrorStatus(found);
}
