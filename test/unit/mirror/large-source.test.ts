import { expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { MIRROR_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createMirrorMetrics } from '../../../src/mirror/metrics.ts';
import { Mirror } from '../../../src/mirror/mirror.ts';
import { eventually } from '../../helpers/eventually.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';
import { sliceOf, sourceSettings } from '../../helpers/mirror-set.ts';

const SERVICES = 10_000;

/** A cluster in memory that serves all kinds. */
function cluster(): MemoryClient {
  const client = createMemoryClient();
  for (const name of ['kube-system', 'shop', MIRROR_NAMESPACE]) client.seed(resources.namespaces, { metadata: { name } });
  return client;
}

function mirrorOf(source: MemoryClient, target: MemoryClient): Mirror {
  const client: KubeClient = { ...source, getPath: () => Promise.resolve({} as never) };
  return new Mirror({
    settings: { name: 'large', namespace: MIRROR_NAMESPACE, preset: 'none', sources: [sourceSettings('west')], endpoints: false, removeNamespaces: false, sweepSeconds: 300 },
    targetClient: target,
    connectSource: () => client,
    identity: 'pod-1',
    simulated: false,
    version: '0.0.0',
    metrics: createMirrorMetrics(new Registry()),
    clock: systemClock,
    logger: silentLogger,
  });
}

const isWritten = (mirror: Mirror) => (): boolean => mirror.status().sources[0]?.mirrored === SERVICES;

it('10,000 Services in one namespace are mirrored, and not written again after a restart', async () => {
  const [source, target] = [cluster(), cluster()];
  for (let index = 0; index < SERVICES; index += 1) {
    const name = `svc-${index}`;
    source.seed(resources.services, { metadata: { name, namespace: 'shop' }, spec: { clusterIP: '10.0.0.1', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] } });
    source.seed(resources.endpointSlices, sliceOf(name, 'shop', [`10.1.${index >> 8}.${index & 255}`]));
  }
  const first = mirrorOf(source, target);
  await first.start(new AbortController().signal);
  await eventually(isWritten(first), { timeoutMs: 60_000, everyMs: 100 });
  expect(first.status()).toMatchObject({ objects: { services: SERVICES, endpointSlices: SERVICES }, problemCount: 0 });
  await first.stop();
  const before = target.writes.length;
  const second = mirrorOf(source, target);
  await second.start(new AbortController().signal);
  await eventually(isWritten(second), { timeoutMs: 60_000, everyMs: 100 });
  await second.stop();
  expect(target.writes.slice(before).filter((write) => !/ (leases|configmaps) /.test(write))).toEqual([]);
}, 120_000);
