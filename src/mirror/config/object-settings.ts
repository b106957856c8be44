import { resources } from '../../api/resources.ts';
import type { ConfigMap, Secret } from '../../api/types/index.ts';
import { mirrorObjectName, type MirrorSettings } from '../settings.ts';
import { FollowedObject, type FollowedObjectOptions } from './followed-object.ts';
import { invalidConfig } from './invalid.ts';
import { parseMirrorFile } from './parse-mirror-file.ts';

/** Key of the ConfigMap. */
export const MIRROR_FILE = 'mirror.yaml';

/** ConfigMap and Secret of an installation in the target. */
export interface MirrorConfigObjects {
  readonly configMap: FollowedObject<ConfigMap>;
  readonly secret: FollowedObject<Secret>;
}

export function followConfigObjects(options: FollowedObjectOptions): MirrorConfigObjects {
  return { configMap: new FollowedObject(resources.configMaps, options), secret: new FollowedObject(resources.secrets, options) };
}

/** A file that `mirror.yaml` names is a key of the Secret: keys have no folders. */
function keyOf(path: string): string {
  return path.replace(/^\.\//, '');
}

/** Settings of what stands in them. Throws MCS_MIRROR_CONFIG_INVALID. */
export function settingsOfObjects({ configMap, secret }: MirrorConfigObjects, name: string, namespace: string): MirrorSettings {
  const text = configMap.present?.data?.[MIRROR_FILE];
  if (text === undefined) {
    const state = configMap.present === undefined ? 'it does not exist' : `it has no key ${MIRROR_FILE}`;
    throw invalidConfig(`ConfigMap ${configMap.key}`, state, { hints: [`kubectl -n ${namespace} create configmap ${mirrorObjectName(name)} --from-file=${MIRROR_FILE}`] });
  }
  const readReference = (path: string): string => {
    const data = secret.present?.data ?? {};
    const key = keyOf(path);
    const value = Object.hasOwn(data, key) ? data[key] : undefined;
    if (value === undefined) throw new Error(`the Secret ${secret.key} ${secret.present === undefined ? 'does not exist' : 'has no such key'}`);
    return Buffer.from(value, 'base64').toString('utf8');
  };
  return parseMirrorFile(text, readReference, { name, namespace, kubeconfigRules: { isForeign: true } });
}
