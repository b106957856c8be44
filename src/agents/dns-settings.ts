import { isDnsSubdomain } from '../api/names.ts';
import { McsError } from '../base/errors.ts';
import type { AgentEnvironment } from './config.ts';

/** Which names of gateways the name server has. */
export interface GatewayNameSettings {
  /** Where the EndpointSlices with the names are. */
  readonly namespace: string;
  /** Zones; undefined: they follow from the records. */
  readonly suffixes: readonly string[] | undefined;
  /** Life of records whose slice names none, s. */
  readonly ttl: number;
}

const DEFAULT_TTL = 5;
const MAX_TTL = 86_400;
/** Variables that mean nothing without MCS_DNS_GATEWAYS=true. */
const OF_GATEWAYS = ['MCS_DNS_SUFFIXES', 'MCS_DNS_TTL'] as const;

/** Undefined where no names of gateways are served. Throws MCS_USAGE, naming the variable; `taken` are zones that no suffix may lie in. */
export function readGatewayNames(env: NodeJS.ProcessEnv, { podNamespace }: Pick<AgentEnvironment, 'podNamespace'>, taken: readonly string[]): GatewayNameSettings | undefined {
  const wanted = env.MCS_DNS_GATEWAYS ?? '';
  if (!['', 'true', 'false'].includes(wanted)) throw refuse(env, 'MCS_DNS_GATEWAYS', 'it is neither true nor false');
  if (wanted !== 'true') {
    const stray = OF_GATEWAYS.find((name) => (env[name] ?? '') !== '');
    if (stray !== undefined) throw refuse(env, stray, 'names of gateways are served with MCS_DNS_GATEWAYS=true only');
    return undefined;
  }
  const suffixes = readSuffixes(env, taken);
  return { namespace: (env.NAMESPACE ?? '') === '' ? podNamespace : (env.NAMESPACE ?? ''), suffixes: suffixes.length === 0 ? undefined : suffixes, ttl: readTtl(env) };
}

/** MCS_DNS_SUFFIXES in lower case, each once. Throws MCS_USAGE; `taken` are zones that no suffix may lie in. */
export function readSuffixes(env: NodeJS.ProcessEnv, taken: readonly string[] = []): readonly string[] {
  const all = (env.MCS_DNS_SUFFIXES ?? '').split(',').map((suffix) => suffix.trim().toLowerCase().replace(/\.$/, ''));
  const suffixes = [...new Set(all)].filter((suffix) => suffix !== '');
  const invalid = suffixes.find((suffix) => !isDnsSubdomain(suffix));
  if (invalid !== undefined) throw refuse(env, 'MCS_DNS_SUFFIXES', `"${invalid}" is no DNS name`);
  const own = suffixes.find((suffix) => taken.some((zone) => `.${suffix}`.endsWith(`.${zone}`)));
  if (own !== undefined) throw refuse(env, 'MCS_DNS_SUFFIXES', `"${own}" is a zone of the services of this cluster set`);
  return suffixes;
}

function readTtl(env: NodeJS.ProcessEnv): number {
  const text = env.MCS_DNS_TTL ?? '';
  if (text === '') return DEFAULT_TTL;
  if (/^\d{1,5}$/.test(text) && Number(text) <= MAX_TTL) return Number(text);
  throw refuse(env, 'MCS_DNS_TTL', `it is no number of seconds up to ${MAX_TTL}`);
}

function refuse(env: NodeJS.ProcessEnv, name: string, reason: string): McsError {
  return new McsError('MCS_USAGE', `Cannot use ${name} "${env[name] ?? ''}": ${reason}`);
}
