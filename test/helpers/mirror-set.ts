import { Registry } from 'prom-client';
import { SERVICE_NAME } from '../../src/api/labels.ts';
import { MIRROR_NAMESPACE } from '../../src/api/names.ts';
import { type Resource, resources } from '../../src/api/resources.ts';
import type { EndpointSlice, KubeObject, Service } from '../../src/api/types/index.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { createMirrorMetrics } from '../../src/mirror/metrics.ts';
import { Mirror } from '../../src/mirror/mirror.ts';
import type { MirrorSettings, SourceSettings } from '../../src/mirror/settings.ts';
import { startTestApiServer, type TestApiServer, type TestApiServerOptions } from './api-server.ts';
import { eventually } from './eventually.ts';
import { recordLink, type RecordedLink } from './recording-client.ts';

/** Settings of a source with everything filled in. */
export function sourceSettings(name: string, more: Partial<SourceSettings> = {}): SourceSettings {
  return {
    name,
    access: { kind: 'url', url: `https://${name}.test:6443` },
    selection: { labelSelector: '', exportedOnly: false },
    namespacePolicy: 'create',
    mapping: { namespace: '{namespace}', name: '{name}' },
    notReady: 'keep',
    ...more,
  };
}

/** Selects Services by label. */
export function labelled(labelSelector: string): Pick<SourceSettings, 'selection'> {
  return { selection: { labelSelector, exportedOnly: false } };
}

/** A mirror that runs in this process. */
export interface RunningMirror {
  readonly mirror: Mirror;
  readonly registry: Registry;
  /** The mirror's way to its target. */
  readonly target: RecordedLink;
  /** Its way to a source, as it is now. */
  source(name: string): RecordedLink;
  readonly errors: { readonly error: unknown; readonly about: Readonly<Record<string, string>> }[];
  settings(): MirrorSettings;
  update(change: Partial<MirrorSettings>): void;
  stop(): Promise<void>;
}

export interface RunOptions extends Partial<MirrorSettings> {
  /** API server of each source by name; a source without one cannot be reached. */
  readonly servers: Readonly<Record<string, Pick<TestApiServer, 'access'>>>;
}

/** Some API servers, and mirrors between them. */
export interface MirrorSet {
  readonly servers: readonly TestApiServer[];
  /** Runs a mirror into a server of the set until the test is over. */
  run(target: TestApiServer, options: RunOptions): Promise<RunningMirror>;
  /** Stops what was run since the last call. */
  stopMirrors(): Promise<void>;
  stop(): Promise<void>;
}

export async function startMirrorSet(count: number, options: TestApiServerOptions = {}): Promise<MirrorSet> {
  const servers = await Promise.all(Array.from({ length: count }, () => startTestApiServer(options)));
  for (const server of servers) await server.client().create(resources.namespaces, { metadata: { name: MIRROR_NAMESPACE } });
  const running: RunningMirror[] = [];
  let number = 0;
  const stopMirrors = async (): Promise<void> => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
  };
  return {
    servers,
    run: async (target, { servers: sources, ...more }) => {
      number += 1;
      const settings = { name: `m${number}`, namespace: MIRROR_NAMESPACE, preset: 'none', sources: Object.keys(sources).map((name) => sourceSettings(name)), endpoints: false, removeNamespaces: false, sweepSeconds: 300, ...more } as const;
      const mirror = await startMirror(target, sources, settings);
      running.push(mirror);
      return mirror;
    },
    stopMirrors,
    stop: async () => {
      await stopMirrors();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

/** How a mirror calls itself to API servers: what faults are matched by. */
export const MIRROR_AGENT = 'mcs-mirror';

async function startMirror(server: TestApiServer, sources: RunOptions['servers'], initial: MirrorSettings): Promise<RunningMirror> {
  let settings = initial;
  const registry = new Registry();
  const target = recordLink(createKubeClient(server.access(), { userAgent: MIRROR_AGENT }));
  const links = new Map<string, RecordedLink>();
  const errors: RunningMirror['errors'] = [];
  const connectSource = ({ name }: SourceSettings): KubeClient => {
    const source = sources[name];
    if (source === undefined) throw new Error(`there is no server for ${name}`);
    const wasCut = links.get(name)?.isCut ?? false;
    const link = recordLink(createKubeClient(source.access(), { userAgent: MIRROR_AGENT }));
    if (wasCut) link.cut();
    links.set(name, link);
    return link.client;
  };
  const mirror = new Mirror({
    settings,
    targetClient: target.client,
    connectSource,
    identity: `pod-of-${settings.name}`,
    simulated: false,
    version: '0.0.0',
    metrics: createMirrorMetrics(registry, settings.preset),
    clock: systemClock,
    logger: silentLogger,
    reportError: (error, about) => errors.push({ error, about }),
  });
  await mirror.start(new AbortController().signal);
  await eventually(() => mirror.status().sources.every(({ message }) => !message.startsWith('Another process')));
  return {
    mirror,
    registry,
    target,
    source: (name) => links.get(name) ?? missing(name),
    errors,
    settings: () => settings,
    update: (change) => {
      settings = { ...settings, ...change };
      mirror.update(settings);
    },
    stop: async () => {
      await mirror.stop();
      target.client.close();
    },
  };
}

function missing(name: string): never {
  throw new Error(`Source ${name} has not been connected`);
}

/** What a test puts into a source. */
export interface SourceService {
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  /** Beside the port 80, TCP. */
  readonly spec?: Partial<Service['spec']>;
  /** Addresses that are ready; without them there is no slice. */
  readonly addresses?: readonly string[];
}

export async function ensureNamespace(client: KubeClient, name: string): Promise<void> {
  if ((await client.find(resources.namespaces, name)) === undefined) await client.create(resources.namespaces, { metadata: { name } });
}

/** A Service and its slice, as Kubernetes would have them. */
export async function putService(client: KubeClient, { name, namespace, labels = {}, annotations = {}, spec = {}, addresses }: SourceService): Promise<Service> {
  await ensureNamespace(client, namespace);
  const service = await client.create(resources.services, { metadata: { name, namespace, labels, annotations }, spec: { ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }], ...spec } });
  if (addresses !== undefined) await client.create(resources.endpointSlices, sliceOf(name, namespace, addresses));
  return service;
}

export function sliceOf(service: string, namespace: string, addresses: readonly string[], suffix = 'abcde'): Omit<EndpointSlice, 'apiVersion' | 'kind'> {
  return {
    metadata: { name: `${service}-${suffix}`, namespace, labels: { [SERVICE_NAME]: service } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
  };
}

/** Gives the slice of a service other addresses. */
export async function setAddresses(client: KubeClient, service: string, namespace: string, addresses: readonly string[]): Promise<void> {
  await client.patch(resources.endpointSlices, `${service}-abcde`, namespace, 'application/merge-patch+json', { endpoints: sliceOf(service, namespace, addresses).endpoints });
}

/** Addresses in all slices of a Service, sorted. */
export async function addressesOf(client: KubeClient, service: string, namespace: string): Promise<string[]> {
  const { items } = await client.list(resources.endpointSlices, { namespace, labelSelector: `${SERVICE_NAME}=${service}` });
  return items.flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses)).toSorted();
}

/** Waits until an object is there, or has what `check` asks for. */
export function appears<T extends KubeObject>(client: KubeClient, resource: Resource<T>, name: string, namespace?: string, check: (object: T) => boolean = () => true): Promise<T> {
  return eventually(async () => {
    const object = await client.find(resource, name, namespace);
    if (object === undefined) throw new Error(`there is no ${resource.kind} ${name}`);
    if (!check(object)) throw new Error(`${resource.kind} ${name} is ${JSON.stringify(object)}`);
    return object;
  });
}

export async function disappears(client: KubeClient, resource: Resource<KubeObject>, name: string, namespace?: string): Promise<void> {
  await eventually(async () => (await client.find(resource, name, namespace)) === undefined);
}
