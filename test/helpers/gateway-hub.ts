import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { parse } from 'yaml';
import { GATEWAY_DNS_HOSTNAME } from '../../src/api/labels.ts';
import { XCC_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { EndpointSlice, GatewayDNS, GatewayDNSSpec, GatewayDNSStatus, Service, UnknownObject } from '../../src/api/types/index.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createLogger } from '../../src/base/log.ts';
import { GatewayDNSHub } from '../../src/gateway-dns/hub.ts';
import type { HubOptions } from '../../src/gateway-dns/hub-options.ts';
import { createGatewayDNSMetrics } from '../../src/gateway-dns/metrics.ts';
import type { GatewayDNSSettings } from '../../src/gateway-dns/settings.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { startTestApiServer, type TestApiServer } from './api-server.ts';
import { type RecordedLink, recordLink } from './recording-client.ts';

/** How a hub calls itself to API servers: what faults are matched by. */
export const HUB_AGENT = 'mcs-gateway-dns';
/** No test waits for a poll: what is seen, is seen by watches. */
export const AN_HOUR = 3_600_000;
export const MERGE = 'application/merge-patch+json';

const SETTINGS: GatewayDNSSettings = { namespace: XCC_NAMESPACE, domainSuffix: 'xcc.test', pollIntervalMs: AN_HOUR, crossNamespace: 'policy', healthChecks: true };

export interface RunningHub {
  readonly hub: GatewayDNSHub;
  /** Its way to its own cluster. */
  readonly link: RecordedLink;
  readonly registry: Registry;
  readonly logs: string[];
  stop(): Promise<void>;
}

export interface RunHubOptions extends Partial<GatewayDNSSettings>, Partial<Pick<HubOptions, 'ask' | 'identity'>> {}

export interface Workload {
  readonly server: TestApiServer;
  readonly client: KubeClient;
}

/** A management cluster with the Clusters of Cluster API, and workload clusters with the namespace xcc-dns. */
export interface GatewayFleet {
  readonly hub: Workload;
  readonly workloads: readonly Workload[];
  /** A Cluster that has an ingress, unless its labels say otherwise, and its kubeconfig. */
  addCluster(key: string, workload: Workload, labels?: Record<string, string>): Promise<void>;
  removeCluster(key: string): Promise<void>;
  run(options?: RunHubOptions): Promise<RunningHub>;
  /** Stops the hubs, heals all faults, and removes what a test has made. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

async function startWorkload(): Promise<Workload> {
  const server = await startTestApiServer();
  return { server, client: server.client() };
}

export async function startGatewayFleet(count = 3): Promise<GatewayFleet> {
  const [hub, ...workloads] = (await Promise.all(Array.from({ length: count + 1 }, startWorkload))) as [Workload, ...Workload[]];
  const crd = parse(await readFile(join(import.meta.dirname, '../e2e/gateway-dns/cluster-api.yaml'), 'utf8')) as UnknownObject;
  hub.server.store.create(resources.customResourceDefinitions, crd);
  for (const { client } of [hub, ...workloads]) await ensureNamespace(client, XCC_NAMESPACE);
  const running: RunningHub[] = [];
  const stopHubs = async (): Promise<void> => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
  };
  return {
    hub,
    workloads,
    addCluster: (key, workload, labels = { hasContour: 'true' }) => addCluster(hub.client, key, workload, labels),
    removeCluster: async (key) => {
      const [namespace = '', name = ''] = key.split('/');
      await hub.client.delete(resources.capiClusters, name, namespace);
      await hub.client.delete(resources.secrets, `${name}-kubeconfig`, namespace);
    },
    run: async (options) => {
      const each = await runHub(hub, options);
      running.push(each);
      return each;
    },
    reset: async () => {
      for (const { server } of [hub, ...workloads]) server.faults.heal();
      await stopHubs();
      await clear(hub.client, [resources.gatewayDNS, resources.capiClusters, resources.events]);
      for (const { client } of workloads) {
        await clear(client, [resources.services, resources.endpointSlices]);
        await ensureNamespace(client, XCC_NAMESPACE);
      }
    },
    stop: async () => {
      await stopHubs();
      await Promise.all([hub, ...workloads].map(({ server }) => server.stop()));
    },
  };
}

/** Removes all objects but those of Kubernetes itself. */
async function clear(client: KubeClient, kinds: readonly (typeof resources)[keyof typeof resources][]): Promise<void> {
  for (const kind of kinds) {
    const { items } = await client.list(kind as typeof resources.gatewayDNS);
    for (const { metadata } of items) if (metadata.name !== 'kubernetes') await client.delete(kind, metadata.name, metadata.namespace);
  }
}

export async function ensureNamespace(client: KubeClient, name: string, labels: Record<string, string> = {}): Promise<void> {
  if ((await client.find(resources.namespaces, name)) === undefined) await client.create(resources.namespaces, { metadata: { name, labels } });
}

async function addCluster(client: KubeClient, key: string, { server }: Workload, labels: Record<string, string>): Promise<void> {
  const [namespace = '', name = ''] = key.split('/');
  await ensureNamespace(client, namespace);
  await client.create(resources.capiClusters, { metadata: { name, namespace, labels } });
  const secret = `${name}-kubeconfig`;
  if ((await client.find(resources.secrets, secret, namespace)) !== undefined) await client.delete(resources.secrets, secret, namespace);
  await client.create(resources.secrets, { metadata: { name: secret, namespace }, data: { value: Buffer.from(server.kubeconfig()).toString('base64') } });
}

let hubs = 0;

async function runHub({ server }: Workload, { ask, identity, ...settings }: RunHubOptions = {}): Promise<RunningHub> {
  hubs += 1;
  const registry = new Registry();
  const logs: string[] = [];
  const link = recordLink(createKubeClient(server.access(), { userAgent: HUB_AGENT }));
  const hub = new GatewayDNSHub({
    settings: { ...SETTINGS, ...settings },
    hubClient: link.client,
    identity: identity ?? `pod-${hubs}`,
    simulated: false,
    ask: ask ?? (() => Promise.resolve(true)),
    metrics: createGatewayDNSMetrics(registry),
    clock: systemClock,
    logger: createLogger({ level: 'debug', write: (line) => logs.push(line) }),
    env: {},
    userAgent: HUB_AGENT,
  });
  await hub.start(new AbortController().signal);
  return {
    hub,
    link,
    registry,
    logs,
    stop: async () => {
      await hub.stop();
      link.client.close();
    },
  };
}

type Ingress = NonNullable<NonNullable<NonNullable<Service['status']>['loadBalancer']>['ingress']>;

/** Has a hub store any GatewayDNS, as the CRD of cross-cluster-connectivity does. */
export async function storeAnything(client: KubeClient): Promise<void> {
  const value = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const path = '/spec/versions/0/schema/openAPIV3Schema/properties/spec';
  await client.patch(resources.customResourceDefinitions, 'gatewaydns.connectivity.tanzu.vmware.com', undefined, 'application/json-patch+json', [{ op: 'replace', path, value }]);
}

/** Says what a load balancer has. */
export async function setIngress(client: KubeClient, ingress: Ingress, service = 'projectcontour/envoy'): Promise<void> {
  const [namespace = '', name = ''] = service.split('/');
  await client.patch(resources.services, name, namespace, MERGE, { status: { loadBalancer: { ingress } } }, { subresource: 'status' });
}

/** A gateway behind a load balancer with these addresses. */
export async function putGateway(client: KubeClient, ips: readonly string[], service = 'projectcontour/envoy', spec: Partial<Service['spec']> = {}): Promise<void> {
  const [namespace = '', name = ''] = service.split('/');
  await ensureNamespace(client, namespace);
  await client.create(resources.services, { metadata: { name, namespace }, spec: { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, protocol: 'TCP' }], ...spec } });
  if (ips.length > 0) await setIngress(client, ips.map((ip) => ({ ip })), service);
}

/** A GatewayDNS as the README of cross-cluster-connectivity has it. */
export function putGatewayDNS(client: KubeClient, key: string, spec: GatewayDNSSpec = {}): Promise<GatewayDNS> {
  const [namespace = '', name = ''] = key.split('/');
  return client.create(resources.gatewayDNS, { metadata: { name, namespace }, spec: { clusterSelector: { matchLabels: { hasContour: 'true' } }, service: 'projectcontour/envoy', resolutionType: 'loadBalancer', ...spec } });
}

export function sliceIn({ client }: Workload, name: string): Promise<EndpointSlice | undefined> {
  return client.find(resources.endpointSlices, name, XCC_NAMESPACE);
}

/** Every name in a cluster with what it leads to. */
export async function namesIn({ client }: Workload): Promise<Record<string, string[]>> {
  const { items } = await client.list(resources.endpointSlices, { namespace: XCC_NAMESPACE });
  const pairs = items.flatMap(({ metadata, endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses.map((address) => [metadata.annotations?.[GATEWAY_DNS_HOSTNAME] ?? metadata.name, address] as const)));
  return Object.fromEntries([...Map.groupBy(pairs, ([name]) => name)].map(([name, group]) => [name, group.map(([, address]) => address).toSorted()]));
}

export async function statusOf(client: KubeClient, key: string): Promise<GatewayDNSStatus> {
  const [namespace = '', name = ''] = key.split('/');
  return (await client.get(resources.gatewayDNS, name, namespace)).status ?? {};
}

/** `Accepted=True Valid`, by type. */
export async function conditionsOf(client: KubeClient, key: string): Promise<Record<string, string>> {
  const { conditions = [] } = await statusOf(client, key);
  return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
}

/** Reasons of the Events about an object. */
export async function eventsAbout(client: KubeClient, name: string): Promise<string[]> {
  const { items } = await client.list(resources.events);
  return items.filter(({ involvedObject }) => involvedObject?.name === name).map(({ reason = '' }) => reason);
}
