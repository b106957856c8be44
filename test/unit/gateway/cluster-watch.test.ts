import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GATEWAY_NODE, MANAGED_BY, MANAGED_BY_MCS, OWNER } from '../../../src/api/labels.ts';
import { MEMBER_WIREGUARD_SECRET } from '../../../src/api/names.ts';
import { type Resource, resources } from '../../../src/api/resources.ts';
import type { ClusterSettings, KubeObject } from '../../../src/api/types/index.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { createWireguardKeys } from '../../../src/deployers/gateway/wireguard-keys.ts';
import { ClusterWatch } from '../../../src/gateway/cluster-watch.ts';
import { GATEWAY_OWNER } from '../../../src/gateway/view/choose-endpoints.ts';
import type { KubeClient, WatchOptions } from '../../../src/kube/client.ts';
import { eventually } from '../../helpers/eventually.ts';
import { gatewaySettings } from '../../helpers/gateway-settings.ts';
import { cableSpec } from '../../helpers/member-records.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';

const NAMESPACE = 'submariner-operator';
const KEYS = createWireguardKeys();
const stop = new AbortController();
let client: MemoryClient;
let watches: Map<string, number>;
let watch: ClusterWatch;

/** Counts the watches that are open, by resource. */
function counting(inner: MemoryClient): KubeClient {
  const change = (name: string, by: number): void => void watches.set(name, (watches.get(name) ?? 0) + by);
  async function* follow<T extends KubeObject>(resource: Resource<T>, options: WatchOptions): AsyncGenerator<never> {
    change(resource.plural, 1);
    try {
      yield* inner.watch(resource, options) as AsyncIterable<never>;
    } finally {
      change(resource.plural, -1);
    }
  }
  return { ...inner, watch: follow };
}

function putNode(labels: Record<string, string>): void {
  client.seed(resources.nodes, { metadata: { name: 'e1', labels }, spec: {}, status: {} });
}

function putKeys(privateKey: string): void {
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  client.seed(resources.secrets, { metadata: { name: MEMBER_WIREGUARD_SECRET, namespace: NAMESPACE }, data: { privateKey: encode(privateKey), publicKey: encode(KEYS.publicKey) } });
}

async function start(settings: ClusterSettings = { cableDriver: 'wireguard' }): Promise<void> {
  watch = new ClusterWatch({ client: counting(client), settings: gatewaySettings(settings), onChange: () => undefined, clock: systemClock, logger: silentLogger });
  await watch.start(stop.signal);
  await eventually(() => watch.hasSynced && watches.get('nodes') === 1);
}

beforeEach(() => {
  client = createMemoryClient();
  watches = new Map();
  putKeys(KEYS.privateKey);
});
afterEach(async () => {
  await watch.stop();
  expect([...watches.values()].every((open) => open === 0)).toBe(true);
});

describe('ClusterWatch', () => {
  it('reads the key on gateway nodes only, and only as long as they are', async () => {
    putNode({});
    await start();
    expect([watch.wireguardKeys, watch.keyProblem, watches.get('secrets')]).toEqual([undefined, undefined, undefined]);
    putNode({ [GATEWAY_NODE]: 'true' });
    await eventually(() => expect(watch.wireguardKeys).toEqual(KEYS));
    await eventually(() => expect(watches.get('secrets')).toBe(1));
    putNode({});
    await eventually(() => expect([watch.hasSynced, watch.wireguardKeys, watches.get('secrets')]).toEqual([true, undefined, 0]));
  });

  it('keeps the key of a node that has lost its label and still carries the tunnels', async () => {
    putNode({});
    const endpoint = client.seed(resources.cableEndpoints, { metadata: { name: 'east-1', namespace: NAMESPACE, labels: { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: GATEWAY_OWNER } }, spec: { ...cableSpec('east', '192.0.2.1'), hostname: 'e1' } });
    await start();
    expect(watch.wireguardKeys).toEqual(KEYS);
    await eventually(() => expect(watches.get('endpoints')).toBe(1));
    await client.delete(resources.cableEndpoints, endpoint.metadata.name, NAMESPACE, {});
    await eventually(() => expect(watch.wireguardKeys).toBeUndefined());
  });

  it('says what is wrong with the key, and takes it up when it is mended', async () => {
    putNode({ [GATEWAY_NODE]: 'true' });
    putKeys('not a key');
    await start();
    expect([watch.wireguardKeys, watch.keyProblem?.reason]).toEqual([undefined, 'WireguardKeyInvalid']);
    await eventually(() => expect(watches.get('secrets')).toBe(1));
    putKeys(KEYS.privateKey);
    await eventually(() => expect([watch.wireguardKeys, watch.keyProblem]).toEqual([KEYS, undefined]));
  });

  it('reads no key where the driver has none', async () => {
    putNode({ [GATEWAY_NODE]: 'true' });
    await start({ cableDriver: 'vxlan' });
    expect([watch.wireguardKeys, watch.keyProblem, watches.get('secrets')]).toEqual([undefined, undefined, undefined]);
  });
});
