import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { MEMBER_NAMESPACE, MEMBER_WIREGUARD_SECRET } from '../../../../src/api/names.ts';
import { resources } from '../../../../src/api/resources.ts';
import type { Workload } from '../../../../src/api/types/index.ts';
import { connectionOutcome } from '../../../../src/deployers/gateway/wait-connected.ts';
import { daemonSetLack } from '../../../../src/deployers/gateway/wait-daemon-set.ts';
import { createWireguardKeys } from '../../../../src/deployers/gateway/wireguard-keys.ts';
import { ensureWireguardSecret, replaceWireguardKeys } from '../../../../src/deployers/gateway/wireguard-secret.ts';
import { connection } from '../../../helpers/gateways.ts';
import { createMemoryClient, type MemoryClient } from '../../../helpers/memory-client.ts';

describe('createWireguardKeys', () => {
  it('gives two halves of one X25519 key, the private one clamped as `wg` shows it', () => {
    const { privateKey, publicKey } = createWireguardKeys();
    const d = Buffer.from(privateKey, 'base64');
    expect([d.length, d.readUInt8(0) & 7, d.readUInt8(31) & 0xc0]).toEqual([32, 0, 0x40]);
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), d]);
    const { x = '' } = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })).export({ format: 'jwk' });
    expect(Buffer.from(x, 'base64url').toString('base64')).toBe(publicKey);
  });

  it('gives another pair each time', () => {
    expect(createWireguardKeys().privateKey).not.toBe(createWireguardKeys().privateKey);
  });
});

describe('ensureWireguardSecret', () => {
  const signal = new AbortController().signal;
  const read = async (client: MemoryClient): Promise<string> => {
    const { data = {} } = await client.get(resources.secrets, MEMBER_WIREGUARD_SECRET, MEMBER_NAMESPACE);
    return Buffer.from(data.publicKey ?? '', 'base64').toString('utf8');
  };

  it('makes the pair once; only a rotation replaces it', async () => {
    const client = createMemoryClient();
    const context = { client, version: '1' };
    expect(await ensureWireguardSecret(context, signal)).toEqual({ state: 'created' });
    const first = await read(client);
    expect(await ensureWireguardSecret(context, signal)).toEqual({ state: 'unchanged' });
    expect(await read(client)).toBe(first);
    const second = await replaceWireguardKeys(context, signal);
    expect(second).not.toBe(first);
    expect(await read(client)).toBe(second);
  });
});

describe('daemonSetLack', () => {
  const set = (status: Workload['status'], generation = 2): Workload => ({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'x', generation }, spec: { selector: {}, template: { spec: { containers: [] } } }, ...(status && { status }) });

  it.each([
    ['not observed', set(undefined), 'DaemonSet x is not observed yet'],
    ['an old form', set({ observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberReady: 3 }), 'DaemonSet x: 1 of 3 pods are updated'],
    ['not ready', set({ observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 2 }), 'DaemonSet x: 2 of 3 pods are ready'],
    ['all there', set({ observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 3 }), undefined],
    ['no nodes', set({ observedGeneration: 2 }), undefined],
  ])('%s', (_case, workload, lack) => {
    expect(daemonSetLack(workload)).toBe(lack);
  });
});

describe('connectionOutcome', () => {
  it.each([
    ['all are connected', ['east', 'south'], 'done', true],
    ['one is not probed, so nobody knows', ['east', 'south=none'], 'warning', true],
    ['one is on its way', ['east', 'south=connecting'], 'warning', false],
    ['one is missing', ['east'], 'warning', false],
    ['one has failed, and nothing is on its way', ['east', 'south=error no answer'], 'warning', true],
  ])('where %s', (_case, connections, state, isFinal) => {
    expect(connectionOutcome(['east', 'south'], connections.map(connection))).toMatchObject({ state, isFinal });
  });

  it('asks for no more than a tunnel where health checks are off', () => {
    expect(connectionOutcome(['east'], [connection('east=none')], false)).toEqual({ state: 'done', detail: 'tunnels to east; health checks are off', isFinal: true });
    expect(connectionOutcome(['east'], [connection('east=connecting')], false)).toMatchObject({ state: 'warning', isFinal: false });
  });

  it('names what is not connected, and why', () => {
    expect(connectionOutcome(['east'], [connection('east=error no answer')]).detail).toBe('east: error (no answer). mcs diagnose connections says why');
  });
});
