import { VerifyCommand } from '../cli/verify-command.ts';
import { verifyFlags } from '../cli/verify-flags.ts';

export default class Verify extends VerifyCommand {
  static override readonly summary = 'Prove with test pods that calls and names go between clusters';
  static override readonly description = `Runs pods of the installed image in namespaces of their own in every cluster, and removes those at the end, also after Ctrl-C.

Suite connectivity: pods and nodes call pods and services of the other clusters, from gateways and other nodes, in both directions; what is sent comes back whole, and pods are seen under their own addresses.
Suite service-discovery: names before, while and after services are exported, headless ones and those of several clusters too, asked for and called in every cluster.
Suite gateway-failover, with --disruptive-tests only: calls go on after the gateway of a cluster has been restarted, and after another node has taken its place. Labels of nodes are put back.

What cannot be tested (no member, joined without the component) is skipped with the reason. Exit code 3 means that a test failed, 1 that none could be run.`;
  static override readonly examples = [
    '<%= config.bin %> verify --context west --tocontext east',
    '<%= config.bin %> verify --contexts west,east,north --only service-discovery --junit-report verify.xml',
    '<%= config.bin %> verify --list',
    '<%= config.bin %> verify --all-contexts --dry-run -o yaml',
  ];
  static override readonly flags = verifyFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(Verify);
    return flags.list ? this.listTests(flags) : this.verify(flags);
  }
}
