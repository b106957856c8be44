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
  local = createMemoryClient();
  broker = createMemoryClient({ beforeWrite: () => { if (broken) throw broken; } });
  broker.seed(resources.cableEndpoints, memberCable('east', '192.0.2.50', BROKER_NAMESPACE));
  writeCredential('one');
  const connectBroker = (_credential: unknown, token: () => string): MemoryClient => {
    connected.push(token());
    return broker;
  };
  announcer = new Announcer({ localClient: local, namespace: MEMBER_NAMESPACE, connectBroker, clock, logger: silentLogger });
  await announcer.start(stop.signal);
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
