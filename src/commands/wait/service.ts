import { Flags } from '@oclif/core';
import { randomBytes } from 'node:crypto';
import { parseDuration } from '../../cli/duration.ts';
import { FleetCommand } from '../../cli/fleet-command.ts';
import { fleetFlags, outputFlags } from '../../cli/flags.ts';
import { describeWait } from '../../cli/present-wait.ts';
import { showRemarks } from '../../cli/present-show.ts';
import { namespaceFlags, parseServiceArgument, requireContexts, serviceArgs } from '../../cli/service-argument.ts';
import { splitList } from '../../cli/split-list.ts';

export default class WaitService extends FleetCommand {
  static override readonly summary = 'Wait until a service is exported, imported, resolvable or reachable';
  static override readonly description = `Waits for one of four stages, each of which needs those before it. exported: the broker has what the cluster exports. imported: import, endpoints and clusterset IP stand in the cluster. resolvable: every name server of mcs answers with its addresses, and the DNS of the cluster leads there. reachable: a pod in the namespace resolves the name and connects to every endpoint and through the clusterset IP.

It says what it waits for and since when; after --timeout it ends with exit code 5 and the last state.`;
  static override readonly examples = ['<%= config.bin %> wait service shop/nginx', '<%= config.bin %> wait service shop/nginx --for reachable --in east --timeout 5m', '<%= config.bin %> wait service nginx -n shop --for exported --in west'];
  static override readonly args = serviceArgs;

  static override readonly flags = {
    ...fleetFlags,
    ...outputFlags,
    ...namespaceFlags,
    for: Flags.option({ options: ['exported', 'imported', 'resolvable', 'reachable'] as const, default: 'resolvable' as const, summary: 'What to wait for', helpGroup: 'WAIT' })(),
    in: Flags.string({ default: 'all', summary: 'Where: all members that have the namespace (for exported: all that export), or these contexts', helpValue: 'all|<context>,...', helpGroup: 'WAIT' }),
    timeout: Flags.string({ default: '2m', summary: 'Longest wait, as in 90s or 5m', helpGroup: 'WAIT' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(WaitService);
    const { waitForService } = await import('../../diagnose/wait/wait-for-service.ts');
    const key = await parseServiceArgument(args.service, flags);
    const timeoutMs = parseDuration(flags.timeout);
    const contexts = flags.in === 'all' ? undefined : splitList(flags.in);
    await requireContexts(contexts ?? [], flags);
    const progress = (text: string): void => { this.note(`Waiting for ${text}`); };
    await this.withFleet(flags, async (fleet) => {
      const options = { stage: flags.for, ...(contexts && { contexts }), timeoutMs, pods: { startMs: timeoutMs, tryMs: 3000, progress }, makeRunID: () => randomBytes(4).toString('hex'), signal: this.signal, progress };
      const report = await waitForService(fleet, key, options);
      await this.present(report, flags.output, { table: () => describeWait(report) });
      if (flags.output === 'table') for (const remark of showRemarks(report, (text) => this.asTyped(text))) this.note(remark);
      this.setExitCode(fleet);
    });
  }
}
