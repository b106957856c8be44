import { chmod, writeFile } from 'node:fs/promises';
import { isDnsLabel, toDnsLabel } from '../api/names.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import type { FleetContext } from '../deployers/index.ts';
import type { CredentialResult } from '../deployers/mirror/index.ts';
import type { ConnectedCluster } from './connect.ts';
import { DeployCommand } from './deploy-command.ts';
import { parseDuration } from './duration.ts';
import type { OutputFormat } from './flags.ts';
import { credentialSeconds } from './mirror-install-command.ts';
import { describeCredential, describeRevocation } from './present-mirror-install.ts';
import { splitList } from './split-list.ts';

export interface CredentialFlags {
  readonly name: string;
  readonly namespace: string;
  readonly namespaces?: string | undefined;
  readonly duration?: string | undefined;
  readonly server?: string | undefined;
  readonly 'output-file'?: string | undefined;
  readonly emitter: boolean;
  readonly 'dry-run': boolean;
  readonly output: OutputFormat;
  readonly timeout: string;
}

/** What `mcs mirror credential` does. */
export abstract class MirrorCredentialCommand extends DeployCommand {
  protected async create(flags: CredentialFlags, { context: contextName, access }: ConnectedCluster, context: FleetContext): Promise<void> {
    const { createEmitterCredential, createMirrorCredential } = await import('../deployers/mirror/index.ts');
    const { emitter, namespace, 'dry-run': dryRun, 'output-file': file } = flags;
    if (!isDnsLabel(flags.name)) throw new McsError('MCS_USAGE', `Cannot use --name "${flags.name}": it is no DNS label`, { hints: ['--name east'] });
    const unused = (['duration', 'namespaces'] as const).find((name) => flags[name] !== undefined);
    if (emitter && unused !== undefined) throw new McsError('MCS_USAGE', `Cannot use --${unused} with --emitter: its tokens have no end, and it says itself what they may read`, { hints: ['mcs mirror credential --emitter'] });
    const shared = { account: flags.name, namespace, contextName, dryRun, ...(flags.server !== undefined && { server: flags.server }) };
    const namespaces = splitList(flags.namespaces);
    const result = emitter
      ? await createEmitterCredential(context, shared)
      : await createMirrorCredential(context, { ...shared, access, lifeSeconds: credentialSeconds(flags.duration ?? '7d'), timeoutMs: parseDuration(flags.timeout), ...(namespaces && { namespaces }) });
    await this.#show(result, file, flags.output);
    if (emitter && !dryRun) this.note('Note: the emitter knows the token as soon as kubelet has brought the changed Secret into its pod, within some 90 s');
    const source = toDnsLabel(contextName) ?? 'source';
    if (!dryRun) this.next(`mcs mirror install --source ${source}=${file ?? '<file>'}   # with the context of the cluster that mirrors`);
  }

  /** With no file the kubeconfig is the result, so that `> west.kubeconfig` works. */
  async #show(result: CredentialResult, file: string | undefined, output: OutputFormat): Promise<void> {
    const { kubeconfig, ...rest } = result;
    if (file !== undefined && kubeconfig !== undefined) await writeSecretFile(file, kubeconfig);
    if (kubeconfig === undefined || file !== undefined) {
      await this.presentDeployment(rest, output, () => describeCredential(result, file));
      return;
    }
    await this.present(result, output, { table: () => kubeconfig });
    if (output === 'table') this.note(describeCredential(result, undefined));
  }

  protected async revoke(flags: CredentialFlags, context: FleetContext): Promise<void> {
    const { revokeEmitterCredential, revokeMirrorCredential } = await import('../deployers/mirror/index.ts');
    const options = { account: flags.name, namespace: flags.namespace, dryRun: flags['dry-run'] };
    const result = flags.emitter ? await revokeEmitterCredential(context, options) : await revokeMirrorCredential(context, options);
    await this.present(result, flags.output, { table: () => describeRevocation(result) });
    if (!flags['dry-run']) this.next('mcs mirror status   # which mirrors miss it');
  }
}

async function writeSecretFile(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600 });
    await chmod(file, 0o600); // a file that stood there keeps its mode otherwise
  } catch (error) {
    throw new McsError('MCS_USAGE', `Cannot write --output-file "${file}": ${errorMessage(error)}`, { cause: error });
  }
}
