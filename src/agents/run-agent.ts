import { setMaxListeners } from 'node:events';
import type { Registry } from 'prom-client';
import packageJson from '../../package.json' with { type: 'json' };
import { errorMessage, McsError } from '../base/errors.ts';
import { createHealth, type Health } from '../base/health.ts';
import { createHealthServer, type HealthServerOptions } from '../base/health-server.ts';
import { inOrder, type Startable, untilAborted } from '../base/lifecycle.ts';
import { createLogger, type Logger } from '../base/log.ts';
import { createRegistry } from '../base/metrics.ts';
import { readRuntime, type Runtime } from '../base/runtime.ts';
import { type AgentEnvironment, readAgentEnvironment } from './config.ts';

/** What an agent's composition root is given. */
export interface AgentContext {
  readonly env: NodeJS.ProcessEnv;
  readonly environment: AgentEnvironment;
  readonly runtime: Runtime;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly health: Health;
  readonly version: string;
  /** Aborted when the process shall end. */
  readonly signal: AbortSignal;
}

export interface ComposedAgent {
  /** Started in order after the health server, and stopped in reverse. */
  readonly parts: readonly Startable[];
  /** Further GET paths of the health server. */
  readonly routes?: HealthServerOptions['routes'];
}

export interface AgentOptions {
  readonly name: string;
  /** Conditions that must be met before the process is ready. */
  readonly conditions: readonly string[];
  readonly compose: (context: AgentContext) => Promise<ComposedAgent>;
  /** Default: that of the process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Makes another logger of the usual one. */
  readonly wrapLogger?: (logger: Logger) => Logger;
}

/** Runs one in-cluster program until SIGTERM or SIGINT. A failure to start or to stop exits with 1. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { name, env = process.env, wrapLogger = (logger: Logger): Logger => logger } = options;
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // every request in flight listens to it
  const end = (): void => {
    stop.abort();
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  const write = (line: string): void => void process.stderr.write(line);
  let logger = wrapLogger(createLogger({ level: 'info', fields: { part: name }, write }));
  try {
    const environment = readAgentEnvironment(env);
    logger = wrapLogger(createLogger({ level: environment.logLevel, fields: { part: name }, write }));
    await serveAgent(options, { env, environment, logger, signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) {
      // what is wrong with flags or a configuration is cured by its hints, not found by a stack
      const about = error instanceof McsError ? { code: error.code, hints: error.hints } : { stack: error instanceof Error ? error.stack : undefined };
      logger.error(`Cannot run: ${errorMessage(error)}`, about);
      process.exitCode = 1;
    }
  }
  logger.info('stopped');
  // an open socket of a dead peer must not hold the process up
  process.exit();
}

/** Composes and runs the parts of a program until the signal is aborted, with its health server beside them. Throws what ends the start. */
export async function serveAgent({ name, conditions, compose }: AgentOptions, base: Pick<AgentContext, 'env' | 'environment' | 'logger' | 'signal'>): Promise<void> {
  const { env, environment, logger, signal } = base;
  const { version } = packageJson;
  const runtime = readRuntime(env);
  const health = createHealth(conditions);
  const registry = createRegistry(name, version);
  const { parts, routes } = await compose({ ...base, runtime, registry, health, version });
  // pods of the sandbox share one network: whatever a flag says, each has but its own address
  const host = runtime.simulated ? runtime.listenHost : (environment.healthHost ?? runtime.listenHost);
  const server = createHealthServer({ host, port: runtime.listenPort(environment.healthPort), health, registry, ...(routes && { routes }) });
  const all = inOrder(name, [server, ...parts]);
  logger.info('starting', { version });
  await all.start(signal);
  logger.info('started');
  await untilAborted(signal);
  await all.stop();
}
