import type { MemberConfig, Secret } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';
import { isClusterId } from '../api/names.ts';
import { MEMBER_CONFIG_KEY } from './settings.ts';

const LISTS = ['podCIDRs', 'serviceCIDRs', 'nodeCIDRs', 'components'] as const;

function parse(text: string): Partial<Record<keyof MemberConfig, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined; // what is wrong with it is said once, by the caller
  }
}

/** What keeps a configuration from being one; undefined where it is fine. */
function faultOf(config: Partial<Record<keyof MemberConfig, unknown>> | undefined, clusterID: string): string | undefined {
  if (config === undefined) return 'it is no JSON object';
  if (config.clusterID !== clusterID) return `its clusterID is ${JSON.stringify(config.clusterID)} and not "${clusterID}", as the label of the Secret says`;
  if (typeof config.clusterUID !== 'string' || config.clusterUID === '') return 'clusterUID is missing';
  const bad = LISTS.find((key) => !Array.isArray(config[key]) || !(config[key] as readonly unknown[]).every((item) => typeof item === 'string'));
  return bad && `${bad} is no list of texts`;
}

/** The configuration of a member in its Secret. Throws MCS_HUB_MEMBER_INVALID. */
export function readMember({ metadata: { name, namespace = '' }, data }: Secret, clusterID: string, hubNamespace: string): MemberConfig {
  const text = data?.[MEMBER_CONFIG_KEY];
  const config = text === undefined ? undefined : parse(Buffer.from(text, 'base64').toString('utf8'));
  const isValid = isClusterId(clusterID);
  const fault = text === undefined ? 'it is missing' : isValid ? faultOf(config, clusterID) : `"${clusterID}" is no cluster id`;
  if (fault !== undefined) throw new McsError('MCS_HUB_MEMBER_INVALID', `Cannot use ${MEMBER_CONFIG_KEY} of Secret "${namespace}/${name}": ${fault}`, { hints: [`mcs hub join ${isValid ? clusterID : '<name>'} --from <context>`] });
  // whoever wrote the Secret, what its members share stands in the hub's own namespace, and a hub makes no tunnels
  return { ...(config as unknown as MemberConfig), brokerNamespace: hubNamespace, components: ['service-discovery'] };
}
