import { Flags } from '@oclif/core';
import { randomBytes } from 'node:crypto';
import { marksFor } from '../cli/color-marks.ts';
import { parseDuration } from '../cli/duration.ts';
import { FleetCommand } from '../cli/fleet-command.ts';
import { fleetFlags, outputFlags } from '../cli/flags.ts';
import { showRemarks } from '../cli/present-show.ts';
import { formatTrace, formatTraceShort, traceRemarks } from '../cli/present-trace.ts';
import { namespaceFlags, parseServiceArgument, requireContexts, serviceArgs } from '../cli/service-argument.ts';

export default class Trace extends FleetCommand {
  static override readonly summary = 'Follow one service hop by hop, and say where it breaks';
  static override readonly description = `From every cluster that exports the service to every cluster that calls it: Service, export, copy on the broker, import, endpoints, clusterset IP, name server, DNS of the cluster, answer in a pod, TCP to each endpoint and through the clusterset IP. It stops at the first broken hop and names cluster, object, owner and cure.

The last three hops take a pod of the installed image, for some seconds, in the namespace of the service. Exit code 3 means that a hop is broken.`;
  static override readonly examples = ['<%= config.bin %> trace shop/nginx', '<%= config.bin %> trace shop/nginx --from east --to west', '<%= config.bin %> trace nginx -n shop --no-pods -o json'];
  static override readonly args = serviceArgs;

  static override readonly flags = {
    ...fleetFlags,
    ...outputFlags,
    ...namespaceFlags,
    from: Flags.string({ summary: 'Context of the cluster that calls (default: all members)' }),
    to: Flags.string({ summary: 'Context of the cluster that exports (default: all exporters)' }),
    pods: Flags.boolean({ default: true, allowNo: true, summary: 'Run pods; without them, what they test is left out and said to be' }),
    timeout: Flags.string({ default: '60s', summary: 'Longest wait for a pod to start' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Trace);
    const { exitCodeOfTrace, traceService } = await import('../diagnose/trace/trace-service.ts');
    const key = await parseServiceArgument(args.service, flags);
    await requireContexts([flags.from, flags.to], flags);
    const pods = { runID: randomBytes(4).toString('hex'), startMs: parseDuration(flags.timeout), tryMs: 3000, progress: (text: string) => { this.note(`Waiting for ${text}`); } };
    const ends = { ...(flags.from !== undefined && { from: flags.from }), ...(flags.to !== undefined && { to: flags.to }) };
    await this.withFleet(flags, async (fleet) => {
      const report = await traceService(fleet, key, { ...ends, ...(flags.pods && { pods }), signal: this.signal, timeoutMs: 8000 });
      const marks = marksFor(this.terminal, (text) => this.asTyped(text));
      await this.present(report, flags.output, { table: () => formatTrace(report, marks), short: () => formatTraceShort(report) });
      if (flags.output === 'table') for (const remark of [...traceRemarks(report), ...showRemarks(report, (text) => this.asTyped(text))]) this.note(remark);
      this.setExitCode(fleet, exitCodeOfTrace(report));
    });
  }
}
