import { APP_NAME } from '../../api/labels.ts';
import type { UnknownObject } from '../../api/types/index.ts';
import { CROSS_CLUSTER_SECRET } from '../../mirror/config/cross-cluster-settings.ts';
import { type ImageOptions, imageVars } from '../images.ts';
import { renderAll, toYaml } from '../manifests.ts';
import type { TemplateSource } from '../templates.ts';
import { withRules } from './mirror-manifests.ts';
import { mirrorRules, type RuleSettings } from './mirror-rules.ts';

export type InstallPreset = 'reflector' | 'cross-cluster';

/** Where a preset's objects stand, and what they are called. */
export interface PresetPlace {
  /** Of the mirror: it names the Lease and the status, and owns what is written. */
  readonly name: string;
  readonly namespace: string;
  readonly deployment: string;
  /** Value of `app.kubernetes.io/name` on the objects. */
  readonly app: string;
  /** File in `manifests/`. */
  readonly file: string;
}

export const PRESET_PLACES: Readonly<Record<InstallPreset, PresetPlace>> = {
  reflector: { name: 'service-reflector', namespace: 'default', deployment: 'service-reflector', app: 'service-reflector', file: 'service-reflector.yaml' },
  'cross-cluster': { name: 'cross-cluster-controller', namespace: 'fair-system', deployment: 'k8-cross-cluster-controller', app: 'k8-cross-cluster-controller', file: 'k8-cross-cluster-controller.yaml' },
};

/** Said whenever the reflector preset is installed, and at the head of its manifest. */
export const REFLECTOR_WARNING = 'Port 8080 of the pod and Service service-reflector is plain HTTP without a password, as with service-reflector: whoever reaches it can read the names, ports and addresses of all Services. Without the argument --emitter.insecure-port it is closed';

export interface PresetManifestOptions {
  readonly version: string;
  readonly images: ImageOptions;
  /** URLs for the reflector, separated by commas. */
  readonly sourceApi?: string;
  /** Rights to find out that a namespace is empty, and to remove it (reflector). */
  readonly removeNamespaces?: boolean;
}

/** What the emitter of the same process reads besides. */
const EMITTER_RULES = [{ apiGroups: ['multicluster.x-k8s.io'], resources: ['serviceexports'], verbs: ['get', 'list', 'watch'] }];

function rulesOf(preset: InstallPreset, removeNamespaces: boolean): readonly object[] {
  const settings: RuleSettings = { endpoints: false, removeNamespaces, createsNamespaces: preset === 'reflector' };
  return [...mirrorRules(settings), ...(preset === 'reflector' ? EMITTER_RULES : [])];
}

/** What the manifest of a preset holds, in its order. */
export async function renderPreset(source: TemplateSource, preset: InstallPreset, { version, images, sourceApi = '', removeNamespaces = false }: PresetManifestOptions): Promise<UnknownObject[]> {
  const { app } = PRESET_PLACES[preset];
  const objects = await renderAll(source, [`mirror/${preset}.yaml`], { version, sourceApi, ...imageVars('mcs-mirror', images, version) });
  return objects.map((object) => {
    const labelled = { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, [APP_NAME]: app } } };
    const isEmptyRole = 'rules' in object && Array.isArray(object.rules) && object.rules.length === 0;
    return isEmptyRole ? withRules(labelled, rulesOf(preset, removeNamespaces)) : labelled;
  });
}

/** Text of the file in `manifests/`. */
export async function presetManifest(source: TemplateSource, preset: InstallPreset, version: string): Promise<string> {
  const head = preset === 'reflector' ? REFLECTOR_WARNING : `Needs Secret fair-system/${CROSS_CLUSTER_SECRET.name} with the kubeconfig of the other cluster under the key ${CROSS_CLUSTER_SECRET.key}`;
  return `# Made by: mcs mirror install --preset ${preset} --dry-run -o yaml\n# ${head}.\n${toYaml(await renderPreset(source, preset, { version, images: {} }))}`;
}
