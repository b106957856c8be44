import { parseArgs } from 'node:util';
import { isDnsLabel, isDnsSubdomain, XCC_NAMESPACE } from '../api/names.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import { parseGoDuration } from '../base/go-duration.ts';
import { parseListenAddress } from '../base/host-port.ts';
import { CROSS_NAMESPACE, type CrossNamespace, type GatewayDNSSettings } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_POLL_MS = 30_000;
/** Less would keep the hub busy with nothing but that. */
const MIN_POLL_MS = 100;
/** As long as a label with the owner may be. */
const MAX_HUB_ID = 40;

function refuse(name: string, value: string, problem: string, hint: string): never {
  throw new McsError('MCS_USAGE', `Cannot use ${name} "${value}": ${problem}`, { hints: [hint] });
}

/** The settings of a hub. An empty variable is none. Throws MCS_USAGE, naming the variable. */
export function readGatewayDNSSettings(env: Environment): GatewayDNSSettings {
  const hubId = readHubId(env.MCS_GATEWAY_DNS_HUB_ID || undefined);
  return {
    namespace: readNamespace(env.NAMESPACE || env.POD_NAMESPACE || XCC_NAMESPACE),
    domainSuffix: readSuffix(env.DOMAIN_SUFFIX ?? ''),
    pollIntervalMs: readPollInterval(env.GATEWAY_DNS_POLLING_INTERVAL || undefined),
    ...(hubId !== undefined && { hubId }),
    crossNamespace: readCrossNamespace(env.MCS_GATEWAY_DNS_CROSS_NAMESPACE || 'policy'),
    healthChecks: readFlag('MCS_GATEWAY_DNS_HEALTH_CHECKS', env.MCS_GATEWAY_DNS_HEALTH_CHECKS || 'true'),
  };
}

function readNamespace(text: string): string {
  return isDnsLabel(text) ? text : refuse('NAMESPACE', text, 'it is no name of a namespace', `NAMESPACE=${XCC_NAMESPACE}`);
}

function readSuffix(text: string): string {
  const suffix = text.trim().toLowerCase().replaceAll(/^\.+|\.+$/g, '');
  if (suffix === '') throw new McsError('MCS_USAGE', 'Cannot run without DOMAIN_SUFFIX: it ends all names that are given', { hints: ['DOMAIN_SUFFIX=xcc.test'] });
  return isDnsSubdomain(suffix) ? suffix : refuse('DOMAIN_SUFFIX', text, 'it is no DNS name', 'DOMAIN_SUFFIX=xcc.test');
}

function readPollInterval(text: string | undefined): number {
  if (text === undefined || text === '0') return DEFAULT_POLL_MS;
  const ms = parseGoDuration(text);
  const hint = 'GATEWAY_DNS_POLLING_INTERVAL=30s';
  if (ms === undefined) return refuse('GATEWAY_DNS_POLLING_INTERVAL', text, 'it is no duration such as 30s or 1m30s', hint);
  if (ms === 0) return DEFAULT_POLL_MS;
  return ms >= MIN_POLL_MS ? ms : refuse('GATEWAY_DNS_POLLING_INTERVAL', text, `it is shorter than ${MIN_POLL_MS}ms`, hint);
}

function readHubId(text: string | undefined): string | undefined {
  if (text === undefined || (isDnsLabel(text) && text.length <= MAX_HUB_ID)) return text;
  return refuse('MCS_GATEWAY_DNS_HUB_ID', text, `it is no DNS label of at most ${MAX_HUB_ID} characters`, 'MCS_GATEWAY_DNS_HUB_ID=hub-a');
}

function readCrossNamespace(text: string): CrossNamespace {
  const value = CROSS_NAMESPACE.find((each) => each === text);
  return value ?? refuse('MCS_GATEWAY_DNS_CROSS_NAMESPACE', text, `it is none of ${CROSS_NAMESPACE.join(', ')}`, 'MCS_GATEWAY_DNS_CROSS_NAMESPACE=policy');
}

function readFlag(name: string, text: string): boolean {
  if (text !== 'true' && text !== 'false') refuse(name, text, 'it is neither true nor false', `${name}=true`);
  return text === 'true';
}

const OPTIONS = { 'metrics-addr': { type: 'string' }, 'enable-leader-election': { type: 'boolean' } } as const;
const BOOLEANS: Readonly<Record<string, string>> = { 1: '', t: '', true: '', 0: 'no-', f: 'no-', false: 'no-' };

/** Go's flags may have one dash or two, and booleans a value. */
function normalize(word: string): string {
  const [, name = '', value] = /^--?([a-z][-a-z]*)(?:=(.*))?$/s.exec(word) ?? [];
  if (name === '') return word;
  if (name !== 'enable-leader-election' || value === undefined) return value === undefined ? `--${name}` : `--${name}=${value}`;
  const prefix = BOOLEANS[value.toLowerCase()];
  return prefix === undefined ? word : `--${prefix}${name}`;
}

/**
 * The flags of cross-cluster-connectivity's controller: the address of metrics and health, and whether
 * to elect a leader, which is done in any case. Throws MCS_USAGE.
 */
export function readGatewayDNSFlags(args: readonly string[]): { health?: { host?: string; port: number } } {
  const text = parse(args.map(normalize))['metrics-addr'];
  if (text === undefined) return {};
  const health = parseListenAddress(text);
  return health === undefined ? refuse('--metrics-addr', text, 'it is not of the form [<host>]:<port>', '--metrics-addr :8080') : { health };
}

function parse(args: string[]): { 'metrics-addr'?: string | undefined } {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true, allowNegative: true }).values;
  } catch (error) {
    throw new McsError('MCS_USAGE', `Cannot use these flags: ${errorMessage(error).split('. ')[0] ?? ''}`, { hints: ['--metrics-addr :8080', '--enable-leader-election'], cause: error });
  }
}
