import { afterEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../src/base/log.ts';
import type { CableEndpoint, CableEndpointSpec } from '../../../src/api/types/index.ts';
import { PathMemory } from '../../../src/gateway/path-memory.ts';
import { describeUnprobed } from '../../../src/gateway/probe-targets.ts';
import type { RemoteFacts } from '../../../src/gateway/remote-facts.ts';
import { RemotePaths } from '../../../src/gateway/remote-paths.ts';
import { judgeRemote } from '../../../src/gateway/status/connection.ts';
import { outerFamilies } from '../../../src/gateway/view/outer-families.ts';
import { readRemoteEnd } from '../../../src/gateway/view/remote-end.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { gatewaySettings } from '../../helpers/gateway-settings.ts';
import { cableSpec } from '../../helpers/member-records.ts';

function endpointOf(spec: CableEndpointSpec): CableEndpoint {
  return { apiVersion: 'submariner.io/v1', kind: 'Endpoint', metadata: { name: spec.cable_name }, spec };
}

const WEST = endpointOf(cableSpec('west', '192.0.2.10', { healthCheckIP: '198.51.100.1' }));
const SIX = endpointOf(cableSpec('six', '2001:db8::10', { healthCheckIP: '198.51.100.2' }));
const CABLE = WEST.spec.cable_name;
const FACTS: RemoteFacts = { endpoints: [WEST], network: { uplinkMtu: 1_500, sources: { IPv4: '127.9.8.1' } }, nodeAddresses: ['192.0.2.1'], gatewayAddress: '192.0.2.1', identity: undefined };

let paths: RemotePaths;
afterEach(() => paths.stop());

function createPaths(): RemotePaths {
  const clock = new FakeClock();
  const settings = gatewaySettings({ cableDriver: 'vxlan', natt: false });
  paths = new RemotePaths({ settings, platform: { measurePathMtu: () => Promise.resolve(undefined) }, memory: new PathMemory('/dev/null/paths.json', silentLogger), clock, logger: silentLogger, onChange: () => undefined });
  return paths;
}

describe('RemotePaths', () => {
  it('probes a way only after a pass over the network has dealt with it', async () => {
    const { states } = { states: () => paths.states().map((state) => [state.spec.cluster_id, state.probe !== undefined, judgeRemote(state).status]) };
    await createPaths().update(FACTS);
    expect(states()).toEqual([['west', false, 'connecting']]);
    paths.reach(new Set([CABLE]));
    expect(states()).toEqual([['west', true, 'connecting']]);
    const north = endpointOf(cableSpec('north', '192.0.2.20', { healthCheckIP: '198.51.100.9' }));
    await paths.update({ ...FACTS, endpoints: [WEST, north] });
    expect(states()).toEqual([['west', true, 'connecting'], ['north', false, 'connecting']]);
    paths.reach(new Set([CABLE, north.spec.cable_name]));
    expect(states().map(([, isProbed]) => isProbed)).toEqual([true, true]);
  });

  it('says why no tunnel leads to a gateway of the other address family, and takes it up when the node has such an address', async () => {
    await createPaths().update({ ...FACTS, endpoints: [SIX] });
    expect(paths.ends).toEqual([]);
    expect(paths.states().map((state) => judgeRemote(state))).toEqual([{ status: 'error', statusMessage: 'its gateway is at 2001:db8::10 (IPv6), and tunnels of this node lead over IPv4 only' }]);
    await paths.update({ ...FACTS, endpoints: [SIX], nodeAddresses: ['2001:db8::1', '192.0.2.1'] });
    expect(paths.ends.map(({ clusterID }) => clusterID)).toEqual(['six']);
  });
});

describe('outerFamilies', () => {
  it.each<[string, string[], string[]]>([
    ['vxlan', ['192.0.2.1', '2001:db8::1'], ['IPv4']],
    ['vxlan', ['2001:db8::1', '192.0.2.1'], ['IPv6']],
    ['wireguard', ['192.0.2.1', '2001:db8::1'], ['IPv4', 'IPv6']],
    ['wireguard', ['192.0.2.1'], ['IPv4']],
    ['vxlan', [], ['IPv4', 'IPv6']],
  ])('%s on a node with %j: %j', (backend, addresses, families) => {
    expect(outerFamilies(backend, addresses)).toEqual(families);
  });
});

describe('describeUnprobed', () => {
  const read = (more: Partial<CableEndpointSpec>): string => {
    const result = readRemoteEnd({ ...WEST.spec, ...more }, 'vxlan');
    return 'end' in result ? describeUnprobed(result.end) : result.problem;
  };

  it.each<[string, Partial<CableEndpointSpec>, string]>([
    ['one family', {}, ''],
    ['two families', { subnets: ['198.51.100.0/24', '2001:db8:1::/48'] }, 'probed over IPv4 only, so nothing is known of the way to 2001:db8:1::/48'],
    ['no address to probe', { healthCheckIP: undefined as never, subnets: ['198.51.100.0/24', '2001:db8:1::/48'] }, ''],
  ])('%s', (_what, more, text) => {
    expect(read(more)).toBe(text);
  });

  it('an address of the other family is no public address', () => {
    expect(readRemoteEnd({ ...WEST.spec, public_ip: '2001:db8::7' }, 'vxlan', ['IPv4'])).toMatchObject({ end: { publicIP: undefined } });
  });
});
