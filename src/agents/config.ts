import { access, readFile } from 'node:fs/promises';
import { MEMBER_NAMESPACE } from '../api/names.ts';
import type { MemberConfig } from '../api/types/index.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import type { LogLevel } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';

/** What every agent is told by the environment of its container. */
export interface AgentEnvironment {
  readonly podName: string;
  readonly podUID: string;
  readonly podNamespace: string;
  readonly logLevel: LogLevel;
  /** Address of health and metrics; undefined: every one. */
  readonly healthHost?: string;
  readonly healthPort: number;
  readonly dnsPort: number;
}

const LOG_LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'];

/** Throws MCS_USAGE, naming the variable. */
export function readAgentEnvironment(env: NodeJS.ProcessEnv): AgentEnvironment {
  const logLevel = env.MCS_LOG_LEVEL ?? 'info';
  if (!LOG_LEVELS.includes(logLevel)) throw new McsError('MCS_USAGE', `Cannot use MCS_LOG_LEVEL "${logLevel}": it is none of ${LOG_LEVELS.join(', ')}`);
  return {
    podName: env.POD_NAME ?? 'local',
    podUID: env.POD_UID ?? `local-${process.pid}`,
    podNamespace: env.POD_NAMESPACE ?? MEMBER_NAMESPACE,
    logLevel: logLevel as LogLevel,
    ...(env.MCS_HEALTH_HOST !== undefined && { healthHost: env.MCS_HEALTH_HOST }),
    healthPort: readPort(env, 'MCS_HEALTH_PORT', 8080),
    dnsPort: readPort(env, 'MCS_DNS_PORT', 53),
  };
}

function readPort(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const port = Number(env[name] ?? fallback);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new McsError('MCS_USAGE', `Cannot use ${name} "${env[name] ?? ''}": it is no port`);
}

const MEMBER_CONFIG_FILE = '/etc/mcs/config.json';
const NEEDED: readonly (keyof MemberConfig)[] = ['clusterID', 'clusterUID', 'podCIDRs', 'serviceCIDRs', 'nodeCIDRs', 'brokerNamespace'];

/** Reads the member's configuration, mounted from its ConfigMap. */
export async function readMemberConfig(runtime: Runtime): Promise<MemberConfig> {
  const config = await parseFile(runtime.mounted(MEMBER_CONFIG_FILE));
  const missing = NEEDED.filter((key) => config[key] === undefined);
  if (missing.length > 0) throw new McsError('MCS_USAGE', `Cannot use ${MEMBER_CONFIG_FILE}: ${missing.join(', ')} missing`);
  return config;
}

/** Like `readMemberConfig`, with undefined where nothing is mounted: the cluster is no member. */
export async function findMemberConfig(runtime: Runtime): Promise<MemberConfig | undefined> {
  const isMounted = await access(runtime.mounted(MEMBER_CONFIG_FILE)).then(() => true, () => false);
  return isMounted ? readMemberConfig(runtime) : undefined;
}

async function parseFile(file: string): Promise<MemberConfig> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as MemberConfig;
  } catch (error) {
    throw new McsError('MCS_USAGE', `Cannot read ${MEMBER_CONFIG_FILE}: ${errorMessage(error)}`, { cause: error });
  }
}
