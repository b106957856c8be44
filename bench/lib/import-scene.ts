import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MEMBER } from '../../src/api/labels.ts';
import { BROKER_NAMESPACE, brokerObjectName, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { MemberConfig } from '../../src/api/types/index.ts';
import { createLeaseKeeper } from '../../src/kube/lease.ts';
import { startTestApiServer, type TestApiServer } from '../../test/helpers/api-server.ts';
import { memberEndpoints, memberImport } from '../../test/helpers/member-records.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';
import { type NameServerProcess, startMcsDns } from './name-servers.ts';
import { parsePrometheus } from './prometheus.ts';

/** A member whose controller and name server run as programs, and a broker on which other members have exported services. */
export interface ImportScene {
  /** The member's own cluster. */
  readonly local: TestApiServer;
  readonly broker: TestApiServer;
  /** Other members export more services, of three endpoints each, until there are as many as this. */
  exportServices(count: number): void;
  /** As a container that comes back in its pod. */
  startController(): Promise<AgentProcess>;
  startDns(): Promise<NameServerProcess>;
  /** Exports a service of the member's own; resolves when its record stands on the broker. */
  exportOwn(name: string, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

const SELF = 'west';
const OTHERS = ['east', 'north', 'south', 'center'] as const;
const NAMESPACES = 10;
const ENDPOINTS = 3;
const POLL_MS = 50;
const CONFIG: MemberConfig = {
  clusterID: SELF,
  clusterUID: 'bench',
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/16'],
  nodeCIDRs: [],
  components: ['service-discovery'],
  brokerNamespace: BROKER_NAMESPACE,
  settings: {},
  dnsWiring: { isWanted: false }, // there is no DNS of a cluster
};

const namespaceOf = (index: number): string => `bench-${index % NAMESPACES}`;

/** Name of a service in the cluster set. */
export function serviceName(index: number): string {
  return `web-${index}.${namespaceOf(index)}.svc.clusterset.local`;
}

/** Address of an endpoint, within what its member is granted. */
function addressOf(member: number, index: number, endpoint: number): string {
  const number = index * ENDPOINTS + endpoint;
  return `10.${101 + member}.${Math.floor(number / 250)}.${1 + (number % 250)}`;
}

/** Starts the API servers, with nothing exported yet. */
export async function startImportScene(root: string): Promise<ImportScene> {
  const folder = mkdtempSync(join(tmpdir(), 'mcs-bench-import-'));
  const end = new AbortController();
  const [local, broker] = await Promise.all([startTestApiServer(), startTestApiServer({ serviceCIDR: '10.97.0.0/16' })]);
  prepareMember(local, broker);
  for (const [number, name] of OTHERS.entries()) await addMember(broker, number, name, end.signal);
  let exported = 0;
  const access = { url: local.url, ca: local.ca, token: local.adminToken };
  return {
    local,
    broker,
    exportServices: (count) => {
      for (; exported < count; exported += 1) writeRecord(broker, exported);
    },
    startController: () => startAgent('controller', { root, folder: join(folder, 'controller'), config: CONFIG, access }),
    startDns: () => startMcsDns(root, join(folder, 'dns'), access),
    exportOwn: (name, signal) => exportOwn({ local, broker }, name, signal),
    stop: async () => {
      end.abort();
      await Promise.all([local.stop(), broker.stop()]);
      rmSync(folder, { recursive: true });
    },
  };
}

function prepareMember({ store }: TestApiServer, broker: TestApiServer): void {
  broker.store.create(resources.namespaces, { metadata: { name: BROKER_NAMESPACE } });
  for (const name of [MEMBER_NAMESPACE, ...Array.from({ length: NAMESPACES }, (_, index) => namespaceOf(index))]) store.create(resources.namespaces, { metadata: { name } });
  const day = 24 * 3_600_000;
  const credential = { server: broker.url, ca: broker.ca, namespace: BROKER_NAMESPACE, clusterID: SELF, token: broker.adminToken, issuedAt: new Date().toISOString(), expiresAt: new Date(Date.now() + day).toISOString() };
  const data = Object.fromEntries(Object.entries(credential).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
  store.create(resources.secrets, { metadata: { name: MEMBER_BROKER_SECRET, namespace: MEMBER_NAMESPACE }, type: 'Opaque', data });
}

/** Another member, whose Lease is renewed as its controller would. */
async function addMember(broker: TestApiServer, number: number, name: string, signal: AbortSignal): Promise<void> {
  const spec = { cluster_id: name, cluster_cidr: [`10.${101 + number}.0.0/16`], service_cidr: [`10.${201 + number}.0.0/16`] };
  broker.store.create(resources.clusters, { metadata: { name, namespace: BROKER_NAMESPACE, labels: { [MEMBER]: name } }, spec });
  await createLeaseKeeper({ client: broker.client(), namespace: BROKER_NAMESPACE, name, identity: name, labels: { [MEMBER]: name } }).start(signal);
}

function writeRecord({ store }: TestApiServer, index: number): void {
  const member = index % OTHERS.length;
  const service = { cluster: OTHERS[member] ?? '', namespace: namespaceOf(index), service: `web-${index}` };
  const addresses = Array.from({ length: ENDPOINTS }, (_, endpoint) => addressOf(member, index, endpoint));
  store.create(resources.serviceImports, memberImport(service, BROKER_NAMESPACE));
  store.create(resources.endpointSlices, memberEndpoints(service, addresses, BROKER_NAMESPACE));
}

async function exportOwn({ local, broker }: Pick<ImportScene, 'local' | 'broker'>, name: string, signal: AbortSignal): Promise<void> {
  const metadata = { name, namespace: namespaceOf(0) };
  const ports = [{ name: 'http', port: 80 }];
  local.store.create(resources.services, { metadata, spec: { type: 'ClusterIP', ports } });
  local.store.create(resources.serviceExports, { metadata });
  const record = { name: brokerObjectName(name, namespaceOf(0), SELF), namespace: BROKER_NAMESPACE };
  while (broker.store.find(resources.serviceImports, record) === undefined) await delay(1, undefined, { signal });
}

/** Waits until a controller has nothing left to do, and this many services are imported. */
export async function untilSettled(controller: AgentProcess, imports: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const figures = parsePrometheus((await controller.metrics()) ?? '');
    const isDone = figures.get('mcs_broker_connected') === 1 && figures.get('mcs_queue_depth') === 0 && (figures.get('mcs_imports') ?? 0) >= imports;
    if (isDone) return;
    await delay(POLL_MS, undefined, { signal });
  }
}
