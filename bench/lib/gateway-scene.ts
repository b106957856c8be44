import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XCC_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { UnknownObject } from '../../src/api/types/index.ts';
import { startTestApiServer, type TestApiServer } from '../../test/helpers/api-server.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';
import { gatewayName, GATEWAYS_NAMESPACE, SUFFIX, TEAM_NAMESPACE } from './gateway-clusters.ts';
import type { Expectation, ServersOrder, ServersReport, WorkloadCluster } from './workload-servers.ts';

export interface GatewaySceneOptions {
  readonly clusters: number;
  /** Of each cluster, each chosen by a GatewayDNS of its own; they share the name of the cluster. */
  readonly gateways: number;
}

/** A management cluster with Cluster API, workload clusters with gateways, and the hub as a program. */
export interface GatewayScene {
  readonly hub: TestApiServer;
  readonly clusters: readonly WorkloadCluster[];
  readonly folder: string;
  /** As a container that comes back in its pod. */
  startHub(): Promise<AgentProcess>;
  /** Wall clock when every cluster had what is expected, ms. */
  untilReached(expectation: Expectation): Promise<number>;
  resetCounts(): void;
  /** Requests that would change something, in the management cluster (without Leases and Events) and in the workload clusters. */
  countWrites(): Promise<number>;
  stop(): Promise<void>;
}

/** So many API servers share a process. */
const SERVERS_OF_A_PROCESS = 25;
const CAPI_VERSION = 'v1beta2';
const CAPI_CRD = {
  metadata: { name: 'clusters.cluster.x-k8s.io' },
  spec: {
    group: 'cluster.x-k8s.io',
    names: { plural: 'clusters', singular: 'cluster', kind: 'Cluster', listKind: 'ClusterList' },
    scope: 'Namespaced',
    versions: [{ name: CAPI_VERSION, served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
} as unknown as UnknownObject;

type Sum = Extract<ServersReport, { readonly writes: number }>;

/** API servers in a process of their own. */
class Servers {
  readonly #child: ChildProcess;
  readonly #received: ServersReport[] = [];

  constructor(root: string, env: Readonly<Record<string, string>>) {
    this.#child = fork(join(root, 'bench', 'lib', 'workload-servers.ts'), { env: { ...process.env, ...env } });
    this.#child.on('message', (report: ServersReport) => void this.#received.push(report));
  }

  order(order: ServersOrder): void {
    this.#child.send(order);
  }

  /** Takes the next report. */
  async report<K extends string>(key: K): Promise<Extract<ServersReport, Readonly<Record<K, unknown>>>> {
    for (;;) {
      const index = this.#received.findIndex((report) => key in report);
      if (index >= 0) return this.#received.splice(index, 1)[0] as Extract<ServersReport, Readonly<Record<K, unknown>>>;
      await once(this.#child, 'message');
    }
  }

  stop(): void {
    this.#child.disconnect();
  }
}

/** Somebody who answers at every address of a gateway. */
async function startListener(): Promise<{ readonly port: number; close(): void }> {
  const listener = createServer((socket) => socket.on('error', () => undefined).end()).listen(0, '0.0.0.0');
  await once(listener, 'listening');
  const address = listener.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, close: () => void listener.close() };
}

function prepareHub({ store }: TestApiServer, clusters: readonly WorkloadCluster[], gateways: number): void {
  for (const name of [XCC_NAMESPACE, TEAM_NAMESPACE]) store.create(resources.namespaces, { metadata: { name } });
  store.create(resources.customResourceDefinitions, CAPI_CRD);
  for (const { name, kubeconfig } of clusters) {
    const data = { value: Buffer.from(kubeconfig).toString('base64') };
    store.create(resources.secrets, { metadata: { name: `${name}-kubeconfig`, namespace: TEAM_NAMESPACE }, type: 'cluster.x-k8s.io/secret', data });
    store.create({ ...resources.capiClusters, version: CAPI_VERSION }, { metadata: { name, namespace: TEAM_NAMESPACE } });
  }
  for (let gateway = 0; gateway < gateways; gateway += 1) {
    const spec = { clusterSelector: {}, service: `${GATEWAYS_NAMESPACE}/${gatewayName(gateway)}`, resolutionType: 'loadBalancer', mergePolicy: 'Union' as const };
    store.create(resources.gatewayDNS, { metadata: { name: gatewayName(gateway), namespace: TEAM_NAMESPACE }, spec });
  }
}

function hubWrites({ faults }: TestApiServer): number {
  const counted = faults.requestCounts().filter(({ verb, resource }) => ['create', 'update', 'patch', 'delete'].includes(verb) && !['leases', 'events'].includes(resource));
  return counted.reduce((sum, { count }) => sum + count, 0);
}

export async function startGatewayScene(root: string, { clusters: count, gateways }: GatewaySceneOptions): Promise<GatewayScene> {
  const folder = mkdtempSync(join(tmpdir(), 'mcs-bench-gateway-'));
  const [hub, listener] = await Promise.all([startTestApiServer(), startListener()]);
  const servers: Servers[] = [];
  for (let first = 0; first < count; first += SERVERS_OF_A_PROCESS) {
    const env = { SERVERS_FIRST: String(first), SERVERS_COUNT: String(Math.min(SERVERS_OF_A_PROCESS, count - first)), SERVERS_GATEWAYS: String(gateways), SERVERS_PORT: String(listener.port) };
    servers.push(new Servers(root, env));
  }
  const clusters = (await Promise.all(servers.map((each) => each.report('clusters')))).flatMap((report) => report.clusters);
  prepareHub(hub, clusters, gateways);
  const orderAll = (order: ServersOrder): void => servers.forEach((each) => each.order(order));
  const access = { url: hub.url, ca: hub.ca, token: hub.adminToken };
  const env = { NAMESPACE: XCC_NAMESPACE, POD_NAMESPACE: XCC_NAMESPACE, DOMAIN_SUFFIX: SUFFIX };
  return {
    hub,
    clusters,
    folder,
    startHub: () => startAgent('xcc-dns-controller', { root, folder: join(folder, 'hub'), access, env }),
    untilReached: async (expectation) => {
      orderAll({ expect: expectation });
      return Math.max(...(await Promise.all(servers.map((each) => each.report('reachedAt')))).map(({ reachedAt }) => reachedAt));
    },
    resetCounts: () => {
      orderAll({ reset: true });
      hub.faults.resetCounts();
    },
    countWrites: async () => {
      orderAll({ count: true });
      const sums: readonly Sum[] = await Promise.all(servers.map((each) => each.report('writes')));
      return hubWrites(hub) + sums.reduce((sum, { writes }) => sum + writes, 0);
    },
    stop: async () => {
      for (const each of servers) each.stop();
      listener.close();
      await hub.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
