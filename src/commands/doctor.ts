import { Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { marksFor } from '../cli/color-marks.ts';
import { parseDuration } from '../cli/duration.ts';
import { clusterFlags, failOnFlag, outputFlags } from '../cli/flags.ts';
import { formatDiagnose, formatDiagnoseShort } from '../cli/present-diagnose.ts';
import { exitCodeOf } from '../diagnose/report.ts';
import { userAgentOf } from '../kube/kube-client.ts';

const WHERE = 'on this machine';

export default class Doctor extends BaseCommand {
  static override readonly summary = 'Check this machine: Node.js, kubeconfig, plugins, proxy, clock';
  static override readonly description =
    'Looks at what mcs and kubectl need on this machine to reach clusters at all: the kubeconfig and its contexts, credential plugins (which are run), certificates, proxies, the clock beside those of the API servers, the terminal, and where join keys are kept. Clusters themselves are checked by "mcs diagnose all".';
  static override readonly examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --kubeconfig west.yaml -o json', '<%= config.bin %> doctor --fail-on warning'];
  static override readonly flags = {
    ...outputFlags,
    kubeconfig: clusterFlags.kubeconfig,
    'fail-on': failOnFlag('failed checks'),
    timeout: Flags.string({ default: '15s', summary: 'Longest time for all checks' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const { examineWorkstation } = await import('../diagnose/workstation/doctor.ts');
    const { engines } = this.config.pjson as unknown as { readonly engines: { readonly node: string } };
    const { width, hasColor, canAsk } = this.terminal;
    const report = await examineWorkstation({
      ...(flags.kubeconfig !== undefined && { kubeconfig: flags.kubeconfig }),
      env: process.env,
      platform: process.platform,
      nodeVersion: process.version,
      neededNode: engines.node.replace(/^\D+/, ''),
      userAgent: userAgentOf('cli', this.version),
      terminal: { isTTY: process.stdout.isTTY, hasColor, canAsk, ...(width !== undefined && { width }) },
      now: Date.now,
      signal: this.signal,
      deadlineMs: parseDuration(flags.timeout),
    });
    const marks = marksFor(this.terminal, (text) => this.asTyped(text));
    await this.present(report, flags.output, { table: () => formatDiagnose(report, marks, WHERE), short: () => formatDiagnoseShort(report, WHERE) });
    process.exitCode = exitCodeOf(report, flags['fail-on']);
  }
}
