import { BaseCommand } from '../cli/base-command.ts';
import { describeLogLine, emitFlags } from '../cli/emit-flags.ts';
import type { OptionValues } from '../mirror/config/option-table.ts';

export default class Emit extends BaseCommand {
  static override readonly summary = 'Serve the Services of a cluster for reading, for mirrors in other clusters';
  static override readonly description =
    'A read-only Kubernetes API of Services, their EndpointSlices and Endpoints, and ServiceExports, so that a mirror needs no credential of the API server itself. Runs until it is stopped. Readers show a bearer token or a client certificate. docs/emitter.md says what is served, and how to protect it.';
  static override readonly examples = [
    '<%= config.bin %> emit --context west --token-file readers.txt',
    '<%= config.bin %> emit --client-ca-file readers-ca.crt --selector app=shop --tls-name emitter.west.example.com',
    '<%= config.bin %> emit --anonymous --secure-port 0 --insecure-port 8080 --listen :9090',
  ];
  static override readonly flags = emitFlags();

  async run(): Promise<void> {
    const { flags } = await this.parse(Emit);
    const [{ readEmitterOptions }, { emitterAgent }, { serveAgent }, { readAgentEnvironment }, { createLogger }] = await Promise.all([
      import('../mirror/emit/read-options.ts'),
      import('../agents/emitter-agent.ts'),
      import('../agents/run-agent.ts'),
      import('../agents/config.ts'),
      import('../base/log.ts'),
    ]);
    const agent = emitterAgent(readEmitterOptions(flags as OptionValues), process.env);
    const env = agent.env ?? process.env;
    const environment = readAgentEnvironment(env);
    const logger = createLogger({ level: environment.logLevel, write: (line) => { this.note(this.terminal.canRedraw ? describeLogLine(line) : line.trimEnd()); } });
    await serveAgent(agent, { env, environment, logger, signal: this.signal });
  }
}
