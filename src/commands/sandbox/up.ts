import { Flags } from '@oclif/core';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseDuration } from '../../cli/duration.ts';
import { outputFlags } from '../../cli/flags.ts';
import { describeSandbox } from '../../cli/present-sandbox.ts';
import { sandboxFlags, SandboxCommand } from '../../cli/sandbox-command.ts';

export default class SandboxUp extends SandboxCommand {
  static override summary = 'Start simulated clusters on this machine';
  static override description = 'Clusters, contexts and nodes are named cluster0, cluster1, ... It runs in the background, needs no privileges, and keeps its kubeconfig to itself. It is a simulator, for trying things out.';
  static override examples = ['<%= config.bin %> sandbox up', '<%= config.bin %> sandbox up --clusters 3 --merge-kubeconfig'];

  static override flags = {
    ...sandboxFlags,
    ...outputFlags,
    clusters: Flags.integer({ default: 2, min: 1, max: 50, summary: 'How many clusters' }),
    'merge-kubeconfig': Flags.boolean({ summary: 'Add the contexts to your own kubeconfig too' }),
    foreground: Flags.boolean({ summary: 'Stay in the foreground; Ctrl-C ends the sandbox' }),
    timeout: Flags.string({ default: '30s', summary: 'Longest wait, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(SandboxUp);
    const { endWith, mergeIntoUser, startBackground, userKubeconfig } = await import('../../sandbox/background/index.ts');
    const place = this.place(flags.name);
    const started = await startBackground({
      place,
      clusters: flags.clusters,
      agentScript: join(this.config.root, 'dist', 'agents', 'sandbox.js'),
      packageRoot: this.config.root,
      timeoutMs: parseDuration(flags.timeout),
      signal: this.signal,
      attached: flags.foreground,
      onProgress: (text) => {
        this.note(`Waiting for ${text}`);
      },
    });
    const state = flags['merge-kubeconfig'] ? await mergeIntoUser(place, started.state, userKubeconfig(process.env, homedir())) : started.state;
    await this.present({ outcome: started.outcome, simulated: true, ...state }, flags.output, { table: () => describeSandbox(state, started.outcome) });
    this.next(`mcs deploy-broker --context ${state.clusters[0]?.name ?? 'cluster0'}`, this.commandFor('down', flags.name));
    if (started.child !== undefined) await endWith(place, started.child, this.signal);
  }
}
