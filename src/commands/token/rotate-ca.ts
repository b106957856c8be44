import { readFile } from 'node:fs/promises';
import { Flags } from '@oclif/core';
import { errorMessage, McsError } from '../../base/errors.ts';
import { brokerFlags } from '../../cli/broker-flags.ts';
import { DeployCommand } from '../../cli/deploy-command.ts';
import { clusterFlags, dryRunFlags } from '../../cli/flags.ts';
import { describeRotation } from '../../cli/present-credentials.ts';

export default class TokenRotateCa extends DeployCommand {
  static override summary = "Have the members trust a new authority of the broker's API server";
  static override description = 'Run it with --ca-file before the change: the broker publishes both authorities, members trust both within seconds, and new broker-info files pin both. Run it with --finish when every API server shows the new one. A member that missed it recovers with mcs join --repin.';
  static override examples = ['<%= config.bin %> token rotate-ca --ca-file new-ca.crt', '<%= config.bin %> token rotate-ca --finish', '<%= config.bin %> token rotate-ca --ca-file new-ca.crt --dry-run -o yaml'];

  static override flags = {
    ...clusterFlags,
    ...dryRunFlags,
    ...brokerFlags,
    'ca-file': Flags.string({ summary: 'PEM file of the authority that the API server is going to have', exactlyOne: ['ca-file', 'finish'] }),
    finish: Flags.boolean({ summary: 'Publish only what the API server shows now' }),
  };

  async #readAuthority(path: string): Promise<string> {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      throw new McsError('MCS_USAGE', `Cannot read --ca-file "${path}": ${errorMessage(error)}`);
    }
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(TokenRotateCa);
    const { rotateAuthority } = await import('../../deployers/index.ts');
    const path = flags['ca-file'];
    const newAuthority = path === undefined ? undefined : await this.#readAuthority(path);
    const { cluster, context } = await this.connect(flags);
    const options = { brokerNamespace: flags.namespace, kubeconfigCa: cluster.access.tls.ca ?? '', dryRun: flags['dry-run'] };
    const result = await rotateAuthority(context, { ...options, ...(newAuthority !== undefined && { newAuthority }) });
    cluster.client.close();
    await this.presentDeployment(result, flags.output, () => describeRotation(result));
    if (flags['dry-run']) return;
    const follow = newAuthority === undefined ? [] : ['mcs token create   # files written before pin the old authority only', 'mcs token rotate-ca --finish   # when every API server shows the new one'];
    this.next('mcs show credentials   # which members trust it', ...follow);
  }
}
