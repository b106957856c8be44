import { describe, expect, it } from '@jest/globals';
import type { McsError } from '../../../src/base/errors.ts';
import type { DiscoveredCidrs } from '../../../src/discovery/discover-cidrs.ts';
import { parseCidrFlag, resolveCidrs } from '../../../src/discovery/resolve-cidrs.ts';
import { thrown } from '../../helpers/thrown.ts';

const FOUND: DiscoveredCidrs = {
  podCIDRs: ['10.244.0.0/16'],
  serviceCIDRs: ['10.96.0.0/12'],
  nodeCIDRs: ['172.18.0.2/32'],
  plugin: undefined,
  sources: { pods: 'ConfigMap kube-system/kubeadm-config', services: 'ServiceCIDR kubernetes', nodes: 'nodes' },
  warnings: [],
};

describe('parseCidrFlag()', () => {
  it.each([
    ['10.16.0.0/16', ['10.16.0.0/16']],
    ['10.16.0.0/16, 10.17.0.0/16', ['10.16.0.0/16', '10.17.0.0/16']],
  ])('takes %j', (value, expected) => {
    expect(parseCidrFlag('--clustercidr', value)).toEqual(expected);
  });

  it.each([
    ['', /no CIDR/, /10\.16\.0\.0/],
    ['10.16.0.0', /no CIDR/, /10\.16\.0\.0/],
    ['10.16.0.0/33', /no CIDR/, /10\.16\.0\.0/],
    ['10.16/16', /no CIDR/, /10\.16\.0\.0/],
    ['10.16.0.0/16;rm', /no CIDR/, /10\.16\.0\.0/],
    ['10.16.0.0/16,', /no CIDR/, /10\.16\.0\.0/],
    ['fd00::/48', /IPv4 only for now/, /10\.16\.0\.0/],
    ['10.16.0.1/16', /bits set/, /^--clustercidr 10\.16\.0\.0\/16$/],
  ])('refuses %j', (value, message, hint) => {
    const error = thrown(() => parseCidrFlag('--clustercidr', value));
    expect(error).toMatchObject({ code: 'MCS_CIDR_INVALID', exitCode: 2, message: expect.stringMatching(message) });
    expect((error as McsError).hints[0]).toMatch(hint);
  });
});

describe('resolveCidrs()', () => {
  it('takes what was discovered where no flag was given', () => {
    expect(resolveCidrs({}, FOUND)).toEqual(FOUND);
  });

  it('lets a flag win, and names both values and the source where they differ', () => {
    const resolved = resolveCidrs({ podCIDRs: ['10.16.0.0/16'] }, FOUND);
    expect(resolved.podCIDRs).toEqual(['10.16.0.0/16']);
    expect(resolved.sources.pods).toBe('--clustercidr');
    expect(resolved.warnings).toEqual(['--clustercidr 10.16.0.0/16 is used; the cluster says 10.244.0.0/16 (ConfigMap kube-system/kubeadm-config)']);
  });

  it('does not warn where the flag says the same in another order', () => {
    const found = { ...FOUND, podCIDRs: ['10.1.0.0/16', '10.2.0.0/16'] };
    expect(resolveCidrs({ podCIDRs: ['10.2.0.0/16', '10.1.0.0/16'] }, found).warnings).toEqual([]);
  });

  it('asks for the flag where nothing was found', () => {
    const error = thrown(() => resolveCidrs({}, { ...FOUND, serviceCIDRs: [] }));
    expect(error).toMatchObject({ code: 'MCS_CIDR_UNKNOWN', hints: [expect.stringContaining('--servicecidr')] });
  });

  it.each(['127.16.0.0/16', '169.254.0.0/16', '224.0.0.0/8', '0.0.0.0/8', '10.0.0.0/7'])('refuses %s, which no pod can have', (cidr) => {
    expect(thrown(() => resolveCidrs({ podCIDRs: [cidr] }, FOUND))).toMatchObject({ code: 'MCS_CIDR_INVALID' });
  });

  it('accepts loopback where the nodes themselves are on loopback', () => {
    const sandbox = { ...FOUND, nodeCIDRs: ['127.16.0.1/32'] };
    expect(resolveCidrs({ podCIDRs: ['127.16.0.0/16'] }, sandbox).podCIDRs).toEqual(['127.16.0.0/16']);
  });
});
