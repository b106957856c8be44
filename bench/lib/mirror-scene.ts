import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ORIGIN_CLUSTER } from '../../src/api/labels.ts';
import { MIRROR_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { MIRROR_FILE } from '../../src/mirror/config/object-settings.ts';
import { mirrorObjectName, mirrorStatusName } from '../../src/mirror/settings.ts';
import { type MirrorStatus, STATUS_KEY } from '../../src/mirror/status.ts';
import { startTestApiServer, type TestApiServer } from '../../test/helpers/api-server.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';
import { namespaceOf, NAMESPACES, serviceName, serviceOf, sliceOf } from './mirror-services.ts';

/** Two API servers, and a mirror from the one into the other that runs as a program. */
export interface MirrorScene {
  readonly source: TestApiServer;
  readonly target: TestApiServer;
  /** Adds services to the source until there are as many as this. */
  addServices(count: number): void;
  /** As a container that comes back in its pod. */
  startMirror(): Promise<AgentProcess>;
  /** performance.now() when the target had so many services, each with its slice. */
  untilMirrored(count: number, signal: AbortSignal): Promise<number>;
  /** Resolves when a mirror that was started at `begun` (ms since the epoch) says that all of so many are as they shall be. */
  untilSettled(count: number, begun: number, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

const NAME = 'bench';
const SOURCE = 'west';
const KUBECONFIG = 'west.kubeconfig';
const POLL_MS = 20;

export async function startMirrorScene(root: string): Promise<MirrorScene> {
  const folder = mkdtempSync(join(tmpdir(), 'mcs-bench-mirror-'));
  const [source, target] = await Promise.all([startTestApiServer(), startTestApiServer({ serviceCIDR: '10.97.0.0/16' })]);
  install(source, target);
  for (let index = 0; index < NAMESPACES; index += 1) source.store.create(resources.namespaces, { metadata: { name: namespaceOf(index) } });
  let added = 0;
  return {
    source,
    target,
    addServices: (count) => {
      for (; added < count; added += 1) {
        source.store.create(resources.services, serviceOf(added));
        source.store.create(resources.endpointSlices, sliceOf(added));
      }
    },
    startMirror: () => startAgent('mirror', { root, folder, access: { url: target.url, ca: target.ca, token: target.adminToken }, args: [`--name=${NAME}`], env: { POD_NAMESPACE: MIRROR_NAMESPACE } }),
    untilMirrored: (count, signal) => untilMirrored(target, count, signal),
    untilSettled: async (count, begun, signal) => {
      while (!isSettled(target, count, begun)) await delay(POLL_MS, undefined, { signal });
    },
    stop: async () => {
      await Promise.all([source.stop(), target.stop()]);
      rmSync(folder, { recursive: true });
    },
  };
}

/** What `mcs mirror install` leaves in the target for the agent to read. */
function install(source: TestApiServer, { store }: TestApiServer): void {
  const metadata = { name: mirrorObjectName(NAME), namespace: MIRROR_NAMESPACE };
  const document = { name: NAME, sources: [{ name: SOURCE, kubeconfig: KUBECONFIG, namespacePolicy: 'create' }] };
  store.create(resources.namespaces, { metadata: { name: MIRROR_NAMESPACE } });
  store.create(resources.secrets, { metadata, type: 'Opaque', data: { [KUBECONFIG]: Buffer.from(source.kubeconfig()).toString('base64') } });
  store.create(resources.configMaps, { metadata, data: { [MIRROR_FILE]: JSON.stringify(document) } });
}

/** Listens to the store, for asking it would take time from what is measured. */
function untilMirrored({ store }: TestApiServer, count: number, signal: AbortSignal): Promise<number> {
  const { promise, reject, resolve } = Promise.withResolvers<number>();
  const standing = { services: 0, slices: 0 };
  const note = (kind: keyof typeof standing, type: string): void => {
    if (type !== 'MODIFIED') standing[kind] += type === 'ADDED' ? 1 : -1;
    if (standing.services >= count && standing.slices >= count) resolve(performance.now());
  };
  const labelSelector = ORIGIN_CLUSTER;
  const endings = [
    store.watch(resources.services, { labelSelector }, ({ type }) => note('services', type)),
    store.watch(resources.endpointSlices, { labelSelector }, ({ type }) => note('slices', type)),
  ];
  signal.addEventListener('abort', () => reject(new Error(`${standing.services} of ${count} services and ${standing.slices} slices were mirrored in time`)), { once: true });
  return promise.finally(() => endings.forEach((end) => end()));
}

function isSettled({ store }: TestApiServer, count: number, begun: number): boolean {
  const found = store.find(resources.configMaps, { name: mirrorStatusName(NAME), namespace: MIRROR_NAMESPACE });
  const text = found?.data?.[STATUS_KEY];
  if (text === undefined) return false;
  const { sources: [source], updatedAt } = JSON.parse(text) as MirrorStatus;
  return Date.parse(updatedAt) >= begun && source?.state === 'synced' && source.mirrored === count && source.pending === 0;
}

/** Slices of the first services of the source, for changing them. */
export function sliceRefs(count: number): readonly { readonly name: string; readonly namespace: string }[] {
  return Array.from({ length: count }, (_, index) => ({ name: serviceName(index), namespace: namespaceOf(index) }));
}
