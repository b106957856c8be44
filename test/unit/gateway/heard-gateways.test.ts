import { describe, expect, it } from '@jest/globals';
import { HeardGateways } from '../../../src/gateway/heard-gateways.ts';
import { readRemoteEnd, type RemoteEnd } from '../../../src/gateway/view/remote-end.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { cableSpec } from '../../helpers/member-records.ts';

function endOf(cluster: string, healthCheckIP: string): RemoteEnd {
  const read = readRemoteEnd(cableSpec(cluster, '192.0.2.1', { healthCheckIP, backend: 'loopback' }), 'loopback', ['IPv4']);
  if (!('end' in read)) throw new Error(read.problem);
  return read.end;
}

describe('HeardGateways', () => {
  const west = endOf('west', '10.2.0.1');
  const name = west.cableName;

  it('knows for three intervals whose probe came, by the address that it came from', async () => {
    const clock = new FakeClock();
    const heard = new HeardGateways(clock, 1_000);
    heard.note('10.9.0.1', [west]);
    expect(heard.has(name)).toBe(false);
    heard.note('10.2.0.1', [west]);
    await clock.advance(2_900);
    expect(heard.has(name)).toBe(true);
    await clock.advance(200);
    expect(heard.has(name)).toBe(false);
  });

  it('forgets those that are not there any more', () => {
    const heard = new HeardGateways(new FakeClock(), 1_000);
    heard.note('10.2.0.1', [west]);
    heard.keepOnly(new Set());
    expect(heard.has(name)).toBe(false);
  });
});
