import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../src/api/resources.ts';
import type { MemberConfig } from '../../../src/api/types/index.ts';
import { silentLogger } from '../../../src/base/log.ts';
import type { FleetCluster } from '../../../src/fleet/fleet.ts';
import { type MemberPart, type MemberRecords, MemberSession } from '../../../src/hub/member-session.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';

const NAMESPACE = 'mcs-hub';

interface Scene {
  readonly part?: Partial<MemberPart>;
  readonly ensure?: MemberRecords['ensure'];
}

function scene({ part = {}, ensure }: Scene = {}) {
  const [hubClient, client] = [createMemoryClient(), createMemoryClient()];
  const { uid = '' } = client.seed(resources.namespaces, { metadata: { name: 'kube-system' } }).metadata;
  const config: MemberConfig = { clusterID: 'west', clusterUID: uid, podCIDRs: ['10.2.0.0/16'], serviceCIDRs: [], nodeCIDRs: [], components: [], brokerNamespace: NAMESPACE, settings: {} };
  const seed = (name: string): void => seedSecret(hubClient, name, config);
  seed('member.west');
  const counts = { ensured: 0, parts: 0, stopped: 0 };
  const cluster: FleetCluster = { key: `${NAMESPACE}/west`, namespace: NAMESPACE, name: 'west', uid: 'u', labels: {}, secret: { namespace: NAMESPACE, name: 'member.west', key: 'value' }, source: 'secret' };
  const state = { cluster };
  const session = new MemberSession({
    cluster,
    present: () => state.cluster,
    client,
    hubClient,
    hubNamespace: NAMESPACE,
    records: {
      ensure: async (wanted, signal) => {
        counts.ensured += 1;
        await ensure?.(wanted, signal);
      },
      remove: () => Promise.resolve(),
    },
    createPart: () => {
      counts.parts += 1;
      return { name: 'part', isLeading: true, readiness: () => ({ isMet: true, detail: '' }), start: () => Promise.resolve(), stop: () => Promise.resolve(), ...part };
    },
    onStopped: () => void (counts.stopped += 1),
    logger: silentLogger,
  });
  return { session, counts, hubClient, state, cluster, seed };
}

function seedSecret(client: MemoryClient, name: string, config: MemberConfig): void {
  client.seed(resources.secrets, { metadata: { name, namespace: NAMESPACE }, data: { 'config.json': Buffer.from(JSON.stringify(config)).toString('base64') } });
}

describe('MemberSession', () => {
  it('brings back what is noted of the member, although its configuration is the same', async () => {
    const { session, counts } = scene();
    await session.start();
    await session.refresh();
    expect(counts).toMatchObject({ ensured: 2, parts: 1 });
  });

  it('reads the Secret that stands for the member at present', async () => {
    const { session, hubClient, state, cluster, seed, counts } = scene();
    await session.start();
    seed('member.again');
    await hubClient.delete(resources.secrets, 'member.west', NAMESPACE);
    state.cluster = { ...cluster, secret: { ...cluster.secret, name: 'member.again' } };
    await session.refresh();
    expect(session.failure).toBeUndefined();
    expect(counts.parts).toBe(1);
  });

  it('says what is wrong in a line of bounded length: all members share one status', async () => {
    const { session } = scene({ ensure: () => Promise.reject(new Error(`no\n${'word '.repeat(50_000)}`)) });
    await expect(session.start()).rejects.toThrow('no');
    expect(session.failure).toMatch(/^no (word ){50}/);
    expect(session.failure?.length).toBeLessThanOrEqual(300);
  });

  it('makes a part that did not start anew', async () => {
    let tries = 0;
    const { session, counts } = scene({ part: { start: () => ((tries += 1) === 1 ? Promise.reject(new Error('not yet')) : Promise.resolve()) } });
    await expect(session.refresh()).rejects.toThrow('not yet');
    await session.refresh();
    expect(counts.parts).toBe(2);
  });

  it('says that it has stopped although the part did not stop well', async () => {
    const { session, counts } = scene({ part: { stop: () => Promise.reject(new Error('stuck')) } });
    await session.start();
    await expect(session.stop()).rejects.toThrow('stuck');
    expect(counts.stopped).toBe(1);
  });
});
