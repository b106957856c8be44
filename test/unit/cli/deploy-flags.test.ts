import { describe, expect, it } from '@jest/globals';
import { clusterSettings, imageOptions, splitList } from '../../../src/cli/deploy-flags.ts';
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
