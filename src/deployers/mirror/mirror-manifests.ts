import type { LogLevel } from '../../base/log.ts';
import type { UnknownObject } from '../../api/types/index.ts';
import { mirrorObjectName } from '../../mirror/settings.ts';
import { type ImageOptions, imageVars } from '../images.ts';
import { type ManifestGroup, renderAll } from '../manifests.ts';
import type { TemplateSource } from '../templates.ts';
import { mirrorRules, type RuleSettings } from './mirror-rules.ts';

export interface MirrorManifestOptions {
  readonly version: string;
  readonly name: string;
  readonly namespace: string;
  readonly images: ImageOptions;
  readonly logLevel?: LogLevel;
  /** Text of `mirror.yaml`. */
  readonly document: string;
  readonly rules: RuleSettings;
}

/** Title of the group whose rollout is waited for. */
export const MIRROR_GROUP = 'Mirror';

/** The rules of a template's empty ClusterRole. */
export function withRules(object: UnknownObject, rules: readonly object[]): UnknownObject {
  return object.kind === 'ClusterRole' ? { ...object, rules } : object;
}

/** What `mcs mirror install` installs in the target, but for the Secret with the credentials. */
export async function renderMirror(source: TemplateSource, { version, name, namespace, images, logLevel = 'info', document, rules }: MirrorManifestOptions): Promise<ManifestGroup[]> {
  const vars = { version, name, namespace, logLevel, document, object: mirrorObjectName(name) };
  const roles = (await renderAll(source, ['mirror/mirror-role.yaml'], vars)).map((object) => withRules(object, mirrorRules(rules)));
  return [
    { title: `Namespace ${namespace}`, objects: await renderAll(source, ['mirror/namespace.yaml'], vars) },
    { title: 'Account and rights', objects: roles },
    { title: 'Configuration', objects: await renderAll(source, ['mirror/mirror-config.yaml'], vars) },
    { title: MIRROR_GROUP, objects: await renderAll(source, ['mirror/mirror.yaml'], { ...vars, ...imageVars('mcs-mirror', images, version) }) },
  ];
}
