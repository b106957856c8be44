import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { MANAGED_BY, MANAGED_BY_MCS, OWNER } from '../../src/api/labels.ts';
import { macOf } from '../../src/api/mac.ts';
import { MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { CableDriver } from '../../src/discovery/cable-drivers.ts';
import { eventually } from '../../test/helpers/eventually.ts';
import { cableSpec } from '../../test/helpers/member-records.ts';
import { type AgentCluster, type AgentNet, startAgentNet } from '../../test/helpers/net-agents.ts';
import { filterOn } from '../../test/helpers/net-faults.ts';
import type { TestNode } from '../../test/helpers/net-clusters.ts';
import { type Flow, startFlow } from '../../test/helpers/net-flow.ts';
import type { Outcome } from './bar.ts';

const ROUNDS = 3;
const FAILOVER_BAR_SECONDS = 5;
const CLUSTERS = 200;
const NODES = 5;
const IDLE_MS = 60_000;
const MEMORY_BAR_MB = 120;
const PATIENCE = { timeoutMs: 60_000, everyMs: 50 };

/** Real agents in network namespaces: a gateway that is lost, and agents that end and start again, while pods ping. */
export async function measureAgents(driver: CableDriver): Promise<readonly Outcome[]> {
  const net = await startAgentNet([{ id: 'a', octet: 1, addresses: ['10.168.1.5', '10.168.1.6'], gateways: 2 }, { id: 'b', octet: 2, addresses: ['192.168.1.5'] }], { cableDriver: driver, natt: false });
  try {
    const restarts = await restartAgents(net);
    const gaps: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) gaps.push(await loseGateway(net));
    return [
      { name: `${driver}: packets lost while the agent restarts`, value: restarts.lost, unit: 'packets', bar: 0, note: `of ${restarts.received + restarts.lost}, each agent killed once` },
      { name: `${driver}: traffic back after the loss of the gateway`, value: Math.max(...gaps), unit: 's', bar: FAILOVER_BAR_SECONDS, note: `longest of ${ROUNDS}: ${gaps.map((gap) => gap.toFixed(1)).join(', ')}` },
    ];
  } finally {
    await net.stop();
  }
}

/** Pings from a pod of cluster `a` to the pod of `b`. */
async function flowFrom(net: AgentNet, node: TestNode): Promise<Flow> {
  const [address] = nodesOf(net).at(-1)?.podAddresses ?? [];
  if (address === undefined) throw new Error('there is no pod to ping');
  const flow = startFlow(node.pod, address);
  await flow.more(25);
  return flow;
}

function nodesOf({ scene }: AgentNet): readonly TestNode[] {
  return scene.clusters.flatMap(({ nodes }) => nodes);
}

function find(nodes: readonly TestNode[], isWanted: (node: TestNode) => boolean): TestNode {
  const found = nodes.find(isWanted);
  if (found === undefined) throw new Error('there is no such node');
  return found;
}

async function restartAgents(net: AgentNet): Promise<{ readonly lost: number; readonly received: number }> {
  const nodes = nodesOf(net);
  const flow = await flowFrom(net, find(nodes, ({ name }) => name === 'a-1'));
  for (const { name } of nodes) {
    const pod = net.pod(name);
    const logged = pod.log.length;
    await pod.end('SIGKILL');
    pod.start();
    await eventually(() => pod.log.slice(logged).includes('A connection works'), PATIENCE);
    await flow.more(50);
  }
  return flow.end();
}

async function activeOf(net: AgentNet, nodes: readonly TestNode[]): Promise<string> {
  return eventually(async () => {
    for (const { name } of nodes) if ((await net.connection(name, 'b'))?.status === 'connected') return name;
    return false;
  }, PATIENCE);
}

/** Seconds in which a pod of the other node heard nothing. */
async function loseGateway(net: AgentNet): Promise<number> {
  const nodes = nodesOf(net).slice(0, -1);
  const lost = await activeOf(net, nodes);
  const [gone, survivor] = [find(nodes, ({ name }) => name === lost), find(nodes, ({ name }) => name !== lost)];
  await eventually(async () => (await net.gateway(survivor.name))?.status?.haStatus === 'passive', PATIENCE);
  const flow = await flowFrom(net, survivor);
  const heal = filterOn(net.scene.wan, `ip saddr ${gone.address} drop\nip daddr ${gone.address} drop`);
  net.passage(gone.name).setOpen(false);
  await flow.more(100);
  const { longestGap } = await flow.end();
  heal();
  net.passage(gone.name).setOpen(true);
  await eventually(async () => (await net.gateway(gone.name))?.status?.haStatus === 'passive', PATIENCE);
  return longestGap;
}

/** RSS of a gateway's agent that knows many clusters, none of which answers. */
export async function measureAgentMemory(): Promise<readonly Outcome[]> {
  const net = await startAgentNet([{ id: 'a', octet: 1, addresses: ['10.168.1.5'] }], { cableDriver: 'vxlan', natt: false });
  try {
    const { netns } = find(nodesOf(net), ({ name }) => name === 'a-0');
    for (const cluster of net.clusters) await fill(cluster);
    await eventually(async () => (await net.routeAgent('a-0'))?.status?.remoteEndpoints.length === CLUSTERS, PATIENCE);
    await eventually(() => netns.sh('ip route show table 4500 | grep -c "dev mcs-cable"').trim() === String(CLUSTERS), PATIENCE);
    await delay(IDLE_MS);
    const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${net.pod('a-0').pid}/status`, 'utf8'))?.[1];
    return [{ name: `RSS of a gateway's agent after 60 s: ${CLUSTERS} clusters, ${NODES} nodes`, value: Number(rss) / 1024, unit: 'MB', bar: MEMORY_BAR_MB }];
  } finally {
    await net.stop();
  }
}

async function fill({ client }: AgentCluster): Promise<void> {
  for (let index = 2; index <= NODES; index += 1) {
    const podCIDR = `10.1.${index}.0/24`;
    await client.create(resources.nodes, { metadata: { name: `more-${index}` }, spec: { podCIDR, podCIDRs: [podCIDR] }, status: { addresses: [{ type: 'InternalIP', address: `10.168.2.${index}` }] } });
  }
  for (let index = 0; index < CLUSTERS; index += 1) {
    const [id, hostname, address, octet] = [`cluster-${index}`, `gateway-${index}`, `172.20.${index}.1`, index + 2];
    const spec = cableSpec(id, address, { hostname, subnets: [`10.${octet}.0.0/16`], healthCheckIP: `10.${octet}.0.1`, backend_config: { 'udp-port': '4500', mac: macOf('cable', id, hostname, address) } });
    await client.create(resources.cableEndpoints, { metadata: { name: `${id}-${spec.cable_name}`, namespace: MEMBER_NAMESPACE, labels: { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: 'controller' } }, spec });
  }
}
