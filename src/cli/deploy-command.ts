import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { McsError } from '../base/errors.ts';
import { configDir } from '../base/user-dirs.ts';
import type { FleetContext, KeySources } from '../deployers/index.ts';
import { templatesIn } from '../deployers/templates.ts';
import { BaseCommand } from './base-command.ts';
import { type ClusterSelection, connectCluster, type ConnectedCluster, connectDirectly } from './connect.ts';
import type { OutputFormat } from './flags.ts';

/** A command that changes clusters: what it works with, and how its dry run is shown. */
export abstract class DeployCommand extends BaseCommand {
  protected override interruption(): McsError {
    return new McsError('MCS_INTERRUPTED', 'Stopped: what was written so far stands', { hints: ['Run the same command again: it completes what is missing'] });
  }

  protected async connect(flags: ClusterSelection): Promise<{ cluster: ConnectedCluster; context: FleetContext }> {
    const cluster = await connectCluster(flags, this.version);
    const context: FleetContext = {
      client: cluster.client,
      connect: (access) => connectDirectly(access, this.version),
      templates: templatesIn(join(this.config.root, 'templates')),
      version: this.version,
      runTasks: this.tasks,
      clock: systemClock,
      signal: this.signal,
    };
    return { cluster, context };
  }

  /** Sources of a join key, with the terminal as the last one. */
  protected keySources(flags: { readonly key?: string | undefined; readonly 'key-file'?: string | undefined }): KeySources {
    const { key, 'key-file': keyFile } = flags;
    const environment = process.env.MCS_JOIN_KEY;
    return {
      configDir: configDir(process.env),
      ...(key !== undefined && { key }),
      ...(keyFile !== undefined && { keyFile }),
      ...(environment !== undefined && { environment }),
      ...(this.terminal.canAsk && { ask: () => this.ask('Join key', '--key', true) }),
    };
  }

  /** Asks before something is removed. Throws MCS_INTERRUPTED for a no, and MCS_INPUT_NEEDED where nobody can answer. */
  protected async requireConsent(yes: boolean, question: string): Promise<void> {
    if (yes || (await this.confirm(question, '--yes'))) return;
    throw new McsError('MCS_INTERRUPTED', 'Stopped: nothing was removed');
  }

  /** Prints a result; a dry run with `-o yaml` prints the manifests themselves, ready for kubectl. */
  protected async presentDeployment(result: { readonly manifests?: string }, format: OutputFormat, table: () => string): Promise<void> {
    if (format === 'yaml' && result.manifests !== undefined) process.stdout.write(result.manifests);
    else await this.present(result, format, { table });
  }

  /** Warnings and notes, for people. */
  protected remark({ notes = [] }: { readonly notes?: readonly string[] }): void {
    for (const text of notes) this.note(`Note: ${text}`);
  }
}
