import { Args, Flags } from '@oclif/core';
import { McsError } from '../base/errors.ts';
import { brokerFlags } from '../cli/broker-flags.ts';
import { DeployCommand } from '../cli/deploy-command.ts';
import { parseDuration } from '../cli/duration.ts';
import { clusterFlags, dryRunFlags } from '../cli/flags.ts';
import { describeApproval, waitingSection } from '../cli/present-credentials.ts';

export default class Accept extends DeployCommand {
  static override summary = 'Accept a cluster that waits to join';
  static override description = 'Clusters wait that join with a token made by mcs token create --approve. Compare the fingerprint with the one that mcs join shows there.';
  static override examples = ['<%= config.bin %> accept --list', '<%= config.bin %> accept west', '<%= config.bin %> accept west --fingerprint 3f2a-9c0d-1e4b-5a67 --context broker', '<%= config.bin %> accept west --deny'];
  static override args = { clusterid: Args.string({ description: 'Cluster id that it wants' }) };

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...brokerFlags,
    list: Flags.boolean({ summary: 'Only show what waits', exclusive: ['fingerprint', 'deny'] }),
    fingerprint: Flags.string({ summary: 'Which one, where several clusters want that id' }),
    deny: Flags.boolean({ summary: 'Turn it away instead' }),
    timeout: Flags.string({ default: '20s', summary: 'Longest wait for the desk, as in 90s or 5m' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Accept);
    const { acceptJoin, listWaitingJoins } = await import('../deployers/index.ts');
    const { clusterid: clusterID } = args;
    const { namespace: brokerNamespace, fingerprint, deny, 'dry-run': dryRun } = flags;
    if (!flags.list && clusterID === undefined) throw new McsError('MCS_USAGE', 'Cannot accept: no cluster id is given', { hints: ['mcs accept --list', 'mcs accept west'] });
    const timeoutMs = parseDuration(flags.timeout);
    const { cluster, context } = await this.connect(flags);
    if (flags.list || clusterID === undefined) {
      const waiting = (await listWaitingJoins(context, { brokerNamespace })).filter((join) => clusterID === undefined || join.clusterID === clusterID);
      cluster.client.close();
      await this.presentSections({ waiting }, flags.output, [waitingSection(waiting)]);
      const [first] = waiting;
      if (first) this.next(`mcs accept ${first.clusterID}`);
      return;
    }
    const result = await acceptJoin(context, { brokerNamespace, clusterID, approval: deny ? 'deny' : 'accept', timeoutMs, dryRun, ...(fingerprint !== undefined && { fingerprint }) });
    cluster.client.close();
    await this.present(result, flags.output, { table: () => describeApproval(result) });
    if (!dryRun) this.next(deny ? 'mcs token list' : 'mcs show brokers');
  }
}
