/** Nodes of the lab, seen from inside: what stands in their kernels. */
import assert from 'node:assert/strict';
import { resources } from '../../../src/api/resources.ts';
import { assertOk } from './expectations.ts';
import { type E2eCluster, fleet } from './fleet.ts';

/** Each prints the same as long as nothing but pods, Services and counters has changed. */
const PROBES = [
  "ip -o link | cut -d' ' -f2,4,5 | grep -v '^veth'",
  'ip rule; ip -6 rule',
  "ip route show table all | grep -v veth; ip -6 route show table all | grep -v -e veth -e fe80 -e 'multicast ff00'",
  "iptables-save | grep -v -e KUBE- -e CNI- -e '^#' | sed 's/\\[[0-9:]*\\]//'",
  "iptables-legacy-save | grep -v -e '^#' | sed 's/\\[[0-9:]*\\]//'",
  'nft list tables',
  'wg show 2>/dev/null; ls /run/mcs 2>/dev/null; true',
  "sysctl -a 2>/dev/null | grep -E '^net.ipv[46].(conf|ip_forward)' | grep -v -e veth",
];

export async function nodeNames({ client }: E2eCluster): Promise<readonly string[]> {
  return (await client.list(resources.nodes)).items.map(({ metadata }) => metadata.name).sort();
}

/** Runs a command line in a node of the lab. */
export async function onNode(node: string, line: string): Promise<string> {
  assert(fleet.lab !== undefined);
  return assertOk(await fleet.lab('node', node, '--', 'sh', '-c', line)).stdout;
}

/** What of the network stands on all nodes of the clusters, by node. */
export async function readNetworks(): Promise<Readonly<Record<string, readonly string[]>>> {
  const nodes = (await Promise.all(fleet.clusters.map(nodeNames))).flat();
  const states = await Promise.all(nodes.map(async (node) => [node, (await onNode(node, PROBES.join('\necho ---\n'))).split('\n')] as const));
  return Object.fromEntries(states);
}
