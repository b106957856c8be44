import { Flags } from '@oclif/core';
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { EXIT } from '../base/exit-codes.ts';
import { findFleet } from '../cli/connect.ts';
import { parseDuration } from '../cli/duration.ts';
import { FleetCommand } from '../cli/fleet-command.ts';
import { fleetFlags, outputFlags } from '../cli/flags.ts';
import { gatherRemarks, gatherSection } from '../cli/present-gather.ts';
import { parseSize } from '../cli/size.ts';
import { GATHER_TYPES } from '../diagnose/gather/archive-format.ts';
import { GATHER_MODULES } from '../diagnose/gather/modules.ts';

export default class Gather extends FleetCommand {
  static override readonly summary = 'Put all that tells of a fault into one archive';
  static override readonly description = `One .tgz of all clusters: the objects of mcs and of the multi-cluster APIs, workloads, pods and their logs, nodes, Events, how the cluster's own DNS is wired, what the gateway agents report, and what the checks find. It begins with summary.md. "mcs diagnose all --from" runs the checks on it again, without the clusters.

Tokens, keys and the data of Secrets are taken out, also where they stand in logs and configuration. Names and addresses stay. A cluster that cannot be read is named, and the exit code is 7 then.

--module takes the parts of subctl: connectivity (gateways, tunnels, nodes), service-discovery (exports, imports, name servers, the cluster's own DNS), broker (its namespace and the desk), operator (the controller and what is installed; there is no operator). What the checks read is in any archive.`;
  static override readonly examples = ['<%= config.bin %> gather', '<%= config.bin %> gather --contexts west,east --since 2h --dir /tmp', '<%= config.bin %> gather --file fault.tgz --max-size 50MB'];

  static override readonly flags = {
    ...fleetFlags,
    ...outputFlags,
    dir: Flags.string({ default: '.', summary: 'Folder for the archive, which is named after the time', helpGroup: 'ARCHIVE' }),
    file: Flags.string({ summary: 'Archive to write; one that is there is replaced', helpGroup: 'ARCHIVE', exclusive: ['dir'] }),
    type: Flags.option({ options: GATHER_TYPES, multiple: true, delimiter: ',', summary: 'Logs only, or resources only (default: both)', helpGroup: 'ARCHIVE' })(),
    module: Flags.option({ options: GATHER_MODULES, multiple: true, delimiter: ',', summary: 'These parts only, beside what the checks read (default: all)', helpGroup: 'ARCHIVE' })(),
    since: Flags.string({ summary: 'Logs and Events of this time only, as in 2h', helpGroup: 'ARCHIVE' }),
    'max-size': Flags.string({ default: '200MB', summary: 'What the archive may hold, unpacked, shared out evenly; logs are cut first', helpGroup: 'ARCHIVE' }),
    timeout: Flags.string({ default: '60s', summary: 'Longest time to read one cluster', helpGroup: 'ARCHIVE' }),
    'include-sensitive-data': Flags.boolean({ summary: 'Leave tokens, keys and the data of Secrets in', helpGroup: 'ARCHIVE' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Gather);
    const { archiveName, gather, writeArchive } = await import('../diagnose/gather/index.ts');
    const maxBytes = parseSize(flags['max-size']);
    const deadlineMs = parseDuration(flags.timeout);
    const since = flags.since === undefined ? {} : { sinceSeconds: Math.ceil(parseDuration(flags.since) / 1000) };
    const sources = await findFleet(flags, this.version);
    const progress = (text: string): void => { this.note(text); };
    const options = { version: this.version, types: flags.type ?? GATHER_TYPES, ...(flags.module && { modules: flags.module }), ...since, maxBytes, surveyMs: 8000, deadlineMs, includesSensitiveData: flags['include-sensitive-data'], clock: systemClock, signal: this.signal, progress };
    const { index, files, fleet } = await gather(sources, options);
    const now = Date.parse(index.createdAt);
    const file = flags.file ?? join(flags.dir, archiveName(now));
    const result = { file, bytes: await writeArchive(file, files, { now, signal: this.signal }), redacted: index.redacted, clusters: index.clusters };
    await this.presentSections(result, flags.output, [gatherSection(result)]);
    for (const remark of gatherRemarks(result)) this.note(remark);
    this.setExitCode(fleet, EXIT.ok);
    this.next(`mcs diagnose all --from ${file}`);
  }
}
