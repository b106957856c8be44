import { MIRROR_NAMESPACE } from '../api/names.ts';
import { McsError } from '../base/errors.ts';
import type { FleetContext } from '../deployers/index.ts';
import type { InstallMirrorResult, SourceContext } from '../deployers/mirror/index.ts';
import { type ClusterSelection, connectCluster, type ConnectedCluster } from './connect.ts';
import { DeployCommand } from './deploy-command.ts';
import { type ImageFlagValues, imageOptions } from './deploy-flags.ts';
import { parseDuration } from './duration.ts';
import type { OutputFormat } from './flags.ts';
import { fromContexts, generalSettings, type GeneralFlagValues, preparedSources, sourceChoices, type SourceFlagValues } from './mirror-install-flags.ts';
import { describeInstalledEmitter, describeInstalledMirror } from './present-mirror-install.ts';
import { splitList } from './split-list.ts';

export interface MirrorInstallFlags extends ClusterSelection, ImageFlagValues, SourceFlagValues, GeneralFlagValues {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly from?: readonly string[] | undefined;
  readonly server?: readonly string[] | undefined;
  readonly duration?: string | undefined;
  readonly config?: string | undefined;
  readonly preset?: 'reflector' | 'cross-cluster' | undefined;
  readonly emitter: boolean;
  readonly 'replace-sources': boolean;
  readonly 'dry-run': boolean;
  readonly output: OutputFormat;
  readonly wait: 'none' | 'configured' | 'ready';
  readonly timeout: string;
}

/** Life of a token, s. Throws MCS_USAGE for one that no API server or no policy of ours grants. */
export function credentialSeconds(duration: string): number {
  const seconds = Math.round(parseDuration(duration) / 1000);
  if (seconds >= 600 && seconds <= 604_800) return seconds;
  throw new McsError('MCS_USAGE', `Cannot use --duration "${duration}": it is not between 10m and 7d`, { hints: ['--duration 24h'] });
}

/** `mcs mirror install` in its three forms: sources, an emitter, a preset. */
export abstract class MirrorInstallCommand extends DeployCommand {
  /** Clients of the contexts that are mirrored from. The caller closes them. */
  async #connectSources(flags: MirrorInstallFlags): Promise<{ readonly clusters: readonly ConnectedCluster[]; readonly from: readonly SourceContext[] }> {
    const clusters: ConnectedCluster[] = [];
    const from: SourceContext[] = [];
    for (const { name, context, server } of fromContexts(flags.from, flags.server)) {
      const cluster = await connectCluster({ ...flags, context }, this.version);
      clusters.push(cluster);
      from.push({ name, context, client: cluster.client, access: cluster.access, ...(server !== undefined && { server }) });
    }
    return { clusters, from };
  }

  protected async installMirror(flags: MirrorInstallFlags, context: FleetContext): Promise<InstallMirrorResult> {
    const { installMirror, prepareDocument } = await import('../deployers/mirror/index.ts');
    const file = flags.config === undefined ? undefined : prepareDocument(flags.config);
    const sources = [...(file?.sources ?? []), ...(await preparedSources(flags))];
    const { clusters, from } = await this.#connectSources(flags);
    try {
      return await installMirror(context, {
        name: flags.name ?? file?.name ?? 'default',
        namespace: flags.namespace ?? MIRROR_NAMESPACE,
        general: { ...file?.general, ...generalSettings(flags) },
        from,
        choices: sourceChoices(flags),
        sources,
        replacesSources: flags['replace-sources'],
        credentialSeconds: credentialSeconds(flags.duration ?? '7d'),
        images: imageOptions(flags),
        wait: flags.wait,
        timeoutMs: parseDuration(flags.timeout),
        dryRun: flags['dry-run'],
      });
    } finally {
      for (const { client } of clusters) client.close();
    }
  }

  /** The emitter alone, or beside a mirror. */
  protected async installEmitter(flags: MirrorInstallFlags, context: FleetContext): Promise<void> {
    const { installEmitter } = await import('../deployers/mirror/index.ts');
    const namespaces = splitList(flags.namespaces);
    const result = await installEmitter(context, {
      namespace: flags.namespace ?? MIRROR_NAMESPACE,
      selection: { exported: flags.exported ?? false, ...(flags.selector !== undefined && { selector: flags.selector }), ...(namespaces && { namespaces }) },
      images: imageOptions(flags),
      wait: flags.wait,
      timeoutMs: parseDuration(flags.timeout),
      dryRun: flags['dry-run'],
    });
    await this.presentDeployment(result, flags.output, () => describeInstalledEmitter(result));
  }

  protected async installPreset(flags: MirrorInstallFlags, preset: 'reflector' | 'cross-cluster', context: FleetContext): Promise<InstallMirrorResult> {
    const { installPreset } = await import('../deployers/mirror/index.ts');
    const [source] = await preparedSources({ source: flags.source });
    return installPreset(context, {
      preset,
      sourceUrls: flags['source-url'] ?? [],
      ...(source?.document.kubeconfig !== undefined && { kubeconfig: source.files[source.document.kubeconfig] ?? '' }),
      removeNamespaces: flags['remove-namespaces'] ?? false,
      images: imageOptions(flags),
      wait: flags.wait,
      timeoutMs: parseDuration(flags.timeout),
      dryRun: flags['dry-run'],
    });
  }

  protected async presentInstalled(result: InstallMirrorResult, output: OutputFormat): Promise<void> {
    await this.presentDeployment(result, output, () => describeInstalledMirror(result));
    this.remark(result);
  }
}

const PRESET_FLAGS: readonly string[] = ['kubeconfig', 'context', 'as', 'preset', 'dry-run', 'output', 'wait', 'timeout', 'repository', 'version', 'image-override', 'image-pull-policy', 'emitter'];
const OF_PRESET: Readonly<Record<'reflector' | 'cross-cluster', readonly string[]>> = { reflector: ['source-url', 'remove-namespaces'], 'cross-cluster': ['source'] };
const EMITTER_FLAGS: readonly string[] = [...PRESET_FLAGS.filter((flag) => flag !== 'preset'), 'namespace', 'selector', 'namespaces', 'exported'];

/** Throws MCS_USAGE for a flag that the chosen form of install does not have. */
export function requireFitting(flags: MirrorInstallFlags): void {
  const { preset, emitter } = flags;
  if (flags.duration !== undefined && flags.from === undefined) throw new McsError('MCS_USAGE', 'Cannot use --duration without --from: no credential is made', { hints: ['--from <context> --duration 24h'] });
  if (preset === undefined && !emitter) return;
  if (preset !== undefined && emitter) throw new McsError('MCS_USAGE', `Cannot use --emitter with --preset ${preset}: ${preset === 'reflector' ? 'the reflector preset has its own' : 'install it by itself'}`, { hints: ['mcs mirror install --emitter'] });
  const allowed = preset === undefined ? EMITTER_FLAGS : [...PRESET_FLAGS, ...OF_PRESET[preset]];
  const [other] = Object.entries(flags).filter(([name, value]) => value !== undefined && value !== false && !allowed.includes(name)).map(([name]) => name);
  if (other !== undefined) throw new McsError('MCS_USAGE', `Cannot use --${other} with ${preset === undefined ? '--emitter' : `--preset ${preset}`}: its names and settings are fixed, or it has none of that kind`, { hints: ['mcs mirror install --help'] });
  if (preset === 'cross-cluster' && (flags.source?.length ?? 0) > 1) throw new McsError('MCS_USAGE', 'Cannot use --source twice with --preset cross-cluster: its Secret holds one kubeconfig', { hints: ['mcs mirror install --from a,b   # any number of sources'] });
}
