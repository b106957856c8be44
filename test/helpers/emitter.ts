import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Registry } from 'prom-client';
import { SERVICE_NAME } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import type { ObjectMeta, Service } from '../../src/api/types/index.ts';
import { systemClock } from '../../src/base/clock.ts';
import { type Logger, silentLogger } from '../../src/base/log.ts';
import { Emitter, type EmitterOptions } from '../../src/mirror/emit/emitter.ts';
import type { EmitterSettings } from '../../src/mirror/emit/settings.ts';
import type { TestApiServer } from './api-server.ts';
import { eventually } from './eventually.ts';

/** Everything that tests look for in answers of any kind; what is there depends on the answer. */
export interface Answered {
  readonly kind: string;
  readonly code: number;
  readonly reason: string;
  readonly metadata: ObjectMeta & { readonly continue?: string; readonly remainingItemCount?: number };
  readonly spec: { readonly clusterIP?: string; readonly ports: readonly object[] };
  readonly items: readonly Answered[];
  readonly endpoints: readonly object[];
  readonly subsets: readonly object[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
  readonly resources: readonly { readonly name: string; readonly verbs: readonly string[] }[];
  readonly paths: Readonly<Record<string, object>>;
}

export interface EmitterAnswer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Answered;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
}

export interface OpenWatch {
  readonly response: IncomingMessage;
  readonly events: { readonly type: string; readonly object: Answered }[];
  /** `end`: properly; `cut`: the connection broke. */
  ended(): 'end' | 'cut' | undefined;
  close(): void;
}

function open(url: string, { headers = {}, method = 'GET', tls }: AskOptions, onResponse: (response: IncomingMessage) => void, onError: (error: Error) => void): () => void {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  const sent = request(url, { method, headers, agent: false, ...tls }, onResponse);
  sent.on('error', onError);
  sent.end();
  return () => sent.destroy();
}

function parse(text: string): Answered {
  try {
    return JSON.parse(text) as Answered;
  } catch {
    return {} as Answered; // no JSON: the test reads `text`
  }
}

/** One request on a connection of its own. */
export function ask(url: string, options: AskOptions = {}): Promise<EmitterAnswer> {
  return new Promise((resolve, reject) => {
    open(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ code: response.statusCode ?? 0, headers: response.headers, text, body: parse(text) });
      });
    }, reject);
  });
}

/** A watch on a connection of its own; resolves as soon as it is accepted. */
export function openWatch(url: string, options: AskOptions = {}): Promise<OpenWatch> {
  return new Promise((resolve, reject) => {
    const events: OpenWatch['events'] = [];
    let rest = '';
    let ended: 'end' | 'cut' | undefined;
    const close = open(url, options, (response) => {
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        events.push(...lines.map((line) => JSON.parse(line) as OpenWatch['events'][number]));
      });
      response.on('end', () => (ended = 'end'));
      response.on('error', () => (ended = 'cut'));
      resolve({ response, events, ended: () => ended, close });
    }, reject);
  });
}

const OPEN_TO_ALL: EmitterSettings = {
  labelSelector: '',
  exportedOnly: false,
  full: false,
  insecure: { host: '127.0.0.1', port: 0 },
  authentication: { tokenFiles: [], anonymous: true },
  maxWatches: 100,
};

export interface TestEmitter {
  readonly emitter: Emitter;
  /** Of its first port. */
  readonly url: string;
  readonly registry: Registry;
  stop(): Promise<void>;
}

/** An emitter of a test server on free ports, plain HTTP and open to all unless the settings say otherwise. Waits until it has read the cluster. */
export async function startTestEmitter(server: TestApiServer, settings: Partial<EmitterSettings> = {}, options: Partial<EmitterOptions> & { readonly logger?: Logger; readonly isReady?: boolean } = {}): Promise<TestEmitter> {
  const registry = new Registry();
  const { isReady = true, ...more } = options;
  const emitter = new Emitter({ settings: { ...OPEN_TO_ALL, ...settings }, client: server.client(), registry, clock: systemClock, logger: silentLogger, version: '1.2.3', ...more });
  await emitter.start(new AbortController().signal);
  const [address] = emitter.addresses;
  if (address === undefined) throw new Error('the emitter listens nowhere');
  if (isReady) await eventually(() => { if (!emitter.readiness().isMet) throw new Error(emitter.readiness().detail); });
  return { emitter, url: address.url, registry, stop: () => emitter.stop() };
}

export interface EmittedService {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: Partial<Service['spec']>;
  readonly address?: string;
}

/** A Service with one EndpointSlice and its Endpoints, as Kubernetes would have them. */
export function putService({ store }: TestApiServer, { address = '10.244.0.5', annotations = {}, labels = {}, name, namespace = 'default', spec = {} }: EmittedService): Service {
  const ports = [{ name: 'http', port: 8080, protocol: 'TCP' as const }];
  const service = store.create(resources.services, {
    metadata: { name, namespace, labels: { ...labels }, annotations: { ...annotations } },
    spec: { type: 'ClusterIP', selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...spec },
  });
  store.create(resources.endpointSlices, {
    metadata: { name: `${name}-abc12`, namespace, labels: { ...labels, [SERVICE_NAME]: name }, annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2025-01-01T00:00:00Z' } },
    addressType: 'IPv4',
    ports,
    endpoints: [{ addresses: [address], conditions: { ready: true, serving: true, terminating: false }, hostname: 'web-0', nodeName: 'node-1', zone: 'a', targetRef: { kind: 'Pod', name: `${name}-0`, namespace } }],
  });
  store.create(resources.endpoints, {
    metadata: { name, namespace, labels: { ...labels } },
    subsets: [{ addresses: [{ ip: address, hostname: 'web-0', nodeName: 'node-1', targetRef: { kind: 'Pod', name: `${name}-0` } }], ports }],
  });
  return service;
}
