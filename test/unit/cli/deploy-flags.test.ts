import { describe, expect, it } from '@jest/globals';
import { clusterSettings, imageOptions, importSettings } from '../../../src/cli/deploy-flags.ts';
import { splitList } from '../../../src/cli/split-list.ts';
import { thrown } from '../../helpers/thrown.ts';

describe('splitList', () => {
  it.each([
    [undefined, undefined],
    ['', []],
    ['a', ['a']],
    [' a, b ,,c', ['a', 'b', 'c']],
  ])('of %j is %j', (text, items) => {
    expect(splitList(text)).toEqual(items);
  });
});

describe('imageOptions', () => {
  it('has only what was given', () => {
    expect(imageOptions({})).toEqual({});
    expect(imageOptions({ repository: 'r.example/x', version: '1.0', 'image-pull-policy': 'Always' })).toEqual({ repository: 'r.example/x', version: '1.0', pullPolicy: 'Always' });
  });

  it('throws MCS_USAGE for an override that is none', () => {
    expect(thrown(() => imageOptions({ 'image-override': ['mcs-dns'] }))).toMatchObject({ code: 'MCS_USAGE' });
  });
});

describe('importSettings', () => {
  it.each([
    { flags: {}, settings: {} },
    { flags: { 'import-namespaces': 'shop, bank' }, settings: { importNamespaces: ['shop', 'bank'] } },
    { flags: { 'import-namespaces': '*,openshift-storage', 'deny-namespaces': 'shop' }, settings: { importNamespaces: ['*', 'openshift-storage'], denyNamespaces: ['shop'] } },
    { flags: { 'max-services-per-cluster': 10 }, settings: { importLimits: { servicesPerCluster: 10 } } },
    { flags: { 'max-endpoints-per-cluster': 20 }, settings: { importLimits: { endpointsPerCluster: 20 } } },
  ])('of $flags are $settings', ({ flags, settings }) => {
    expect(importSettings(flags)).toEqual(settings);
  });

  it.each([{ 'import-namespaces': 'shop,Bank' }, { 'deny-namespaces': '*' }, { 'deny-namespaces': 'kube-*' }])('throw MCS_USAGE for %j', (flags) => {
    expect(thrown(() => importSettings(flags))).toMatchObject({ code: 'MCS_USAGE' });
  });
});

describe('clusterSettings', () => {
  it('takes every flag of the tunnels', () => {
    expect(clusterSettings({ 'cable-driver': 'vxlan', natt: false, nattport: 4500, 'health-check': false, 'health-check-interval': 2, 'health-check-max-packet-loss-count': 7 })).toEqual({
      cableDriver: 'vxlan',
      natt: false,
      nattPort: 4500,
      healthCheck: false,
      healthCheckIntervalSeconds: 2,
      healthCheckMaxPacketLossCount: 7,
    });
  });
});
