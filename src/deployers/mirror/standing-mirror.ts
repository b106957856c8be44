import { resources } from '../../api/resources.ts';
import type { Secret, Workload } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import type { KubeClient } from '../../kube/client.ts';
import { type MirrorDocument, parseMirrorDocument } from '../../mirror/config/mirror-document.ts';
import { MIRROR_FILE } from '../../mirror/config/object-settings.ts';
import { partOf, type StandingPart } from '../standing-part.ts';
import type { MirrorPlace } from './find-mirrors.ts';
import { mirrorObjectName } from '../../mirror/settings.ts';

/** What an earlier install left. */
export interface StandingMirror {
  readonly part: StandingPart | undefined;
  readonly document: MirrorDocument | undefined;
  readonly secret: Secret | undefined;
  /** Texts in the Secret, decoded. */
  readonly files: Readonly<Record<string, string>>;
}

const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

/** Texts of a Secret. */
export function filesOf({ data = {} }: Pick<Secret, 'data'>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(value)]));
}

/** Throws MCS_FOREIGN_OBJECT. */
export function requireOurSecret(secret: Secret): void {
  if (isOurs(secret)) return;
  const { name, namespace = '' } = secret.metadata;
  throw new McsError('MCS_FOREIGN_OBJECT', `Cannot change Secret "${name}" in namespace "${namespace}": it exists and mcs did not make it`, { hints: [`kubectl get secrets ${name} -n ${namespace} -o yaml`] });
}

/** Whose rights are asked about: a ClusterRoleBinding, and the namespace that its account should be in. */
export interface RightsPlace {
  readonly binding: string;
  readonly namespace: string;
}

/**
 * The namespace of another installation that has the rights of this name; undefined where there is none. Rights
 * are not namespaced: to write or to remove them here would take them from that one.
 */
export async function findNamesake(client: KubeClient, { binding, namespace }: RightsPlace, signal: AbortSignal): Promise<string | undefined> {
  const found = await client.find(resources.clusterRoleBindings, binding, undefined, { signal });
  return found?.subjects?.find((subject) => subject.namespace !== undefined && subject.namespace !== namespace)?.namespace;
}

/** Throws MCS_FOREIGN_OBJECT. */
async function requireNoNamesake(client: KubeClient, { name, namespace }: MirrorPlace, signal: AbortSignal): Promise<void> {
  const other = await findNamesake(client, { binding: mirrorObjectName(name), namespace }, signal);
  if (other === undefined) return;
  throw new McsError('MCS_FOREIGN_OBJECT', `Cannot install mirror "${name}" in namespace "${namespace}": there is one of that name in namespace "${other}"`, { hints: ['--name <another name>', `--namespace ${other}   # to change that one`] });
}

/** Reads what stands of an installation. Throws MCS_FOREIGN_OBJECT, and MCS_MIRROR_CONFIG_INVALID where somebody has edited it into nonsense. */
export async function readStandingMirror(client: KubeClient, place: MirrorPlace, signal: AbortSignal): Promise<StandingMirror> {
  const object = mirrorObjectName(place.name);
  await requireNoNamesake(client, place, signal);
  const [configMap, secret, deployment] = await Promise.all([
    client.find(resources.configMaps, object, place.namespace, { signal }),
    client.find(resources.secrets, object, place.namespace, { signal }),
    client.find(resources.deployments, object, place.namespace, { signal }),
  ]);
  if (secret !== undefined) requireOurSecret(secret);
  const text = configMap !== undefined && isOurs(configMap) ? configMap.data?.[MIRROR_FILE] : undefined;
  return {
    part: deployment && partOf(deployment satisfies Workload),
    document: text === undefined ? undefined : parseMirrorDocument(text),
    secret,
    files: secret === undefined ? {} : filesOf(secret),
  };
}
