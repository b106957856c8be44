import { describe, expect, it } from '@jest/globals';
import type { UnknownObject } from '../../../../src/api/types/index.ts';
import { judgePlugin, judgeProxyMode } from '../../../../src/diagnose/checks/network.ts';
import { configMap, facts } from '../../../helpers/cluster-facts.ts';

const CALICO = { configMaps: [configMap('calico-config', {})] };
const SERVED = new Set(['crd.projectcalico.org/v1']);
const pool = (cidr: string): UnknownObject => ({ apiVersion: 'crd.projectcalico.org/v1', kind: 'IPPool', metadata: { name: 'p' }, spec: { cidr } });
const EAST = [{ cluster: 'east', range: '10.1.0.0/16' }];

describe('judgePlugin', () => {
  it.each([
    ['none that is known', facts(), 'skip'],
    ['one that needs nothing', facts({ openshiftNetwork: { apiVersion: '', kind: 'Network', metadata: { name: 'cluster' } } }), 'pass'],
    ['Calico without its API', facts(CALICO), 'fail'],
    ['Calico, whose pools cannot be read', facts({ ...CALICO, apiVersions: SERVED }), 'skip'],
    ['Calico with a pool for the range', facts({ ...CALICO, apiVersions: SERVED, ipPools: [pool('10.2.0.0/16'), pool('10.1.0.0/16')] }), 'pass'],
    ['Calico with a pool around the range', facts({ ...CALICO, apiVersions: SERVED, ipPools: [pool('10.0.0.0/8')] }), 'pass'],
    ['Calico with its own pool only', facts({ ...CALICO, apiVersions: SERVED, ipPools: [pool('10.2.0.0/16')] }), 'fail'],
  ])('%s', (_title, given, status) => {
    expect(judgePlugin(given, EAST, 'ctx').status).toBe(status);
  });

  it('names the range and the cluster', () => {
    expect(judgePlugin(facts({ ...CALICO, apiVersions: SERVED, ipPools: [pool('10.2.0.0/16')] }), EAST, 'ctx')).toMatchObject({ evidence: [expect.stringContaining('10.1.0.0/16 of "east"')], fix: ['mcs upgrade --context ctx'] });
  });
});

describe('judgeProxyMode', () => {
  const withConfig = (text: string) => configMap('kube-proxy', { 'config.conf': text });

  it.each([
    ['no kube-proxy', undefined, 'skip'],
    ['no mode, which means iptables', withConfig('kind: KubeProxyConfiguration'), 'pass'],
    ['an empty mode', withConfig('mode: ""'), 'pass'],
    ['nftables', withConfig('mode: nftables'), 'pass'],
    ['ipvs', withConfig('mode: ipvs'), 'warn'],
    ['no YAML', withConfig('{'), 'skip'],
  ])('%s', (_title, given, status) => {
    expect(judgeProxyMode(given).status).toBe(status);
  });
});
