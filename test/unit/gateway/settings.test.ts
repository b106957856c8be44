import { describe, expect, it } from '@jest/globals';
import { DEFAULT_RESOLVERS } from '../../../src/gateway/public-ip/resolvers.ts';
import { gatewaySettings } from '../../helpers/gateway-settings.ts';
import { thrown } from '../../helpers/thrown.ts';

describe('readGatewaySettings', () => {
  it('has the defaults of users: wireguard, NAT, port 4500, a probe each second', () => {
    expect(gatewaySettings()).toMatchObject({ driver: 'wireguard', backend: 'wireguard', natt: true, tunnelPort: 4500, nattDiscoveryPort: 4490, probePort: 4491, health: { isEnabled: true, intervalMs: 1_000, maxLost: 5 }, publicIpResolvers: DEFAULT_RESOLVERS, loadBalancer: false });
  });

  it('takes what join was told', () => {
    const settings = gatewaySettings({ cableDriver: 'vxlan', natt: false, nattPort: 4600, healthCheck: false, healthCheckIntervalSeconds: 3, healthCheckMaxPacketLossCount: 7, loadBalancer: true });
    expect(settings).toMatchObject({ driver: 'vxlan', backend: 'vxlan', natt: false, tunnelPort: 4600, health: { isEnabled: false, intervalMs: 3_000, maxLost: 7 }, loadBalancer: true });
  });

  it.each([
    ['without NAT', { natt: false }, false],
    ['air-gapped', { airGapped: true, publicIpResolvers: ['https://ip.example'] }, false],
    ['simulated', {}, true],
  ])('asks no resolver %s', (_where, settings, simulated) => {
    expect(gatewaySettings(settings, { simulated }).publicIpResolvers).toEqual([]);
  });

  it('is loopback in simulated clusters, whatever the driver, which it keeps', () => {
    expect(gatewaySettings({ cableDriver: 'vxlan' }, { simulated: true })).toMatchObject({ driver: 'vxlan', backend: 'loopback' });
  });

  it('refuses a driver that there is not', () => {
    expect(thrown(() => gatewaySettings({ cableDriver: 'libreswan' }))).toMatchObject({ code: 'MCS_CABLE_DRIVER_UNKNOWN' });
  });
});
