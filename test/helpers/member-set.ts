import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { parseAllDocuments } from 'yaml';
import { MCS_SERVICE_NAME } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, memberAccountName } from '../../src/api/names.ts';
import { type Resource, resources } from '../../src/api/resources.ts';
import type { EndpointSlice, KubeObject, Service, ServiceExport } from '../../src/api/types/index.ts';
import { silentLogger } from '../../src/base/log.ts';
import { Controller } from '../../src/controller/controller.ts';
import { createControllerMetrics } from '../../src/controller/metrics.ts';
import { type ControllerLimits, DEFAULT_LIMITS } from '../../src/controller/settings.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { directAccess } from '../../src/kube/direct-access.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { startTestApiServer, type TestApiServer } from './api-server.ts';
import { recordLink, type RecordedLink } from './recording-client.ts';
import { shiftedClock } from './shifted-clock.ts';

/** One member cluster with its controller. */
export interface Member {
  readonly name: string;
  /** An administrator's client. */
  readonly user: KubeClient;
  /** The controller's way to its own API server, and to the broker. */
  readonly local: RecordedLink;
  readonly toBroker: RecordedLink;
  /** Trouble for the member's own API server. */
  readonly faults: TestApiServer['faults'];
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly controller: () => Controller;
  readonly registry: () => Registry;
}

export interface MemberSet {
  /** An administrator's client of the broker. */
  readonly brokerUser: KubeClient;
  /** Trouble for the broker. */
  readonly brokerFaults: TestApiServer['faults'];
  readonly members: readonly Member[];
  member(name: string): Member;
  /** Makes a namespace that is new, in every member. */
  addNamespace(): Promise<string>;
  /** Cuts all controllers from the broker, or mends that. */
  setBrokerAway(isAway: boolean): void;
  /** From now on: the writes of all controllers, on all API servers. */
  watchWrites(): () => string[];
  stop(): Promise<void>;
}

export interface MemberSetOptions {
  readonly limits?: Partial<ControllerLimits>;
  /** How wrong the clocks of members are, ms. */
  readonly clockOffsets?: Readonly<Record<string, number>>;
}

/** Pods of member number i have addresses in this range. */
export function podAddress(index: number, host: number): string {
  return `10.${index + 1}.0.${host}`;
}

async function ensureNamespace(client: KubeClient, name: string): Promise<void> {
  if ((await client.find(resources.namespaces, name)) === undefined) await client.create(resources.namespaces, { metadata: { name } });
}

const TEMPLATES = join(import.meta.dirname, '../../templates');
const BY_KIND: Readonly<Record<string, Resource<KubeObject>>> = Object.fromEntries(Object.values(resources).map((resource) => [resource.kind, resource as Resource<KubeObject>]));

/** Makes the objects of a template, so that controllers run with the rights that they are shipped with. */
async function applyTemplate(client: KubeClient, file: string): Promise<void> {
  const text = (await readFile(join(TEMPLATES, file), 'utf8')).replaceAll('${memberNamespace}', MEMBER_NAMESPACE).replaceAll('${brokerNamespace}', BROKER_NAMESPACE);
  for (const document of parseAllDocuments(text)) {
    const object = document.toJS() as KubeObject;
    const resource = BY_KIND[object.kind];
    if (resource === undefined) throw new Error(`unknown kind ${object.kind}`);
    await client.create(resource, object);
  }
}

const RBAC = 'rbac.authorization.k8s.io';

/** What the desk makes for a member; gives its token. */
async function admitMember(broker: KubeClient, name: string, index: number): Promise<string> {
  const account = memberAccountName(name);
  const subjects = [{ kind: 'ServiceAccount' as const, name: account, namespace: BROKER_NAMESPACE }];
  const [role, renewal] = [{ name: account, namespace: BROKER_NAMESPACE }, { name: `mcs-member-${name}`, namespace: BROKER_NAMESPACE }];
  await broker.create(resources.clusters, {
    metadata: { name, namespace: BROKER_NAMESPACE },
    spec: { cluster_id: name, cluster_cidr: [`10.${index + 1}.0.0/16`], service_cidr: ['10.96.0.0/16'], node_cidr: [] },
  });
  await broker.create(resources.serviceAccounts, { metadata: role });
  await broker.create(resources.roleBindings, { metadata: role, roleRef: { apiGroup: RBAC, kind: 'Role', name: 'mcs-member' }, subjects });
  await broker.create(resources.roles, { metadata: renewal, rules: [{ apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: [account], verbs: ['create'] }] });
  await broker.create(resources.roleBindings, { metadata: renewal, roleRef: { apiGroup: RBAC, kind: 'Role', name: renewal.name }, subjects });
  return (await broker.createToken(account, BROKER_NAMESPACE, { expirationSeconds: 3_600 })).token;
}

function encode(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

/** What join makes in a member; gives the controller's token. */
async function installMember(user: KubeClient, broker: TestApiServer, name: string, token: string): Promise<string> {
  await ensureNamespace(user, MEMBER_NAMESPACE);
  await applyTemplate(user, 'member/controller-role.yaml');
  const issuedAt = new Date().toISOString();
  const expiresAt = new Date(Date.now() + 7 * 24 * 3_600_000).toISOString();
  const data = encode({ server: broker.url, ca: broker.ca, namespace: BROKER_NAMESPACE, clusterID: name, token, issuedAt, expiresAt });
  await user.create(resources.secrets, { metadata: { name: MEMBER_BROKER_SECRET, namespace: MEMBER_NAMESPACE }, type: 'Opaque', data });
  return (await user.createToken('mcs-controller', MEMBER_NAMESPACE, { expirationSeconds: 3_600 })).token;
}

interface MemberServers {
  readonly server: TestApiServer;
  readonly broker: TestApiServer;
  /** The controller's tokens for both. */
  readonly localToken: string;
  readonly brokerToken: string;
}

function createMember(name: string, index: number, servers: MemberServers, { limits = {}, clockOffsets = {} }: MemberSetOptions): Member {
  const { server, broker, localToken } = servers;
  const local = recordLink(server.client(localToken));
  let currentToken = (): string => servers.brokerToken;
  const { url, ca } = broker;
  const toBroker = recordLink(createKubeClient(directAccess({ server: url, ca, token: () => currentToken() })));
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
        serviceCIDRs: ['10.96.0.0/16'],
        nodeCIDRs: [],
        connectivity: true,
        simulated: false,
        identity: `pod-of-${name}`,
        limits: { ...DEFAULT_LIMITS, ...limits },
      },
      localClient: local.client,
      broker: {
        kind: 'credential',
        connect: (_credential, token) => {
          currentToken = token;
          return toBroker.client;
        },
      },
      metrics: createControllerMetrics(registry),
      clock: shiftedClock(clockOffsets[name] ?? 0),
      logger: silentLogger,
    });
    await controller.start(new AbortController().signal);
  };
  return {
    name,
    user: server.client(),
    local,
    toBroker,
    faults: server.faults,
    start,
    stop: async () => controller?.stop(),
    controller: () => {
      if (controller === undefined) throw new Error('not started');
      return controller;
    },
    registry: () => registry,
  };
}

async function joinMember(broker: TestApiServer, name: string, index: number, options: MemberSetOptions): Promise<{ member: Member; server: TestApiServer }> {
  const server = await startTestApiServer({ serviceCIDR: '10.96.0.0/16' });
  const brokerToken = await admitMember(broker.client(), name, index);
  const localToken = await installMember(server.client(), broker, name, brokerToken);
  return { server, member: createMember(name, index, { server, broker, localToken, brokerToken }, options) };
}

/** A broker and members with running controllers, each with an API server of its own. */
export async function startMemberSet(names: readonly string[] = ['east', 'west'], options: MemberSetOptions = {}): Promise<MemberSet> {
  const broker = await startTestApiServer();
  const brokerUser = broker.client();
  await ensureNamespace(brokerUser, BROKER_NAMESPACE);
  await applyTemplate(brokerUser, 'broker/member-role.yaml');
  const joined: { member: Member; server: TestApiServer }[] = [];
  let namespaces = 0;
  for (const [index, name] of names.entries()) joined.push(await joinMember(broker, name, index, options));
  const members = joined.map(({ member }) => member);
  for (const member of members) await member.start();
  return {
    brokerUser,
    brokerFaults: broker.faults,
    members,
    member: (name) => {
      const found = members.find((member) => member.name === name);
      if (found === undefined) throw new Error(`no member ${name}`);
      return found;
    },
    addNamespace: async () => {
      namespaces += 1;
      for (const { user } of members) await ensureNamespace(user, `shop-${namespaces}`);
      return `shop-${namespaces}`;
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
      await Promise.all([broker, ...joined.map(({ server }) => server)].map((server) => server.stop()));
    },
  };
}

export interface ServiceSpec {
  readonly name?: string;
  readonly namespace: string;
  readonly spec?: Partial<Service['spec']>;
  readonly addresses: readonly string[];
  readonly ports?: EndpointSlice['ports'];
  readonly exported?: ServiceExport['spec'];
}

const HTTP = [{ name: 'http', protocol: 'TCP' as const, port: 80, targetPort: 8080 }];

/** A Service with one slice, as Kubernetes would have it; exported if told so. */
export async function createService(user: KubeClient, { name = 'web', namespace, spec = {}, addresses, ports, exported }: ServiceSpec): Promise<void> {
  await user.create(resources.services, { metadata: { name, namespace }, spec: { type: 'ClusterIP', ports: HTTP, selector: { app: name }, ...spec } });
  await user.create(resources.endpointSlices, {
    metadata: { name: `${name}-abcde`, namespace, labels: { 'kubernetes.io/service-name': name, 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' } },
    addressType: 'IPv4',
    ports: ports ?? [{ name: 'http', protocol: 'TCP', port: 8080 }],
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true, serving: true, terminating: false } })),
  });
  if (exported !== undefined) await exportService(user, namespace, name, exported);
}

export async function exportService(user: KubeClient, namespace: string, name = 'web', spec: ServiceExport['spec'] = {}): Promise<void> {
  await user.create(resources.serviceExports, { metadata: { name, namespace }, spec });
}

/** Addresses that stand behind a service in a cluster: those of its imported slices. */
export async function importedAddresses(user: KubeClient, namespace: string, name = 'web'): Promise<string[]> {
  const { items } = await user.list(resources.endpointSlices, { namespace });
  const own = items.filter(({ metadata }) => metadata.labels?.[MCS_SERVICE_NAME] === name);
  return own.flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses)).toSorted();
}

/** `Type=Status Reason` of an object's conditions. */
export async function conditionsOf<T extends KubeObject>(user: KubeClient, resource: Resource<T>, namespace: string, name = 'web'): Promise<string[]> {
  const object = (await user.get(resource, name, namespace)) as unknown as ServiceExport;
  return (object.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}
