import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS, keepSettings, sharedSettings } from '../../../src/deployers/join/kept-settings.ts';
import type { JoinOptions } from '../../../src/deployers/index.ts';
import { mergeImages, type StandingMember, validateNoDowngrade } from '../../../src/deployers/standing-part.ts';
import { upgradeImages } from '../../../src/deployers/upgrade/plan-upgrade.ts';
import { thrown } from '../../helpers/thrown.ts';

const OPTIONS: JoinOptions = {
  infoFile: 'broker-info.subm',
  keys: { configDir: '' },
  kubeconfigCluster: 'west',
  images: {},
  settings: {},
  imports: {},
  labelGateway: true,
  wait: 'none',
  timeoutMs: 1_000,
  dryRun: false,
};

const STANDING: StandingMember = {
  version: '0.1.0',
  images: { repository: 'registry.example', version: '0.1.0', overrides: { 'mcs-dns': 'dns:1' } },
  config: {
    clusterID: 'west',
    clusterUID: 'uid',
    podCIDRs: ['10.1.0.0/16'],
    serviceCIDRs: ['10.96.0.0/12'],
    nodeCIDRs: ['192.168.0.1/32'],
    components: [],
    brokerNamespace: 'b',
    settings: { ...DEFAULT_SETTINGS, cableDriver: 'vxlan', natt: false },
    denyNamespaces: ['secret'],
    importLimits: { servicesPerCluster: 10 },
    given: { podCIDRs: ['10.1.0.0/16'], brokerUrl: 'https://broker.example' },
  },
};

describe('sharedSettings()', () => {
  it('tells the broker nothing that an older desk would refuse', () => {
    expect(sharedSettings({ cableDriver: 'vxlan', natt: false, airGapped: true, loadBalancer: true, publicIpResolvers: ['https://ip.example'] })).toEqual({ cableDriver: 'vxlan', natt: false });
  });
});

describe('keepSettings()', () => {
  it('uses the defaults at a first join, and keeps no range that was discovered', () => {
    expect(keepSettings(OPTIONS, undefined)).toEqual({ given: {}, settings: DEFAULT_SETTINGS, imports: {}, images: {} });
  });

  it('keeps all that the last join was given where no flag is', () => {
    const { config, images } = STANDING;
    expect(keepSettings(OPTIONS, STANDING)).toEqual({ given: config.given, settings: config.settings, imports: { denyNamespaces: ['secret'], importLimits: { servicesPerCluster: 10 } }, images });
  });

  it.each<[string, Partial<JoinOptions>, object]>([
    ['one setting', { settings: { natt: true } }, { settings: { ...DEFAULT_SETTINGS, cableDriver: 'vxlan', natt: true } }],
    ['a range', { clusterCidr: '10.2.0.0/16' }, { given: { podCIDRs: ['10.2.0.0/16'], brokerUrl: 'https://broker.example' } }],
    ['a range back to what is discovered', { clusterCidr: 'auto' }, { given: { brokerUrl: 'https://broker.example' } }],
    ['the address of the broker', { brokerUrl: 'auto' }, { given: { podCIDRs: ['10.1.0.0/16'] } }],
    ['a limit beside another', { imports: { importLimits: { endpointsPerCluster: 5 } } }, { imports: { denyNamespaces: ['secret'], importLimits: { servicesPerCluster: 10, endpointsPerCluster: 5 } } }],
    ['a list to nothing', { imports: { denyNamespaces: [] } }, { imports: { denyNamespaces: [], importLimits: { servicesPerCluster: 10 } } }],
    ['one image', { images: { overrides: { 'mcs-controller': 'c:1' } } }, { images: { repository: 'registry.example', version: '0.1.0', overrides: { 'mcs-dns': 'dns:1', 'mcs-controller': 'c:1' } } }],
  ])('changes %s alone', (_what, options, expected) => {
    expect(keepSettings({ ...OPTIONS, ...options }, STANDING)).toMatchObject(expected);
  });

  it('forgets a range with "auto"', () => {
    expect(keepSettings({ ...OPTIONS, clusterCidr: 'auto' }, STANDING).given).not.toHaveProperty('podCIDRs');
  });

  it('refuses a range that is none', () => {
    expect(thrown(() => keepSettings({ ...OPTIONS, serviceCidr: 'x' }, undefined))).toMatchObject({ code: 'MCS_CIDR_INVALID' });
  });
});

describe('upgradeImages()', () => {
  it('keeps registry and overrides, and replaces the tag', () => {
    expect(upgradeImages({}, STANDING.images)).toEqual({ repository: 'registry.example', overrides: { 'mcs-dns': 'dns:1' } });
    expect(upgradeImages({ version: '0.3.0' }, STANDING.images)).toMatchObject({ version: '0.3.0' });
  });
});

describe('mergeImages()', () => {
  it('has no overrides where nobody gave any', () => {
    expect(mergeImages({ repository: 'r' }, {})).toEqual({ repository: 'r' });
  });
});

describe('validateNoDowngrade()', () => {
  it.each([
    ['0.1.0', '0.1.0', undefined],
    ['0.1.0', '0.2.0', undefined],
    ['', '0.1.0', undefined],
    ['0.2.0', '0.1.0', 'MCS_DOWNGRADE'],
    ['0.1.0', '0.1.0-rc.1', 'MCS_DOWNGRADE'],
  ])('where %s stands and %s is to come: %s', (version, next, code) => {
    const attempt = (): void => {
      validateNoDowngrade('member', { version, images: {} }, next);
    };
    if (code === undefined) expect(attempt).not.toThrow();
    else expect(thrown(attempt)).toMatchObject({ code });
  });
});
