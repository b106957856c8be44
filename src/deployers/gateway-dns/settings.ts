import { CLUSTERSET_DOMAIN, isDnsLabel, isDnsSubdomain } from '../../api/names.ts';
import type { Workload } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { parseGoDuration } from '../../base/go-duration.ts';
import { CROSS_NAMESPACE, type CrossNamespace } from '../../gateway-dns/settings.ts';

/** What the hub is told; everything has a default. */
export interface HubSettings {
  /** End of all names. */
  readonly suffix?: string;
  /** Go duration. */
  readonly pollingInterval?: string;
  readonly crossNamespace?: CrossNamespace;
  readonly healthChecks?: boolean;
  /** Default: made of the UID of the management cluster. */
  readonly hubID?: string;
}

/** As in the manifests of cross-cluster-connectivity. */
export const DEFAULT_SUFFIX = 'xcc.test';
const DEFAULT_INTERVAL = '30s';

/** Domains that the cluster's own DNS and the members of a clusterset have. */
const TAKEN = ['cluster.local', CLUSTERSET_DOMAIN];

/** In lower case, without a dot at the end. Throws MCS_USAGE for what is no DNS name, or is one that somebody else answers. */
export function validateSuffix(text: string): string {
  const suffix = text.toLowerCase().replace(/\.$/, '');
  const isTaken = TAKEN.some((domain) => suffix === domain || suffix.endsWith(`.${domain}`));
  if (isDnsSubdomain(suffix) && !isTaken) return suffix;
  throw new McsError('MCS_USAGE', `Cannot use --suffix "${text}": ${isTaken ? 'names of that domain have another meaning in a cluster' : 'it is no DNS name'}`, { hints: [`--suffix ${DEFAULT_SUFFIX}`] });
}

/** Throws MCS_USAGE for a list without a suffix, or with one that cannot be used. */
export function validateSuffixes(list: readonly string[]): string[] {
  const suffixes = [...new Set(list.map(validateSuffix))];
  if (suffixes.length > 0) return suffixes;
  throw new McsError('MCS_USAGE', 'Cannot use --suffix: it names no suffix', { hints: [`--suffix ${DEFAULT_SUFFIX}`] });
}

/** As the hub itself has them. */
const MAX_HUB_ID = 40;
const MIN_POLL_MS = 100;

/** Throws MCS_USAGE for a setting that the hub would not start with. */
export function validateHubSettings(settings: HubSettings): HubSettings {
  const { suffix, pollingInterval, hubID } = settings;
  if (pollingInterval !== undefined && (parseGoDuration(pollingInterval) ?? 0) < MIN_POLL_MS) throw new McsError('MCS_USAGE', `Cannot use --polling-interval "${pollingInterval}": it is no duration of at least ${MIN_POLL_MS}ms`, { hints: ['--polling-interval 30s'] });
  if (hubID !== undefined && (!isDnsLabel(hubID) || hubID.length > MAX_HUB_ID)) throw new McsError('MCS_USAGE', `Cannot use --hub-id "${hubID}": it is no DNS label of at most ${MAX_HUB_ID} characters`, { hints: ['--hub-id production'] });
  return suffix === undefined ? settings : { ...settings, suffix: validateSuffix(suffix) };
}

type Environment = Readonly<Record<string, string>>;

/** Environment of the containers of a Deployment, as far as it is written in it. */
export function environmentOf(deployment: Workload | undefined): Environment {
  const containers = deployment?.spec.template.spec.containers ?? [];
  return Object.fromEntries(containers.flatMap(({ env = [] }) => env.flatMap(({ name, value }) => (value === undefined || value === '' ? [] : [[name, value]]))));
}

/** What a standing hub was told, ours or that of cross-cluster-connectivity: they have the same names for it. */
export function standingHubSettings(deployment: Workload | undefined): HubSettings {
  const env = environmentOf(deployment);
  const { DOMAIN_SUFFIX: suffix, GATEWAY_DNS_POLLING_INTERVAL: pollingInterval, MCS_GATEWAY_DNS_HUB_ID: hubID, MCS_GATEWAY_DNS_HEALTH_CHECKS: healthChecks } = env;
  const crossNamespace = CROSS_NAMESPACE.find((value) => value === env.MCS_GATEWAY_DNS_CROSS_NAMESPACE);
  return {
    ...(suffix !== undefined && { suffix }),
    ...(pollingInterval !== undefined && { pollingInterval }),
    ...(crossNamespace !== undefined && { crossNamespace }),
    ...(healthChecks !== undefined && { healthChecks: healthChecks !== 'false' }),
    ...(hubID !== undefined && { hubID }),
  };
}

/** Template variables; an empty one leaves the variable of the environment out. */
export function hubVars({ suffix = DEFAULT_SUFFIX, pollingInterval = DEFAULT_INTERVAL, crossNamespace = 'policy', healthChecks = true, hubID = '' }: HubSettings) {
  return { suffix, pollingInterval, crossNamespace, healthChecks: String(healthChecks), hubID };
}

/** Suffixes that a standing name server or its wiring was told; undefined where nothing says. */
export function standingSuffixes(deployment: Workload | undefined): readonly string[] | undefined {
  const { MCS_DNS_SUFFIXES: text } = environmentOf(deployment);
  return text === undefined ? undefined : text.split(',').map((suffix) => suffix.trim()).filter((suffix) => suffix !== '');
}
