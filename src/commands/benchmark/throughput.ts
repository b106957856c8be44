import { Flags } from '@oclif/core';
import { BenchmarkCommand, benchmarkFlags } from '../../cli/benchmark-command.ts';

export default class BenchmarkThroughput extends BenchmarkCommand {
  static override readonly summary = 'Measure the TCP throughput between clusters, or within one';
  static override readonly description = 'Between two clusters: from gateway to gateway, then from node to node, both ways. Within one: from a node to the gateway. It runs pods of the installed image in a namespace of their own and removes that at the end.';
  static override readonly examples = ['<%= config.bin %> benchmark throughput --context west --tocontext east', '<%= config.bin %> benchmark throughput --context west --intra-cluster -o json'];
  static override readonly flags = { ...benchmarkFlags, streams: Flags.integer({ default: 10, min: 1, max: 64, summary: 'Parallel TCP connections' }) };

  async run(): Promise<void> {
    const { flags } = await this.parse(BenchmarkThroughput);
    await this.benchmark('throughput', flags, flags.streams);
  }
}
