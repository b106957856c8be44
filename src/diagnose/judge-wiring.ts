import { MEMBER_CONFIG, MEMBER_DNS_WIRING, MEMBER_NAMESPACE } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { ConfigMap, MemberConfig } from '../api/types/index.ts';
import { parseCustomName } from '../cluster-dns/custom-name.ts';
import { describeChange } from '../cluster-dns/dns-change.ts';
import { readDnsObjects } from '../cluster-dns/dns-objects.ts';
import { planWiring, type WiringPlan } from '../cluster-dns/plan-wiring.ts';
import { parseWiringStatus, type WiringStatus } from '../cluster-dns/wiring-status.ts';
import { CLUSTERSET_WIRING } from '../cluster-dns/wiring-subject.ts';
import { isForbidden } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { type CheckOutcome, fail, pass, skip, warn } from './check.ts';

export interface ObservedWiring {
  /** What the controller says; undefined where it has said nothing. */
  readonly status: WiringStatus | undefined;
  /** What would be written now; undefined where that may not be read. */
  readonly plan: WiringPlan | undefined;
}

function wiringSettings(map: ConfigMap | undefined): MemberConfig['dnsWiring'] {
  try {
    return (JSON.parse(map?.data?.['config.json'] ?? '{}') as Partial<MemberConfig>).dnsWiring;
  } catch {
    return undefined; // another check tells of a configuration that is no JSON
  }
}

async function planNow(client: KubeClient, upstream: string, customConfigMap: string | undefined, signal: AbortSignal): Promise<WiringPlan | undefined> {
  const custom = parseCustomName(customConfigMap);
  try {
    return planWiring(await readDnsObjects(client, custom, signal), { subject: CLUSTERSET_WIRING, upstream, ...(custom && { custom }) });
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** The controller's word, and the objects themselves, because a controller that stands still says what was. */
export async function readWiring(client: KubeClient, signal: AbortSignal): Promise<ObservedWiring> {
  const read = (name: string): Promise<ConfigMap | undefined> => client.find(resources.configMaps, name, MEMBER_NAMESPACE, { signal });
  const [map, config] = await Promise.all([read(MEMBER_DNS_WIRING), read(MEMBER_CONFIG)]);
  return observeWiring(client, parseWiringStatus(map), wiringSettings(config), signal);
}

/** The same where the controller's word and the member's settings have been read already. */
export async function observeWiring(client: KubeClient, status: WiringStatus | undefined, settings: MemberConfig['dnsWiring'], signal: AbortSignal): Promise<ObservedWiring> {
  const isWired = status?.upstream !== undefined && status.places.length > 0;
  const plan = isWired ? await planNow(client, status.upstream, settings?.customConfigMap, signal) : undefined;
  return { status, plan };
}

/** What MCS-DNS-03 says. */
export function judgeWiring({ status, plan }: ObservedWiring, context: string): CheckOutcome {
  const logs = `kubectl --context ${context} -n ${MEMBER_NAMESPACE} logs deployment/mcs-controller`;
  if (status === undefined) return warn(["the controller has not looked at the cluster's own DNS yet"], [logs]);
  const hints = status.hints.map((hint) => hint.replace(/^kubectl /, `kubectl --context ${context} `));
  const loaded = status.servers.map(({ server, answer }) => `${server}: ${answer}`);
  const evidence = [status.message, ...loaded, ...status.notes];
  if (plan !== undefined && plan.changes.length > 0) {
    return fail([`not as the controller left it: ${plan.changes.map(describeChange).join(', ')}`, ...evidence], [logs]);
  }
  switch (status.state) {
    case 'wired':
    case 'written': // a hub cannot see more; what names resolve to is asked by other checks
      return status.notes.length > 0 ? warn(evidence) : pass(...evidence);
    case 'served':
      return pass(...evidence);
    case 'none':
    case 'off':
      return skip(...evidence);
    case 'loading':
      return warn(evidence, ['mcs diagnose dns   # again, in a minute']);
    case 'not-loaded':
    case 'conflict':
    case 'failed':
    case 'no-address':
      return fail(evidence, hints.length > 0 ? hints : [logs]);
  }
}
