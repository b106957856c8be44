import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GATEWAY_NODE } from '../../src/api/labels.ts';
import { MEMBER_NAMESPACE, MEMBER_WIREGUARD_SECRET } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { CableConnection, ClusterSettings, ConnectionState, Gateway, MemberConfig, RouteAgent } from '../../src/api/types/index.ts';
import { createWireguardKeys } from '../../src/deployers/gateway/wireguard-keys.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { startTestApiServer, type TestApiServer } from './api-server.ts';
import { buildAgent } from './build-agent.ts';
import { copyEndpoints } from './copy-endpoints.ts';
import { eventually } from './eventually.ts';
import { type ClusterSpec, createScene, type Scene, type TestCluster } from './net-clusters.ts';
import { openPassage, type Passage } from './net-listen.ts';
import { API_PORT, NetPod } from './net-pod.ts';

export interface AgentCluster extends TestCluster {
  readonly api: TestApiServer;
  readonly client: KubeClient;
}

export interface AgentSpec extends ClusterSpec {
  /** How many of the nodes may be gateways, the first ones. Default 1. */
  readonly gateways?: number;
}

/** The gateway agent as a process on every node of a scene; each cluster has an API server, and knows the Endpoints of the others. */
export interface AgentNet {
  readonly scene: Scene;
  readonly clusters: readonly AgentCluster[];
  pod(node: string): NetPod;
  /** The node's way to its API server. */
  passage(node: string): Passage;
  gateway(node: string): Promise<Gateway | undefined>;
  routeAgent(node: string): Promise<RouteAgent | undefined>;
  /** What a node that is an active gateway says of another cluster. */
  connection(node: string, remote: string): Promise<CableConnection | undefined>;
  /** Waits, generously, until an active gateway says so. */
  waitForConnection(node: string, remote: string, status: ConnectionState): Promise<CableConnection>;
  stop(): Promise<void>;
}

const START = { timeoutMs: 60_000, everyMs: 100 };

async function startCluster(cluster: TestCluster, { gateways = 1 }: AgentSpec): Promise<AgentCluster> {
  const api = await startTestApiServer();
  const client = api.client();
  for (const { metadata } of (await client.list(resources.nodes)).items) await client.delete(resources.nodes, metadata.name, undefined);
  await client.create(resources.namespaces, { metadata: { name: MEMBER_NAMESPACE } });
  const data = Object.fromEntries(Object.entries(createWireguardKeys()).map(([name, text]) => [name, Buffer.from(text).toString('base64')]));
  await client.create(resources.secrets, { metadata: { name: MEMBER_WIREGUARD_SECRET, namespace: MEMBER_NAMESPACE }, data });
  for (const [index, { name, address, podCIDRs }] of cluster.nodes.entries()) {
    await client.create(resources.nodes, {
      metadata: { name, labels: index < gateways ? { [GATEWAY_NODE]: 'true' } : {} },
      spec: { podCIDR: podCIDRs[0] ?? '', podCIDRs: [...podCIDRs] },
      status: { addresses: [{ type: 'InternalIP', address }], conditions: [{ type: 'Ready', status: 'True' }] },
    });
  }
  return Object.assign(cluster, { api, client });
}

function configOf({ id, podCIDRs }: TestCluster, settings: ClusterSettings): MemberConfig {
  return { clusterID: id, clusterUID: `uid-of-${id}`, podCIDRs, serviceCIDRs: ['10.96.0.0/16'], nodeCIDRs: [], components: ['connectivity'], brokerNamespace: 'submariner-k8s-broker', settings };
}

/** Starts everything, and waits until all gateways are connected with one another. */
export async function startAgentNet(specs: readonly AgentSpec[], settings: ClusterSettings): Promise<AgentNet> {
  const folder = await mkdtemp(join(tmpdir(), 'mcs-agents-'));
  const end = new AbortController();
  const pods = new Map<string, NetPod>();
  const passages = new Map<string, Passage>();
  const clusters: AgentCluster[] = [];
  const scene = createScene(specs);
  const stop = async (): Promise<void> => {
    end.abort();
    await Promise.all([...pods.values()].map((pod) => pod.end('SIGKILL')));
    for (const passage of passages.values()) passage.close();
    for (const { api } of clusters) await api.stop();
    await scene.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const net = readersOf(scene, clusters, { pods, passages, stop });
  try {
    const packageRoot = join(folder, 'package');
    await mkdir(packageRoot);
    await buildAgent(packageRoot, 'gateway');
    for (const [index, cluster] of scene.clusters.entries()) clusters.push(await startCluster(cluster, specs[index] as AgentSpec));
    for (const from of clusters) for (const to of clusters) if (from !== to) await copyEndpoints(from.client, to.client, from.id, end.signal);
    for (const { api, nodes, ...cluster } of clusters) {
      for (const node of nodes) {
        passages.set(node.name, await openPassage(node.netns, API_PORT, Number(new URL(api.url).port)));
        const pod = new NetPod({ node, packageRoot, folder: join(folder, node.name), config: configOf({ ...cluster, nodes }, settings), ca: api.ca, token: api.adminToken });
        pods.set(node.name, pod);
        pod.start();
      }
    }
    await untilConnected(net);
    return net;
  } catch (error) {
    const logs = [...pods.values()].map(({ log, node }) => `${node.name}:\n${log.slice(-2_000)}`).join('\n');
    await stop();
    throw new Error(logs, { cause: error });
  }
}

async function untilConnected({ clusters, connection, routeAgent }: AgentNet): Promise<void> {
  const ids = clusters.map(({ id }) => id);
  await eventually(async () => {
    for (const { id, nodes } of clusters) {
      for (const remote of ids.filter((other) => other !== id)) {
        const states = await Promise.all(nodes.map(async ({ name }) => (await connection(name, remote))?.status));
        if (!states.includes('connected')) throw new Error(`${id} to ${remote}: ${states.join()}`);
      }
      for (const { name } of nodes) {
        const ways = (await routeAgent(name))?.status?.remoteEndpoints ?? [];
        if (ways.length !== ids.length - 1 || ways.some(({ status }) => status !== 'connected')) throw new Error(`${name}: ${JSON.stringify(ways)}`);
      }
    }
  }, START);
}

interface Parts {
  readonly pods: ReadonlyMap<string, NetPod>;
  readonly passages: ReadonlyMap<string, Passage>;
  stop(): Promise<void>;
}

function readersOf(scene: Scene, clusters: readonly AgentCluster[], { pods, passages, stop }: Parts): AgentNet {
  const known = <T>(map: ReadonlyMap<string, T>, node: string): T => {
    const found = map.get(node);
    if (found === undefined) throw new Error(`there is no node ${node}`);
    return found;
  };
  const clientOf = (node: string): KubeClient => {
    const found = clusters.find(({ nodes }) => nodes.some(({ name }) => name === node));
    if (found === undefined) throw new Error(`there is no node ${node}`);
    return found.client;
  };
  const gateway = (node: string): Promise<Gateway | undefined> => clientOf(node).find(resources.gateways, node, MEMBER_NAMESPACE);
  const connection = async (node: string, remote: string): Promise<CableConnection | undefined> => {
    const status = (await gateway(node))?.status;
    return status?.haStatus === 'active' ? status.connections.find(({ endpoint }) => endpoint.cluster_id === remote) : undefined;
  };
  return {
    scene,
    clusters,
    stop,
    gateway,
    connection,
    pod: (node) => known(pods, node),
    passage: (node) => known(passages, node),
    routeAgent: (node) => clientOf(node).find(resources.routeAgents, node, MEMBER_NAMESPACE),
    waitForConnection: (node, remote, status) => eventually(async () => {
      const found = await connection(node, remote);
      if (found?.status !== status) throw new Error(`${node} to ${remote}: ${JSON.stringify(found)}\n${known(pods, node).log}`);
      return found;
    }, { timeoutMs: 30_000, everyMs: 50 }),
  };
}
