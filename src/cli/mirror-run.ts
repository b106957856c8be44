import { McsError } from '../base/errors.ts';
import { createLogger, type Logger } from '../base/log.ts';
import { stringify } from '../base/yaml.ts';
import type { KubeClient } from '../kube/client.ts';
import { checkedSettings } from '../mirror/config/checked-settings.ts';
import { readConfigFile } from '../mirror/config/followed-files.ts';
import { mirrorSettingsFrom, targetChoice } from '../mirror/config/mirror-settings.ts';
import { flagOf } from '../mirror/config/option-table.ts';
import type { MirrorArgs } from '../mirror/config/parse-args.ts';
import { processOptions } from '../mirror/config/process-options.ts';
import { dryRunClient } from '../mirror/dry-run-client.ts';
import { observedClient } from '../mirror/observed-client.ts';
import type { MirrorSettings } from '../mirror/settings.ts';
import type { MirrorStatus } from '../mirror/status.ts';
import { connectCluster } from './connect.ts';
import { exitCodeOfMirror } from './mirror-run-end.ts';
import { describeWrite, MirrorNarrator, wantedSections } from './present-mirror-run.ts';
import type { Section } from './sections.ts';

export interface ForegroundRun {
  readonly args: MirrorArgs;
  readonly env: NodeJS.ProcessEnv;
  readonly client: KubeClient;
  readonly version: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly onStatus: (status: MirrorStatus) => void;
  readonly onceWithinMs?: number;
}

/** What runs a mirror in this process; the command plugs it in. */
export interface Foreground {
  run(options: ForegroundRun): Promise<{ readonly reason: 'stopped' | 'settled' | 'timeout'; readonly status: MirrorStatus | undefined }>;
  ensureNamespace(client: KubeClient, name: string, signal: AbortSignal): Promise<'created' | 'there'>;
}

export interface MirrorSessionOptions {
  readonly args: MirrorArgs;
  readonly foreground: Foreground;
  readonly as: string | undefined;
  readonly version: string;
  readonly isVerbose: boolean;
  readonly signal: AbortSignal;
  /** A line for the person. */
  readonly say: (line: string) => void;
  readonly showResult: (result: unknown, sections: readonly Section[]) => Promise<void>;
}

/** The foreground mirror of a command: what it says, and how it ends. */
export class MirrorSession {
  readonly #options: MirrorSessionOptions;
  readonly #narrator = new MirrorNarrator();

  constructor(options: MirrorSessionOptions) {
    this.#options = options;
  }

  /** Until the signal. */
  async run(): Promise<void> {
    const { say } = this.#options;
    await this.#withTarget(async (client, settings) => {
      await this.#ensureNamespace(client, settings);
      await this.#follow(this.#observed(client), {});
      say('Stopped. What is mirrored stays.');
    });
  }

  /** Sets the exit code. */
  async once(withinMs: number): Promise<void> {
    const { say, signal } = this.#options;
    this.#requireMirror('--once');
    await this.#withTarget(async (client, settings) => {
      await this.#ensureNamespace(client, settings);
      const { reason, status } = await this.#follow(this.#observed(client), { onceWithinMs: withinMs });
      signal.throwIfAborted();
      if (status !== undefined) process.exitCode = exitCodeOfMirror(status, reason === 'settled');
      say(reason === 'settled' ? describeTotals(status) : `Not everything was mirrored within ${withinMs / 1000} s. ${describeTotals(status)}`);
    });
  }

  /** Sets the exit code. */
  async dryRun(withinMs: number, format: 'table' | 'json' | 'yaml'): Promise<void> {
    const { signal, showResult } = this.#options;
    this.#requireMirror('--dry-run');
    await this.#withTarget(async (client) => {
      const dryRun = dryRunClient(client);
      const { reason, status } = await this.#follow(dryRun.client, { onceWithinMs: withinMs });
      signal.throwIfAborted();
      if (status === undefined) return;
      process.exitCode = exitCodeOfMirror(status, reason === 'settled');
      const writes = dryRun.wanted();
      if (format === 'yaml') process.stdout.write(writes.filter(({ action }) => action !== 'delete').map(({ object }) => `---\n${stringify(object)}`).join(''));
      else await showResult({ writes, sources: status.sources, problems: status.problems }, wantedSections(writes, status));
    });
  }

  #requireMirror(flag: string): void {
    const { args } = this.#options;
    if (args.preset === 'reflector' && flagOf(args.values, 'reflector') === false) throw new McsError('MCS_USAGE', `Cannot use ${flag} with --reflector=false: nothing is mirrored`);
  }

  async #withTarget(use: (client: KubeClient, settings: MirrorSettings) => Promise<void>): Promise<void> {
    const { args, as, version, say } = this.#options;
    // all that is wrong with flags and files is said before anything is connected
    const input = { env: process.env, readFile: readConfigFile };
    const settings = mirrorSettingsFrom(args, input);
    const target = await connectCluster({ ...targetChoice(args, process.env), as }, version);
    try {
      checkedSettings(args, input, target.client.server);
      say(`Mirroring into ${target.context} (${target.client.server}) as "${settings.name}"; sources: ${settings.sources.map(({ name }) => name).join(', ') || 'none'}`);
      await use(target.client, settings);
    } finally {
      target.client.close();
    }
  }

  async #ensureNamespace(client: KubeClient, { namespace }: MirrorSettings): Promise<void> {
    const { foreground, signal, say } = this.#options;
    if ((await foreground.ensureNamespace(client, namespace, signal)) === 'created') say(`Made the namespace ${namespace}, for the Lease and the status`);
  }

  #observed(client: KubeClient): KubeClient {
    const { isVerbose, args, say } = this.#options;
    if (!isVerbose && processOptions(args, process.env).logLevel !== 'debug') return client;
    return observedClient(client, (write) => {
      const line = describeWrite(write);
      if (line !== undefined) say(line);
    });
  }

  #follow(client: KubeClient, end: { readonly onceWithinMs?: number }): ReturnType<Foreground['run']> {
    const { args, foreground, version, signal, say } = this.#options;
    const { logsJson } = processOptions(args, process.env);
    const onStatus = (status: MirrorStatus): void => {
      if (!logsJson) this.#narrator.news(status).forEach(say);
    };
    return foreground.run({ args, env: process.env, client, version, logger: this.#logger(), signal, onStatus, ...end });
  }

  /** For people only what they can do something about; the states of sources are told by the narrator. */
  #logger(): Logger {
    const { args, say } = this.#options;
    const { logLevel, mutesErrors, logsJson } = processOptions(args, process.env);
    if (logLevel === 'none' || mutesErrors) return createLogger({ write: () => undefined });
    if (logsJson) return createLogger({ level: logLevel ?? 'info', fields: { part: 'mirror' }, write: (line) => say(line.trimEnd()) });
    return createLogger({ level: 'error', write: (line) => say((JSON.parse(line) as { message: string }).message) });
  }
}

function describeTotals(status: MirrorStatus | undefined): string {
  if (status === undefined) return '';
  const { sources, problemCount } = status;
  const mirrored = sources.reduce((sum, source) => sum + source.mirrored, 0);
  const selected = sources.reduce((sum, source) => sum + source.selected, 0);
  const problems = problemCount === 0 ? '' : `, ${problemCount} ${problemCount === 1 ? 'problem' : 'problems'}`;
  return `${mirrored} of ${selected} services are mirrored${problems}.`;
}
