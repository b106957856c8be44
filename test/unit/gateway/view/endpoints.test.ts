import { describe, expect, it } from '@jest/globals';
import { cableName, endpointObjectName } from '../../../../src/api/data-plane.ts';
import { isDnsSubdomain } from '../../../../src/api/names.ts';
import type { CableEndpoint, CableEndpointSpec, ClusterSettings } from '../../../../src/api/types/index.ts';
import { macOf } from '../../../../src/api/mac.ts';
import { buildView } from '../../../../src/gateway/view/build-view.ts';
import { chooseEndpoints } from '../../../../src/gateway/view/choose-endpoints.ts';
import { buildLocalEndpoint, type LocalEndpointFacts } from '../../../../src/gateway/view/local-endpoint.ts';
import { readRemoteEnd } from '../../../../src/gateway/view/remote-end.ts';
import { gatewaySettings } from '../../../helpers/gateway-settings.ts';

const KEY = `${'A'.repeat(43)}=`;
const SPEC: CableEndpointSpec = {
  cluster_id: 'west', cable_name: 'submariner-cable-west-10-0-0-2', healthCheckIP: '10.2.0.1', hostname: 'w1', subnets: ['10.2.0.0/16'], private_ip: '10.0.0.2', public_ip: '',
  nat_enabled: false, backend: 'vxlan', backend_config: { 'udp-port': '4501', mac: '02:00:00:00:00:01' },
};

describe('cableName and endpointObjectName', () => {
  it.each([
    ['10.0.0.2', 'west-submariner-cable-west-10-0-0-2'],
    ['fd00::', 'west-submariner-cable-west-fd00'],
  ])('of %s', (address, name) => {
    expect(endpointObjectName('west', address)).toBe(name);
    expect(isDnsSubdomain(name)).toBe(true);
  });

  it('differ for addresses that share their last three octets', () => {
    expect(cableName('west', '10.168.1.5')).not.toBe(cableName('west', '192.168.1.5'));
  });
});

describe('readRemoteEnd', () => {
  it('reads ports and addresses, with the usual ports where none are named', () => {
    const read = readRemoteEnd(SPEC, 'vxlan');
    expect(read).toMatchObject({ end: { clusterID: 'west', privateIP: '10.0.0.2', publicIP: undefined, tunnelPort: 4501, discoveryPort: 4490, probePort: 4491, healthCheckIP: '10.2.0.1', mac: '02:00:00:00:00:01' } });
  });

  it.each<[Partial<CableEndpointSpec>, string, string]>([
    [{ backend: 'wireguard' }, 'vxlan', 'cable drivers differ: "vxlan" here, "wireguard" in cluster "west"'],
    [{ private_ip: '10.0.0.2; reboot' }, 'vxlan', 'its private address "10.0.0.2; reboot" is none'],
    [{ public_ip: 'x' }, 'vxlan', 'its public address "x" is none'],
    [{ healthCheckIP: '' }, 'vxlan', 'its address for probes "" is none'],
    [{ subnets: ['10.2.0.0/16', '10.3.0.0/33'] }, 'vxlan', 'its subnet "10.3.0.0/33" is none'],
    [{ backend_config: { mac: '02:00:00:00:00:01', 'udp-port': '70000' } }, 'vxlan', 'its udp-port "70000" is no port'],
    [{ backend_config: {} }, 'vxlan', 'it names no MAC of its tunnel device'],
    [{ backend: 'wireguard', backend_config: { publicKey: 'short' } }, 'wireguard', 'it names no public key'],
  ])('refuses %j', (more, backend, problem) => {
    expect(readRemoteEnd({ ...SPEC, ...more }, backend)).toEqual({ problem });
  });

  it('reads the key of a WireGuard gateway', () => {
    expect(readRemoteEnd({ ...SPEC, backend: 'wireguard', backend_config: { publicKey: KEY } }, 'wireguard')).toMatchObject({ end: { publicKey: KEY, tunnelPort: 4500 } });
  });
});

describe('chooseEndpoints', () => {
  let version = 0;
  const endpoint = (cluster: string, hostname: string, at: number, owner = cluster === 'east' ? 'gateway' : 'controller'): CableEndpoint => ({
    apiVersion: 'submariner.io/v1',
    kind: 'Endpoint',
    metadata: { name: `${cluster}-${hostname}`, resourceVersion: String((version += 1)), creationTimestamp: `2026-01-01T00:00:0${at}Z`, labels: { 'app.kubernetes.io/managed-by': 'mcs', 'mcs.clusterset.local/owner': owner } },
    spec: { ...SPEC, cluster_id: cluster, hostname },
  });
  const names = (list: readonly CableEndpoint[]): string[] => list.map(({ spec }) => `${spec.cluster_id}/${spec.hostname}`);

  it('takes the newest of each cluster, which keeps its place in the order', () => {
    const { own, remotes } = chooseEndpoints([endpoint('north', 'n1', 2), endpoint('west', 'w2', 3), endpoint('west', 'w1', 1), endpoint('east', 'e1', 1), endpoint('east', 'e2', 4)], 'east');
    expect(names(own)).toEqual(['east/e2', 'east/e1']);
    expect(names(remotes)).toEqual(['west/w2', 'north/n1']);
  });

  it('tells Endpoints of the same second apart by their versions', () => {
    expect(names(chooseEndpoints([endpoint('west', 'w1', 1), endpoint('west', 'w2', 1)].reverse(), 'east').remotes)).toEqual(['west/w2']);
  });

  it('takes nothing that the controller has not copied, and nothing of the own cluster that no gateway wrote', () => {
    expect(chooseEndpoints([endpoint('west', 'w1', 1, 'gateway'), endpoint('north', 'n1', 1, ''), endpoint('east', 'e1', 1, 'controller')], 'east')).toEqual({ own: [], remotes: [] });
  });
});

describe('buildLocalEndpoint', () => {
  const facts: LocalEndpointFacts = { node: { name: 'e1', addresses: ['10.0.0.1'], podCIDRs: [] }, options: { warnings: [] }, network: { uplinkMtu: 1500, sources: { IPv4: '10.1.0.1' } }, publicIP: '', publicKey: undefined };
  const build = (settings: ClusterSettings, more: Partial<LocalEndpointFacts> = {}, simulated = false): CableEndpointSpec | undefined => buildLocalEndpoint(gatewaySettings(settings, { simulated }), { ...facts, ...more });

  it('has the fields that users know, and no service ranges', () => {
    expect(build({ cableDriver: 'vxlan', natt: false })).toEqual({
      cluster_id: 'east', cable_name: 'submariner-cable-east-10-0-0-1', healthCheckIP: '10.1.0.1', hostname: 'e1', subnets: ['10.1.0.0/16'], private_ip: '10.0.0.1', public_ip: '', nat_enabled: false, backend: 'vxlan',
      backend_config: { 'udp-port': '4500', 'natt-discovery-port': '4490', 'probe-port': '4491', mac: macOf('cable', 'east', 'e1', '10.0.0.1') },
    });
  });

  it.each<[string, ClusterSettings, Partial<LocalEndpointFacts>, boolean, Record<string, string>]>([
    ['wireguard: the public key', {}, { publicKey: KEY }, false, { publicKey: KEY }],
    ['loopback: the driver that was wished for', { cableDriver: 'vxlan' }, {}, true, { 'cable-driver': 'vxlan' }],
    ['ports of annotations', {}, { options: { warnings: [], udpPort: 1, nattDiscoveryPort: 2 } }, false, { 'udp-port': '1', 'natt-discovery-port': '2' }],
    ['a load balancer', { loadBalancer: true }, {}, false, { 'using-loadbalancer': 'true' }],
  ])('%s', (_what, settings, more, simulated, config) => {
    expect(build(settings, more, simulated)?.backend_config).toMatchObject(config);
  });

  it('is nothing while the node has no address, and names no probe address where there is none', () => {
    expect(build({}, { node: { name: 'e1', addresses: [], podCIDRs: [] } })).toBeUndefined();
    expect(build({}, { network: { uplinkMtu: 1500, sources: {} } })).not.toHaveProperty('healthCheckIP');
  });
});

describe('buildView', () => {
  const read = readRemoteEnd({ ...SPEC, public_ip: '1.2.3.4' }, 'vxlan');
  const remotes = 'end' in read ? [read.end] : [];
  const facts = { nodes: [], gateway: 'e1', network: { uplinkMtu: 1500, sources: {} }, listenPort: 4500, remotes, unusable: [], paths: new Map(), pathMtus: new Map(), privateKey: 'secret' };

  it('goes the way that was found, with the MTU that was measured', () => {
    const paths = new Map([[SPEC.cable_name, { address: '1.2.3.4', port: 4501, usingNAT: true }]]);
    expect(buildView(gatewaySettings(), { ...facts, paths, pathMtus: new Map([[SPEC.cable_name, 1400]]) }).remotes).toEqual([
      { clusterID: 'west', cableName: SPEC.cable_name, address: '1.2.3.4', port: 4501, subnets: ['10.2.0.0/16'], ownAddresses: ['10.0.0.2', '1.2.3.4'], pathMtu: 1400, mac: '02:00:00:00:00:01' },
    ]);
  });

  it('keeps the ranges of an end that no tunnel can lead to, without a way there', () => {
    const { remotes: views } = buildView(gatewaySettings(), { ...facts, remotes: [], unusable: [{ ...SPEC, backend: 'wireguard' }] });
    expect(views).toEqual([{ clusterID: 'west', cableName: SPEC.cable_name, address: '10.0.0.2', port: 4500, subnets: ['10.2.0.0/16'], ownAddresses: [] }]);
  });

  it('gives the private key to the gateway only', () => {
    expect(buildView(gatewaySettings(), facts)).toMatchObject({ privateKey: 'secret', gateway: 'e1' });
    expect(buildView(gatewaySettings(), { ...facts, gateway: 'e2' })).not.toHaveProperty('privateKey');
    expect(buildView(gatewaySettings(), { ...facts, gateway: undefined })).not.toHaveProperty('gateway');
  });
});
