import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { GatewayDNS } from '../../../src/api/types/index.ts';
import { createLogger } from '../../../src/base/log.ts';
import { GatewayStatusWriter, type GatewayStatusWriterOptions } from '../../../src/gateway-dns/gateway-status-writer.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import { ObjectCache } from '../../../src/sync/object-cache.ts';
import { ENVOY, gatewayDNS, read } from '../../helpers/gateway-dns.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

const running: GatewayStatusWriter[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((writer) => writer.stop()));
});

const stored = (spec: unknown = ENVOY): GatewayDNS => {
  const object = gatewayDNS('dev/dns', spec);
  return { ...object, metadata: { ...object.metadata, resourceVersion: '1' } };
};

function scene(object: GatewayDNS, patch: () => Promise<GatewayDNS>) {
  const clock = new FakeClock();
  const cache = new ObjectCache<GatewayDNS>({ clock });
  cache.accept(object);
  const [onSpec, tell, write] = [jest.fn(), jest.fn(), jest.fn(patch)];
  const options = { client: { patch: write }, cache, readings: () => new Map([['dev/dns', read(object)]]), book: { names: () => [] }, ledger: {}, events: { tell }, onSpec, clock, logger: createLogger({ level: 'error', write: () => undefined }) };
  const writer = new GatewayStatusWriter(options as unknown as GatewayStatusWriterOptions);
  running.push(writer);
  writer.start();
  const refresh = async (): Promise<void> => {
    writer.refreshAll();
    await clock.advance(1_000);
    await clock.advance(60_000);
  };
  return { cache, onSpec, tell, write, refresh };
}

describe('GatewayStatusWriter', () => {
  it('tells of a change by others that comes with the answer to its write: the event of it is no news', async () => {
    const object = stored();
    const answer = { ...object, metadata: { ...object.metadata, generation: 2, resourceVersion: '3' } };
    const { cache, onSpec, refresh } = scene(object, () => Promise.resolve(answer));
    await refresh();
    expect(onSpec).toHaveBeenCalledTimes(1);
    expect(cache.accept({ ...answer, metadata: { ...answer.metadata, resourceVersion: '2' } })).toBe(false);
  });

  it('tells nobody where it changed the status alone', async () => {
    const object = stored();
    const { onSpec, write, refresh } = scene(object, () => Promise.resolve({ ...object, metadata: { ...object.metadata, resourceVersion: '2' } }));
    await refresh();
    expect([write.mock.calls.length > 0, onSpec.mock.calls.length]).toEqual([true, 0]);
  });

  it('does not try again what the server refuses, and tells it by Events', async () => {
    const refusal = new ApiError({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 422, reason: 'Invalid', message: 'spec.service' });
    const { tell, write, refresh } = scene(stored({ ...ENVOY, service: 'none' }), () => Promise.reject(refusal));
    await refresh();
    await refresh();
    expect(write).toHaveBeenCalledTimes(1);
    expect(tell).toHaveBeenCalledWith('Warning', expect.anything(), 'InvalidSpec', expect.stringContaining('spec.service'));
  });
});
