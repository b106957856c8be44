import { describe, expect, it } from '@jest/globals';
import type { Secret } from '../../../src/api/types/index.ts';
import { readMember } from '../../../src/hub/read-member.ts';

const CONFIG = { clusterID: 'west', clusterUID: 'u-1', podCIDRs: ['10.1.0.0/16'], serviceCIDRs: ['10.96.0.0/16'], nodeCIDRs: [], components: ['service-discovery', 'connectivity'], brokerNamespace: 'elsewhere', settings: {} };

function secretOf(config: unknown): Secret {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'member.west', namespace: 'mcs-hub' }, data: { 'config.json': Buffer.from(text).toString('base64') } };
}

describe('readMember', () => {
  it('gives the configuration, with the namespace of the hub and without tunnels, whatever the Secret says of both', () => {
    expect(readMember(secretOf(CONFIG), 'west', 'mcs-hub')).toEqual({ ...CONFIG, brokerNamespace: 'mcs-hub', components: ['service-discovery'] });
  });

  it.each([
    ['no JSON', 'oops', 'it is no JSON object'],
    ['null', null, 'it is no JSON object'],
    ['another id than the label', { ...CONFIG, clusterID: 'east' }, 'its clusterID is "east" and not "west"'],
    ['no UID', { ...CONFIG, clusterUID: '' }, 'clusterUID is missing'],
    ['a range that is none', { ...CONFIG, podCIDRs: [7] }, 'podCIDRs is no list of texts'],
    ['no ranges', { ...CONFIG, nodeCIDRs: undefined }, 'nodeCIDRs is no list of texts'],
  ])('refuses %s and says why', (_what, config, message) => {
    expect(() => readMember(secretOf(config), 'west', 'mcs-hub')).toThrow(expect.objectContaining({ code: 'MCS_HUB_MEMBER_INVALID', message: expect.stringContaining(message) as unknown as string }));
  });

  it('refuses a Secret without a configuration, and a label that is no cluster id', () => {
    expect(() => readMember({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', namespace: 'mcs-hub' } }, 'west', 'mcs-hub')).toThrow('Secret "mcs-hub/x": it is missing');
    expect(() => readMember(secretOf({ ...CONFIG, clusterID: 'West' }), 'West', 'mcs-hub')).toThrow('"West" is no cluster id');
    expect(() => readMember(secretOf({ ...CONFIG, clusterID: 'mcs-desk' }), 'mcs-desk', 'mcs-hub')).toThrow('"mcs-desk" is no cluster id');
  });
});
