import { parse } from 'yaml';
import { cidrContains, parseCidr } from '../../api/cidr.ts';
import { resources } from '../../api/resources.ts';
import type { ConfigMap } from '../../api/types/index.ts';
import { hasCalico } from '../../discovery/api-versions.ts';
import { detectPlugin } from '../../discovery/cidr-detectors.ts';
import type { PluginFacts } from '../../discovery/cluster-facts.ts';
import { readPluginFacts } from '../../discovery/read-cluster-facts.ts';
import { isForbidden } from '../../kube/api-error.ts';
import { type CheckOutcome, fail, pass, skip, warn } from '../check.ts';
import { readServed } from '../cluster-readings.ts';
import { type ClusterCheck, type DiagnoseContext, memberOf } from '../context.ts';

/** A range of another member, which pods here are to reach. */
export interface RemoteRange {
  readonly cluster: string;
  readonly range: string;
}

/** The network plugin, and what it must be told of the ranges of others. */
export function judgePlugin(facts: PluginFacts, remote: readonly RemoteRange[], context: string): CheckOutcome {
  const plugin = detectPlugin(facts);
  if (plugin === undefined) return skip('no network plugin was recognised');
  if (plugin !== 'calico') return pass(plugin);
  const upgrade = [`mcs upgrade --context ${context}`];
  if (!hasCalico(facts)) return fail(['Calico runs, but its IPPools (crd.projectcalico.org/v1) are not served, so it hides the addresses of pods from other clusters'], ['Let Calico keep its objects in the cluster: install its CustomResourceDefinitions', ...upgrade]);
  const pools = facts.ipPools.flatMap(({ spec }) => parseCidr((spec as { readonly cidr?: string } | undefined)?.cidr ?? '') ?? []);
  if (pools.length === 0) return skip('Calico, whose IPPools cannot be read');
  const lacking = remote.filter(({ range }) => !pools.some((pool) => cidrContains(pool, range.split('/')[0] ?? '')));
  if (lacking.length === 0) return pass('Calico, with an IPPool for each range of others');
  return fail(lacking.map(({ cluster, range }) => `Calico has no IPPool for ${range} of "${cluster}", so it hides the addresses of pods from it`), upgrade);
}

function readMode(text: string | undefined): string | undefined {
  try {
    const mode: unknown = (parse(text ?? '') as { readonly mode?: unknown } | null)?.mode;
    return typeof mode === 'string' && mode !== '' ? mode : 'iptables';
  } catch {
    return undefined; // somebody else's file
  }
}

const TESTED = ['iptables', 'nftables'];

/** How kube-proxy forwards; gateways are made for the modes that work in the kernel's own packet filter. */
export function judgeProxyMode(map: Pick<ConfigMap, 'data'> | undefined): CheckOutcome {
  if (map === undefined) return skip('there is no ConfigMap kube-system/kube-proxy: another program may do its work');
  const mode = readMode(map.data?.['config.conf']);
  if (mode === undefined) return skip('the configuration in ConfigMap kube-system/kube-proxy is not understood');
  if (TESTED.includes(mode)) return pass(mode);
  return warn([`kube-proxy has mode ${mode}, with which the gateways are not tested`], ['Set mode to iptables or nftables in ConfigMap kube-system/kube-proxy, and restart kube-proxy']);
}

async function readAndJudgeProxy({ cluster }: DiagnoseContext, signal: AbortSignal): Promise<CheckOutcome> {
  try {
    return judgeProxyMode(await cluster.client.find(resources.configMaps, 'kube-proxy', 'kube-system', { signal }));
  } catch (error) {
    if (isForbidden(error)) return skip('needs the permission to "get" configmaps in kube-system');
    throw error;
  }
}

function remoteRanges(context: DiagnoseContext): readonly RemoteRange[] {
  const { config, dataPlane } = memberOf(context);
  const others = (dataPlane?.endpoints ?? []).filter(({ spec }) => spec.cluster_id !== config.clusterID);
  return others.flatMap(({ spec: { cluster_id: cluster, subnets } }) => subnets.map((range) => ({ cluster, range })));
}

/** Checks of members with the component `connectivity`. */
export const networkChecks: readonly ClusterCheck[] = [
  {
    id: 'MCS-CNI-01',
    title: 'The network plugin leaves packets between clusters alone',
    topic: 'cni',
    needs: [],
    run: async (context, signal) => judgePlugin(await readPluginFacts(context.cluster.client, await readServed(context, signal), signal), remoteRanges(context), context.cluster.context),
  },
  {
    id: 'MCS-KP-01',
    title: 'kube-proxy has a mode that is tested',
    topic: 'kube-proxy-mode',
    needs: [],
    run: readAndJudgeProxy,
  },
];
