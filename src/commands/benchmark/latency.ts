import { BenchmarkCommand, benchmarkFlags } from '../../cli/benchmark-command.ts';

export default class BenchmarkLatency extends BenchmarkCommand {
  static override readonly summary = 'Measure the round-trip time between clusters, or within one';
  static override readonly description = 'One byte there and back over TCP, again and again: between two clusters from gateway to gateway, then from node to node; within one from a node to the gateway. It runs pods of the installed image in a namespace of their own and removes that at the end.';
  static override readonly examples = ['<%= config.bin %> benchmark latency --context west --tocontext east', '<%= config.bin %> benchmark latency --context west --intra-cluster -o json'];
  static override readonly flags = benchmarkFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(BenchmarkLatency);
    await this.benchmark('latency', flags);
  }
}
