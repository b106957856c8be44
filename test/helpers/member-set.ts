import { Registry } from 'prom-client';
import { BROKER_NAMESPACE, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, memberAccountName } from '../../src/api/names.ts';
import { type Resource, resources } from '../../src/api/resources.ts';
import type { Cluster, EndpointSlice, KubeObject, Service, ServiceExport } from '../../src/api/types/index.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { Controller } from '../../src/controller/controller.ts';
import { createControllerMetrics } from '../../src/controller/metrics.ts';
import { type ControllerLimits, DEFAULT_LIMITS } from '../../src/controller/settings.ts';
import type { Draft, KubeClient } from '../../src/kube/client.ts';
import { LiveMemoryServer } from './live-memory-client.ts';
import { recordLink, type RecordedLink } from './recording-client.ts';

/** A new client of one API server. */
export type Connect = () => KubeClient;

/** One member cluster with its controller. */
export interface Member {
  readonly name: string;
  /** A user's client. */
  readonly user: KubeClient;
  /** The controller's way to its own API server, and to the broker. */
  readonly local: RecordedLink;
  readonly toBroker: RecordedLink;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly controller: () => Controller;
  readonly registry: () => Registry;
}

export interface MemberSet {
  readonly brokerUser: KubeClient;
  readonly members: readonly Member[];
  member(name: string): Member;
  /** Cuts all controllers from the broker, or mends that. */
  setBrokerAway(isAway: boolean): void;
  /** From now on: the writes of all controllers, on all API servers. */
  watchWrites(): () => string[];
  stop(): Promise<void>;
}

export interface MemberSetOptions {
  readonly limits?: Partial<ControllerLimits>;
  /** API server of the broker or of a member. Default: one in memory. */
  readonly serve?: (name: string, index: number) => Connect;
}

function serveInMemory(): Connect {
  const server = new LiveMemoryServer();
  return () => server.client();
}

/** Pods of member number i have addresses in this range. */
export function podAddress(index: number, host: number): string {
  return `10.${index + 1}.0.${host}`;
}

async function ensureNamespace(client: KubeClient, name: string): Promise<void> {
  if ((await client.find(resources.namespaces, name)) === undefined) await client.create(resources.namespaces, { metadata: { name } });
}

function encode(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

async function joinMember(brokerUser: KubeClient, user: KubeClient, name: string, index: number): Promise<void> {
  const cluster: Draft<Cluster> = {
    metadata: { name, namespace: BROKER_NAMESPACE },
    spec: { cluster_id: name, cluster_cidr: [`10.${index + 1}.0.0/16`], service_cidr: ['10.96.0.0/12'], node_cidr: [] },
  };
  await brokerUser.create(resources.clusters, cluster);
  await brokerUser.create(resources.serviceAccounts, { metadata: { name: memberAccountName(name), namespace: BROKER_NAMESPACE } });
  await ensureNamespace(user, MEMBER_NAMESPACE);
  await ensureNamespace(user, 'shop');
  const fields = {
    server: 'https://broker',
    ca: '',
    namespace: BROKER_NAMESPACE,
    clusterID: name,
    token: `first-${name}`,
    issuedAt: new Date(Date.now()).toISOString(),
    expiresAt: new Date(Date.now() + 7 * 24 * 3_600_000).toISOString(),
  };
  await user.create(resources.secrets, { metadata: { name: MEMBER_BROKER_SECRET, namespace: MEMBER_NAMESPACE }, type: 'Opaque', data: encode(fields) });
}

function createMember(name: string, index: number, connect: Connect, connectBroker: Connect, limits: Partial<ControllerLimits>): Member {
  const local = recordLink(connect());
  const toBroker = recordLink(connectBroker());
  let controller: Controller | undefined;
  let registry = new Registry();
  const start = async (): Promise<void> => {
    registry = new Registry();
    controller = new Controller({
      settings: {
        clusterID: name,
        memberNamespace: MEMBER_NAMESPACE,
        brokerNamespace: BROKER_NAMESPACE,
        podCIDRs: [`10.${index + 1}.0.0/16`],
        serviceCIDRs: ['10.96.0.0/12'],
        nodeCIDRs: [],
        simulated: false,
        identity: `pod-of-${name}`,
        limits: { ...DEFAULT_LIMITS, ...limits },
      },
      localClient: local.client,
      connectBroker: () => toBroker.client,
      metrics: createControllerMetrics(registry),
      clock: systemClock,
      logger: silentLogger,
    });
    await controller.start(new AbortController().signal);
  };
  return {
    name,
    user: connect(),
    local,
    toBroker,
    start,
    stop: async () => controller?.stop(),
    controller: () => {
      if (controller === undefined) throw new Error('not started');
      return controller;
    },
    registry: () => registry,
  };
}

/** A broker and members with running controllers, each with an API server of its own. */
export async function startMemberSet(names: readonly string[] = ['east', 'west'], { limits = {}, serve = serveInMemory }: MemberSetOptions = {}): Promise<MemberSet> {
  const connectBroker = serve('broker', 0);
  const brokerUser = connectBroker();
  await ensureNamespace(brokerUser, BROKER_NAMESPACE);
  const members = names.map((name, index) => createMember(name, index, serve(name, index + 1), connectBroker, limits));
  for (const [index, { name, user }] of members.entries()) await joinMember(brokerUser, user, name, index);
  for (const member of members) await member.start();
  return {
    brokerUser,
    members,
    member: (name) => {
      const found = members.find((member) => member.name === name);
      if (found === undefined) throw new Error(`no member ${name}`);
      return found;
    },
    setBrokerAway: (isAway) => {
      for (const { toBroker } of members) {
        if (isAway) toBroker.cut();
        else toBroker.mend();
      }
    },
    watchWrites: () => {
      const logs = members.flatMap(({ local, toBroker }) => [local, toBroker]).map(({ writes }) => ({ writes, from: writes.length }));
      return () => logs.flatMap(({ writes, from }) => writes.slice(from));
    },
    stop: async () => {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}

export interface ServiceSpec {
  readonly name?: string;
  readonly namespace?: string;
  readonly spec?: Partial<Service['spec']>;
  readonly addresses: readonly string[];
  readonly ports?: EndpointSlice['ports'];
  readonly exported?: ServiceExport['spec'];
}

const HTTP = [{ name: 'http', protocol: 'TCP' as const, port: 80, targetPort: 8080 }];

/** A Service with one slice, as Kubernetes would have it; exported if told so. */
export async function createService(user: KubeClient, { name = 'web', namespace = 'shop', spec = {}, addresses, ports, exported }: ServiceSpec): Promise<void> {
  await user.create(resources.services, { metadata: { name, namespace }, spec: { type: 'ClusterIP', ports: HTTP, selector: { app: name }, ...spec } });
  await user.create(resources.endpointSlices, {
    metadata: { name: `${name}-abcde`, namespace, labels: { 'kubernetes.io/service-name': name, 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' } },
    addressType: 'IPv4',
    ports: ports ?? [{ name: 'http', protocol: 'TCP', port: 8080 }],
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true, serving: true, terminating: false } })),
  });
  if (exported !== undefined) await exportService(user, name, namespace, exported);
}

export async function exportService(user: KubeClient, name = 'web', namespace = 'shop', spec: ServiceExport['spec'] = {}): Promise<void> {
  await user.create(resources.serviceExports, { metadata: { name, namespace }, spec });
}

/** Addresses that stand behind a service in a cluster: those of its imported slices. */
export async function importedAddresses(user: KubeClient, name = 'web', namespace = 'shop'): Promise<string[]> {
  const { items } = await user.list(resources.endpointSlices, { namespace });
  const own = items.filter(({ metadata }) => metadata.labels?.['multicluster.kubernetes.io/service-name'] === name);
  return own.flatMap(({ endpoints }) => ((endpoints as EndpointSlice['endpoints'] | null) ?? []).flatMap(({ addresses }) => addresses)).toSorted();
}

/** `Type=Status Reason` of an object's conditions. */
export async function conditionsOf<T extends KubeObject>(user: KubeClient, resource: Resource<T>, name = 'web', namespace = 'shop'): Promise<string[]> {
  const object = (await user.get(resource, name, namespace)) as unknown as ServiceExport;
  return (object.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}
