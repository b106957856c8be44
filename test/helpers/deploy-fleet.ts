import { randomUUID } from 'node:crypto';
import { join as joinPath } from 'node:path';
import { resources } from '../../src/api/resources.ts';
import { BROKER_NAMESPACE } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/api/types/index.ts';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { runTasksSilently } from '../../src/base/tasks.ts';
import { createDeskService } from '../../src/desk/desk-service.ts';
import { deployBroker, type DeployBrokerOptions, type DeployBrokerResult, type FleetContext, type ImageOptions, join, type JoinOptions, type JoinResult } from '../../src/deployers/index.ts';
import type { Resource } from '../../src/api/resources.ts';
import { type Fleet, surveyFleet } from '../../src/inspect/survey-fleet.ts';
import { isNotFound } from '../../src/kube/api-error.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { directAccess } from '../../src/kube/direct-access.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { buildAgent } from './build-agent.ts';
import { packageTemplates } from './package-templates.ts';
import { startTestSandbox, type TestSandbox } from './test-sandbox.ts';

/** Pods of such an image are echo servers, which answer probes too: no agent runs unless a test starts it. */
const ECHO: ImageOptions = { overrides: { 'mcs-desk': 'echo:1', 'mcs-controller': 'echo:1', 'mcs-dns': 'echo:1', 'mcs-gateway': 'echo:1' } };

/** Kinds that the clusters themselves write all the time. */
const NOISE = new Set<Resource<KubeObject>>([resources.events, resources.leases, resources.pods, resources.replicaSets, resources.endpointSlices]);
/** Says that a cluster is a simulated one. */
const SANDBOX_MARK = 'mcs-sandbox';

/**
 * `resource namespace/name` -> version of everything in a cluster: two are equal if nothing was
 * written in between, statuses apart.
 */
export async function snapshot(client: KubeClient): Promise<Record<string, string>> {
  const kinds = (Object.values(resources) as Resource<KubeObject>[]).filter((resource) => !NOISE.has(resource));
  const lists = await Promise.all(kinds.map((resource) => client.list(resource).catch((error: unknown) => (isNotFound(error) ? { items: [] } : Promise.reject(error as Error)))));
  const version = ({ generation, resourceVersion = '' }: KubeObject['metadata']): string => (generation === undefined ? resourceVersion : `generation ${generation}`);
  const entries = lists.flatMap(({ items }, index) => items.map(({ metadata }) => [`${kinds[index]?.plural ?? ''} ${metadata.namespace ?? ''}/${metadata.name}`, version(metadata)] as const));
  return Object.fromEntries(entries.filter(([key]) => !key.endsWith(`/${SANDBOX_MARK}`)));
}

export interface DeployFleet {
  readonly sandbox: TestSandbox;
  /** A directory of its own, with the broker-info file and the user's configuration. */
  readonly directory: string;
  readonly infoFile: string;
  /** What the deployers get for a cluster; the admin is its user unless a token is given. */
  context(index: number, token?: string): FleetContext;
  admin(index: number): KubeClient;
  server(index: number): string;
  /** PEM of a cluster's authority. */
  ca(index: number): string;
  /** Address of a cluster's only node. */
  nodeAddress(index: number): string;
  /** Token of a user without any rights. */
  createNobody(index: number): Promise<string>;
  brokerOptions(more?: Partial<DeployBrokerOptions>): DeployBrokerOptions;
  joinOptions(index: number, more?: Partial<JoinOptions>): JoinOptions;
  /** deploy-broker in cluster 0. */
  deployBroker(more?: Partial<DeployBrokerOptions>): Promise<DeployBrokerResult>;
  join(index: number, more?: Partial<JoinOptions>): Promise<JoinResult>;
  /** Runs the desk with the rights of its ServiceAccount; the returned function stops it. */
  startDesk(clock?: Clock): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

/** Fresh clusters, each with one node; the broker is going to be in the first. */
export async function startFleet(count = 2): Promise<DeployFleet> {
  const sandbox = await startTestSandbox({ clusters: count });
  const directory = sandbox.folder;
  const clients: KubeClient[] = [];
  const connect: FleetContext['connect'] = (access) => {
    const client = createKubeClient(access);
    clients.push(client);
    return client;
  };
  const admins = Array.from({ length: count }, (_, index) => sandbox.client(index));
  const admin = (index: number): KubeClient => admins[index] ?? sandbox.client(index);

  const infoFile = joinPath(directory, 'broker-info.subm');
  const configDir = joinPath(directory, 'config');
  const context = (index: number, token?: string): FleetContext => ({
    client: token === undefined ? admin(index) : sandbox.client(index, token),
    connect,
    templates: packageTemplates,
    version: '0.0.1',
    runTasks: runTasksSilently,
    clock: systemClock,
    signal: new AbortController().signal,
  });
  const brokerOptions = (more: Partial<DeployBrokerOptions> = {}): DeployBrokerOptions => ({
    brokerNamespace: BROKER_NAMESPACE,
    components: ['connectivity', 'service-discovery'],
    images: ECHO,
    kubeconfigCa: sandbox.cluster(0).entry.ca,
    tokenTtlSeconds: 86_400,
    outputFile: infoFile,
    configDir,
    wait: 'none',
    timeoutMs: 20_000,
    dryRun: false,
    ...more,
  });
  const joinOptions = (index: number, more: Partial<JoinOptions> = {}): JoinOptions => ({
    infoFile,
    keys: { configDir },
    clusterID: `cluster${index}`,
    kubeconfigCluster: `cluster${index}`,
    clusterCidr: `1${index}.16.0.0/16`,
    serviceCidr: '10.96.0.0/12',
    images: ECHO,
    settings: { cableDriver: 'vxlan', natt: false },
    imports: {},
    labelGateway: true,
    wait: 'none',
    timeoutMs: 20_000,
    dryRun: false,
    ...more,
  });
  const startDesk = async (clock = systemClock): Promise<() => Promise<void>> => {
    const { token } = await admin(0).createToken('mcs-desk', BROKER_NAMESPACE, { expirationSeconds: 3600 });
    const abort = new AbortController();
    const observer = { joinAnswered: () => undefined, memberRemoved: () => undefined, failed: () => undefined };
    const desk = createDeskService({ client: sandbox.client(0, token), namespace: BROKER_NAMESPACE, identity: randomUUID(), allowLoopback: true, clock, logger: silentLogger, observer });
    await desk.start(abort.signal);
    return async () => {
      abort.abort();
      await desk.stop();
    };
  };
  const createNobody = async (index: number): Promise<string> => {
    await admin(index).create(resources.serviceAccounts, { metadata: { name: 'nobody', namespace: 'default' } });
    return (await admin(index).createToken('nobody', 'default', { expirationSeconds: 3600 })).token;
  };
  return {
    sandbox,
    server: (index) => sandbox.cluster(index).entry.server,
    ca: (index) => sandbox.cluster(index).entry.ca,
    nodeAddress: (index) => sandbox.cluster(index).plan.nodes[0]?.address ?? '',
    createNobody,
    directory,
    infoFile,
    context,
    admin,
    brokerOptions,
    joinOptions,
    deployBroker: (more) => deployBroker(context(0), brokerOptions(more)),
    join: (index, more) => join(context(index), joinOptions(index, more)),
    startDesk,
    stop: async () => {
      for (const client of clients) client.close();
      await sandbox.stop();
    },
  };
}

/** Starts two clusters and makes them members; these agents, and no echo servers in their place, run in their pods. Without a data plane. */
export async function startMembers(agents: readonly string[]): Promise<DeployFleet> {
  const fleet = await startFleet(2);
  await Promise.all(agents.map((name) => buildAgent(fleet.directory, name)));
  await fleet.deployBroker({ images: {}, components: ['service-discovery'] });
  for (const index of [0, 1]) {
    const { podCIDR, serviceCIDR } = fleet.sandbox.cluster(index).plan;
    await fleet.join(index, { images: {}, settings: {}, labelGateway: false, clusterCidr: podCIDR, serviceCidr: serviceCIDR });
  }
  return fleet;
}

/** What the commands that look at a fleet know of two members; to be closed by who asks for it. */
export function surveyMembers(fleet: DeployFleet, signal: AbortSignal): Promise<Fleet> {
  const sources = [0, 1].map((index) => ({
    context: `cluster${index}`,
    connect: (): Promise<KubeClient> => {
      const { ca, server, token } = fleet.sandbox.cluster(index).entry;
      return Promise.resolve(createKubeClient(directAccess({ server, ca, token: () => token })));
    },
  }));
  return surveyFleet(sources, { signal, timeoutMs: 20_000 });
}

/** Runs a Service of one pod, which echoes, in a namespace that is made in both clusters. */
export async function serveInFirst(fleet: DeployFleet, key: { readonly namespace: string; readonly name: string }): Promise<void> {
  for (const index of [0, 1]) await fleet.admin(index).create(resources.namespaces, { metadata: { name: key.namespace } });
  const labels = { app: key.name };
  const containers = [{ name: key.name, image: 'echo:1', ports: [{ containerPort: 8080 }] }];
  await fleet.admin(0).create(resources.deployments, { metadata: key, spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } } });
  await fleet.admin(0).create(resources.services, { metadata: key, spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } });
}
