import { resources } from '../../api/resources.ts';
import type { UnknownObject } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { findMissingAccess, validateAccess } from '../../discovery/missing-access.ts';
import { CROSS_CLUSTER_SECRET } from '../../mirror/config/cross-cluster-settings.ts';
import type { SourceAccess } from '../../mirror/settings.ts';
import { sourceAccess } from '../../mirror/connect-source.ts';
import { type DeployContext, type WaitFor, withPatience } from '../deploy-context.ts';
import { ensureGroup, planChanges } from '../ensure-group.ts';
import type { ImageOptions } from '../images.ts';
import { toYaml } from '../manifests.ts';
import { mergeImages, partOf, validateNoDowngrade } from '../standing-part.ts';
import { Steps } from '../steps.ts';
import { waitForRollout } from '../wait-rollout.ts';
import { ensureSecret } from './ensure-secret.ts';
import { type InstallMirrorResult, REMOVAL_NOTE } from './options.ts';
import { installQuestions } from './plan-install.ts';
import { type InstallPreset, PRESET_PLACES, REFLECTOR_WARNING, renderPreset } from './preset-manifests.ts';
import { filesOf, requireOurSecret } from './standing-mirror.ts';

export interface InstallPresetOptions {
  readonly preset: InstallPreset;
  /** URLs for the ConfigMap of the reflector; those that stand stay where none is given. */
  readonly sourceUrls: readonly string[];
  /** Kubeconfig of the other cluster for the cross-cluster preset; the one that stands stays where none is given. */
  readonly kubeconfig?: string;
  readonly removeNamespaces: boolean;
  readonly images: ImageOptions;
  readonly wait: WaitFor;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

interface PresetPlan {
  readonly objects: readonly UnknownObject[];
  readonly sources: readonly { readonly name: string; readonly server: string }[];
}

const isConfig = ({ kind }: UnknownObject): boolean => kind === 'ConfigMap';

/** The ConfigMap is the user's to write, as in service-reflector's README: where it stands and no URL is given, it stays as it is. */
async function planObjects(context: DeployContext, options: InstallPresetOptions, signal: AbortSignal): Promise<PresetPlan> {
  const { client, templates, version } = context;
  const { preset, removeNamespaces, sourceUrls, kubeconfig } = options;
  const { namespace, deployment, name } = PRESET_PLACES[preset];
  const standing = await client.find(resources.deployments, deployment, namespace, { signal });
  if (standing) validateNoDowngrade(`mirror "${name}"`, partOf(standing), version);
  const config = await client.find(resources.configMaps, name, namespace, { signal });
  const sourceApi = sourceUrls.length > 0 ? sourceUrls.join(',') : (config?.data?.['source-api'] ?? '');
  const images = mergeImages(options.images, standing === undefined ? {} : partOf(standing).images);
  const objects = await renderPreset(templates, preset, { version, images, sourceApi, removeNamespaces });
  const access: SourceAccess | undefined = kubeconfig === undefined ? undefined : { kind: 'kubeconfig', text: kubeconfig };
  const urls = sourceApi.split(',').filter((url) => url !== '').map((url) => ({ name: url, server: url }));
  return { objects: config === undefined || sourceUrls.length > 0 ? objects : objects.filter((object) => !isConfig(object)), sources: access === undefined ? urls : [{ name: 'remote', server: sourceAccess(access, 'remote', {}).server }] };
}

async function requireKubeconfig({ client, signal }: DeployContext, { preset, kubeconfig, dryRun }: InstallPresetOptions): Promise<void> {
  if (preset !== 'cross-cluster') return;
  const secret = await client.find(resources.secrets, CROSS_CLUSTER_SECRET.name, PRESET_PLACES[preset].namespace, { signal });
  if (secret !== undefined && kubeconfig !== undefined) requireOurSecret(secret);
  if (kubeconfig !== undefined || dryRun) return;
  if (secret?.data?.[CROSS_CLUSTER_SECRET.key] !== undefined) return;
  throw new McsError('MCS_USAGE', 'Cannot install the cross-cluster preset: the kubeconfig of the other cluster is not given', { hints: ['--source remote=<kubeconfig>', 'mcs mirror credential --context <other> --output-file other.kubeconfig'] });
}

/** Installs what the manifest of a preset holds. Throws MCS_FORBIDDEN, MCS_FOREIGN_OBJECT, MCS_USAGE and MCS_TIMEOUT. */
export async function installPreset(given: DeployContext, options: InstallPresetOptions): Promise<InstallMirrorResult> {
  const context = withPatience(given);
  const { client, clock, version } = context;
  const { preset, kubeconfig, timeoutMs, wait, dryRun } = options;
  const { name, namespace, deployment } = PRESET_PLACES[preset];
  const deadline = { clock, timeoutMs };
  const steps = new Steps(context);
  const { objects, sources } = await steps.run('Check the target', async (progress) => {
    validateAccess(await findMissingAccess(client, installQuestions(namespace), progress.signal), 'install a mirror', client.server);
    await requireKubeconfig(context, options);
    const value = await planObjects(context, options, progress.signal);
    await planChanges(client, value.objects, deadline, progress);
    return { state: 'done', detail: client.server, value };
  });
  if (!dryRun) {
    const isFirst = ({ kind }: UnknownObject): boolean => kind === 'Namespace';
    await steps.do(`Install Namespace ${namespace}`, (progress) => ensureGroup(client, objects.filter(isFirst), deadline, progress));
    if (kubeconfig !== undefined) {
      const draft = { name: CROSS_CLUSTER_SECRET.name, namespace, labels: {}, version };
      await steps.do('Keep the kubeconfig of the other cluster', ({ signal }) => ensureSecret(client, draft, (secret) => ({ ...(secret && filesOf(secret)), [CROSS_CLUSTER_SECRET.key]: kubeconfig }), signal));
    }
    await steps.do('Install Mirror', (progress) => ensureGroup(client, objects.filter((object) => !isFirst(object)), deadline, progress));
    if (wait === 'ready') {
      await steps.do('Wait for the mirror', async (progress) => {
        await waitForRollout(client, [deployment], namespace, deadline, progress);
        return { state: 'done', detail: 'ready' };
      });
    }
  }
  return {
    name,
    namespace,
    sources,
    keptSources: [],
    removedSources: [],
    steps: steps.results,
    warnings: steps.warnings,
    isUnchanged: steps.isUnchanged,
    notes: preset === 'reflector' ? [REFLECTOR_WARNING, ...(options.removeNamespaces ? [REMOVAL_NOTE] : [])] : [],
    ...(dryRun && { manifests: toYaml(objects) }),
  };
}
