import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BROKER_NAMESPACE, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { CableEndpoint } from '../../../src/api/types/index.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { credentialData } from '../../../src/broker-info/member-credential.ts';
import { Announcer } from '../../../src/gateway/announcer.ts';
import { eventually } from '../../helpers/eventually.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { cableSpec, memberCable } from '../../helpers/member-records.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';

const stop = new AbortController();
let local: MemoryClient;
let broker: MemoryClient;
let connected: string[];
let broken: Error | undefined;
let clock: FakeClock;
let announcer: Announcer;
let isConfirmed: () => boolean;
/** Before each write on the broker. */
let beforeWrite: (verb: string) => void;

function ownEndpoint(address: string): CableEndpoint {
  return { ...memberCable('west', address, MEMBER_NAMESPACE), metadata: { name: `west-${address}`, namespace: MEMBER_NAMESPACE, uid: 'uid-1' }, spec: cableSpec('west', address) };
}

function writeCredential(token: string): void {
  const data = credentialData({ server: 'https://broker.example:6443', ca: '', namespace: BROKER_NAMESPACE, clusterID: 'west', token, issuedAt: 0, expiresAt: 1_000_000 });
  local.seed(resources.secrets, { metadata: { name: MEMBER_BROKER_SECRET, namespace: MEMBER_NAMESPACE }, data });
}

async function onBroker(): Promise<string[]> {
  return (await broker.list(resources.cableEndpoints, { namespace: BROKER_NAMESPACE })).items.map(({ spec }) => `${spec.cluster_id} ${spec.private_ip}`).toSorted();
}

beforeEach(async () => {
  [connected, broken, clock] = [[], undefined, new FakeClock()];
  isConfirmed = () => true;
  beforeWrite = () => undefined;
  local = createMemoryClient();
  broker = createMemoryClient({
    now: () => clock.now(),
    beforeWrite: (verb) => {
      beforeWrite(verb);
      if (broken) throw broken;
    },
  });
  broker.seed(resources.cableEndpoints, memberCable('east', '192.0.2.50', BROKER_NAMESPACE));
  writeCredential('one');
  const connectBroker = (_credential: unknown, token: () => string): MemoryClient => {
    connected.push(token());
    return broker;
  };
  announcer = new Announcer({ localClient: local, namespace: MEMBER_NAMESPACE, nodeName: 'west-gateway', connectBroker, isConfirmed: () => isConfirmed(), clock, logger: silentLogger });
  await announcer.start(stop.signal);
  await announcer.standBy();
});

afterEach(async () => {
  await announcer.stop();
});

describe('Announcer', () => {
  it('says nothing for a node that is not the active gateway', async () => {
    announcer.speakFor(undefined);
    await eventually(() => expect(connected).toEqual(['one']));
    expect(await onBroker()).toEqual(['east 192.0.2.50']);
    expect(announcer.problem).toBeUndefined();
  });

  it('puts the Endpoint in place of its predecessor, and leaves those of others alone', async () => {
    broker.seed(resources.cableEndpoints, memberCable('west', '192.0.2.1', BROKER_NAMESPACE));
    announcer.speakFor(ownEndpoint('192.0.2.2'));
    await eventually(async () => expect(await onBroker()).toEqual(['east 192.0.2.50', 'west 192.0.2.2']));
  });

  it('writes nothing again where it stands already', async () => {
    announcer.speakFor(ownEndpoint('192.0.2.2'));
    await eventually(async () => expect(await onBroker()).toHaveLength(2));
    const writes = broker.writes.length;
    announcer.speakFor(ownEndpoint('192.0.2.2'));
    await clock.advance(60_000);
    expect(broker.writes).toHaveLength(writes);
  });

  it('brings back what somebody deleted', async () => {
    announcer.speakFor(ownEndpoint('192.0.2.2'));
    await eventually(async () => expect(await onBroker()).toHaveLength(2));
    for (const { metadata } of (await broker.list(resources.cableEndpoints, { namespace: BROKER_NAMESPACE })).items) await broker.delete(resources.cableEndpoints, metadata.name, BROKER_NAMESPACE);
    await eventually(async () => {
      await clock.advance(60_000);
      expect(await onBroker()).toEqual(['west 192.0.2.2']);
    });
  });

  it('is silent while the Lease is in doubt, and speaks when it is not', async () => {
    isConfirmed = () => false;
    broker.seed(resources.cableEndpoints, memberCable('west', '192.0.2.1', BROKER_NAMESPACE));
    announcer.speakFor(ownEndpoint('192.0.2.2'));
    await eventually(() => expect(connected).toEqual(['one']));
    await clock.advance(120_000);
    expect(broker.writes).toEqual([]);
    isConfirmed = () => true;
    announcer.speakFor(undefined);
    announcer.speakFor(ownEndpoint('192.0.2.2'));
    await eventually(async () => expect(await onBroker()).toEqual(['east 192.0.2.50', 'west 192.0.2.2']));
  });

  it('deletes nothing once the Lease is in doubt, and writes before it deletes', async () => {
    const verbs: string[] = [];
    beforeWrite = (verb) => {
      verbs.push(verb);
      isConfirmed = () => false;
    };
    broker.seed(resources.cableEndpoints, memberCable('west', '192.0.2.1', BROKER_NAMESPACE));
    announcer.speakFor(ownEndpoint('192.0.2.2'));
    await eventually(async () => expect(await onBroker()).toHaveLength(3));
    await clock.advance(1_000);
    expect(verbs).toEqual(['create']);
  });

  it('is the newest where a later gateway was lost before it could clear up', async () => {
    announcer.speakFor(ownEndpoint('192.0.2.2'));
    await eventually(async () => expect(await onBroker()).toHaveLength(2));
    await clock.advance(10_000);
    broker.seed(resources.cableEndpoints, memberCable('west', '192.0.2.3', BROKER_NAMESPACE));
    await clock.advance(60_000);
    await eventually(async () => expect(await onBroker()).toEqual(['east 192.0.2.50', 'west 192.0.2.2']));
    expect(broker.writes.map((write) => write.split(' ')[0])).toEqual(['create', 'delete', 'create', 'delete']);
  });

  it('withdraw takes what names this node, and nothing else; then the Secret is not watched any more', async () => {
    announcer.speakFor(ownEndpoint('192.0.2.2'));
    await eventually(async () => expect(await onBroker()).toHaveLength(2));
    broker.seed(resources.cableEndpoints, memberCable('west', '192.0.2.3', BROKER_NAMESPACE, { hostname: 'successor' }));
    isConfirmed = () => false;
    await announcer.withdraw();
    await eventually(async () => expect(await onBroker()).toEqual(['east 192.0.2.50', 'west 192.0.2.3']));
    await clock.advance(1_000);
    writeCredential('two');
    await announcer.standBy();
    await eventually(() => expect(connected).toEqual(['one', 'two']));
  });

  it('withdraw tries again where the broker cannot be reached', async () => {
    announcer.speakFor(ownEndpoint('192.0.2.2'));
    await eventually(async () => expect(await onBroker()).toHaveLength(2));
    broken = new Error('the broker is away');
    await announcer.withdraw();
    await clock.advance(5_000);
    expect(await onBroker()).toHaveLength(2);
    broken = undefined;
    await eventually(async () => {
      await clock.advance(15_000);
      expect(await onBroker()).toEqual(['east 192.0.2.50']);
    });
  });

  it('says so where the way to the broker is missing', async () => {
    await local.delete(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE);
    announcer.speakFor(ownEndpoint('192.0.2.2'));
    await eventually(() => expect(announcer.problem).toBe('Cannot tell the broker of this gateway: Secret "mcs-broker" with the way to the broker is missing, or cannot be read'));
    writeCredential('two');
    await eventually(async () => expect(await onBroker()).toHaveLength(2));
    expect(announcer.problem).toBeUndefined();
  });

  it('says so where somebody else has an object of its name, and leaves that alone', async () => {
    const { metadata: { labels: _labels, ...metadata }, ...rest } = memberCable('west', '192.0.2.2', BROKER_NAMESPACE);
    broker.seed(resources.cableEndpoints, { ...rest, metadata });
    announcer.speakFor(ownEndpoint('192.0.2.2'));
    await eventually(() => expect(announcer.problem).toContain('exists there and mcs did not make it'));
    expect(broker.writes.filter((write) => !write.startsWith('create'))).toEqual([]);
  });

  it('tells why the others may not know, and tries again', async () => {
    broken = new Error('the broker is away');
    announcer.speakFor(ownEndpoint('192.0.2.2'));
    await eventually(() => expect(announcer.problem).toContain('the broker is away'));
    broken = undefined;
    await eventually(async () => {
      await clock.advance(15_000);
      expect(announcer.problem).toBeUndefined();
    });
    expect(await onBroker()).toEqual(['east 192.0.2.50', 'west 192.0.2.2']);
  });
});
