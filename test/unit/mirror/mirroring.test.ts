import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { MIRROR_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { createMirrorMetrics } from '../../../src/mirror/metrics.ts';
import { Mirroring } from '../../../src/mirror/mirroring.ts';
import type { MirrorSettings } from '../../../src/mirror/settings.ts';
import { Target } from '../../../src/mirror/target.ts';
import { eventually } from '../../helpers/eventually.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';
import { sourceSettings } from '../../helpers/mirror-set.ts';

const MIRROR_OF_WEST = { 'app.kubernetes.io/managed-by': 'mcs', 'mcs.clusterset.local/owner': 'mirror-m', 'mcs.clusterset.local/origin-cluster': 'west', 'mcs.clusterset.local/origin-uid': 'u' };

/** A target with one mirror, and the active process on it; its sources cannot be reached. */
async function mirroringOf(sources: MirrorSettings['sources']): Promise<{ readonly mirroring: Mirroring; readonly settings: MirrorSettings; readonly target: Target; readonly client: MemoryClient }> {
  const client = createMemoryClient();
  client.seed(resources.namespaces, { metadata: { name: 'shop' } });
  client.seed(resources.services, { metadata: { name: 'web', namespace: 'shop', labels: MIRROR_OF_WEST }, spec: { ports: [{ port: 80 }] } });
  const target = new Target({ client, owner: 'mirror-m', onKey: () => undefined, onNamespace: () => undefined, clock: systemClock, logger: silentLogger });
  const { signal } = new AbortController();
  await target.start(signal);
  await Promise.all(target.followers.map((follower) => follower.synced(signal)));
  const settings: MirrorSettings = { name: 'm', namespace: MIRROR_NAMESPACE, preset: 'none', sources, endpoints: false, removeNamespaces: false, sweepSeconds: 300 };
  const connectSource = (): never => {
    throw new Error('it cannot be reached');
  };
  const mirroring = new Mirroring({ settings, targetClient: client, connectSource, identity: 'a', simulated: false, version: '1', metrics: createMirrorMetrics(new Registry()), clock: systemClock, logger: silentLogger, target, onStatus: () => undefined });
  return { mirroring, settings, target, client };
}

describe('Mirroring', () => {
  it('deletes nothing where news of the target comes before the sources are followed', async () => {
    const { mirroring, target, client } = await mirroringOf([sourceSettings('west')]);
    const stop = new AbortController();
    const run = mirroring.run(stop.signal);
    mirroring.reconciler.enqueue(['shop/web']);
    await eventually(() => mirroring.reconciler.queue.depth === 0);
    stop.abort();
    await run;
    await target.stop();
    expect(client.writes).toEqual([]);
  });

  it('holds what stands of a source that is renamed from the moment on that the settings change', async () => {
    const { mirroring, settings, target, client } = await mirroringOf([sourceSettings('west')]);
    const stop = new AbortController();
    const run = mirroring.run(stop.signal);
    await eventually(() => mirroring.sessions[0]?.message !== '');
    mirroring.update({ ...settings, sources: [sourceSettings('renamed')] });
    while (mirroring.sessions[0]?.settings.name !== 'renamed') await Promise.resolve();
    mirroring.reconciler.enqueue(['shop/web']); // before the source of the old name has been stopped
    await eventually(() => mirroring.reconciler.queue.depth === 0);
    stop.abort();
    await run;
    await target.stop();
    expect(client.writes).toEqual([]);
  });
});
