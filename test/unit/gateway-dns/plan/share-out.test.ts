import { describe, expect, it } from '@jest/globals';
import type { GatewayClusterState, GatewayDNS, GatewayDNSSpec } from '../../../../src/api/types/index.ts';
import { ENVOY, gatewayClusters, gatewayDNS, planOf, plansOf } from '../../../helpers/gateway-dns.ts';

const keys = (rules: readonly { key: string }[]): string[] => rules.map(({ key }) => key);
const NGINX: GatewayDNSSpec = { ...ENVOY, service: 'ingress/nginx' };
const UNION = { mergePolicy: 'Union' as const };

describe('shareOut: who has the name of a cluster', () => {
  it('XC-3: those of its namespace that select it', () => {
    const clusters = [...gatewayClusters('dev-team/cluster-a', 'ops/cluster-a'), ...gatewayClusters('dev-team/cluster-b').map((cluster) => ({ ...cluster, labels: {} }))];
    const plans = plansOf([gatewayDNS('dev-team/gateways')], clusters);
    expect([...plans].map(([key, { holders }]) => [key, keys(holders)])).toEqual([['dev-team/cluster-a', ['dev-team/gateways']], ['ops/cluster-a', []], ['dev-team/cluster-b', []]]);
  });

  it('XC-4: an empty selector selects every cluster of the namespace', () => {
    expect(keys(planOf([gatewayDNS('dev-team/g', { ...ENVOY, clusterSelector: {} })]).holders)).toEqual(['dev-team/g']);
  });

  it('XC-9: none that is being deleted', () => {
    const gone = gatewayDNS('dev-team/g');
    gone.metadata.deletionTimestamp = '2026-01-01T00:01:00Z';
    expect(planOf([gone]).holders).toEqual([]);
  });

  const old = { age: 9 };
  it.each<[string, GatewayDNS[], string[], string[]]>([
    ['the oldest', [gatewayDNS('dev-team/new', NGINX), gatewayDNS('dev-team/old', ENVOY, old)], ['dev-team/old'], ['dev-team/new']],
    ['of equal age the first by name', [gatewayDNS('dev-team/b', NGINX), gatewayDNS('dev-team/a')], ['dev-team/a'], ['dev-team/b']],
    ['all that name the same gateway', [gatewayDNS('dev-team/new', { ...ENVOY, ttlSeconds: 9 }), gatewayDNS('dev-team/old', ENVOY, old)], ['dev-team/old', 'dev-team/new'], []],
    ['not one that resolves it otherwise', [gatewayDNS('dev-team/new', { ...ENVOY, resolutionType: 'nodePort' }), gatewayDNS('dev-team/old', ENVOY, old)], ['dev-team/old'], ['dev-team/new']],
    ['all where all say Union', [gatewayDNS('dev-team/new', { ...NGINX, ...UNION }), gatewayDNS('dev-team/old', { ...ENVOY, ...UNION }, old)], ['dev-team/old', 'dev-team/new'], []],
    ['the oldest where only others say Union', [gatewayDNS('dev-team/new', { ...NGINX, ...UNION }), gatewayDNS('dev-team/old', ENVOY, old)], ['dev-team/old'], ['dev-team/new']],
    ['the oldest where only it says Union', [gatewayDNS('dev-team/new', NGINX), gatewayDNS('dev-team/old', { ...ENVOY, ...UNION }, old)], ['dev-team/old'], ['dev-team/new']],
    ['those that say Union, and one that names the gateway of one of them', [gatewayDNS('dev-team/c', NGINX), gatewayDNS('dev-team/b', { ...NGINX, ...UNION }, { age: 1 }), gatewayDNS('dev-team/old', { ...ENVOY, ...UNION }, old)], ['dev-team/old', 'dev-team/b', 'dev-team/c'], []],
  ])('XC-11: %s', (_name, gateways, holders, conflicted) => {
    const plan = planOf(gateways);
    expect([keys(plan.holders), keys(plan.conflicted)]).toEqual([holders, conflicted]);
    expect(new Set(plan.gateways.map(({ service, resolution }) => JSON.stringify([service, resolution]))).size).toBe(plan.gateways.length);
    expect(planOf(gateways.toReversed())).toEqual(plan);
  });

  const had = (state: GatewayClusterState, addresses = ['1.2.3.4']): GatewayDNS => gatewayDNS('dev-team/old', { service: 'x' }, { age: 9, status: { clusters: [{ name: 'cluster-a', state, hostname: '', addresses }] } });
  it.each<[string, GatewayDNS, string | undefined]>([
    ['XC-5: an invalid one that had it keeps it', had('Published'), 'dev-team/old'],
    ['XC-10: also where its cluster was unreachable', had('Unreachable'), 'dev-team/old'],
    ['an invalid one that lost it does not', had('Conflicted'), undefined],
    ['an invalid one that never published does not', gatewayDNS('dev-team/old', { service: 'x' }, { age: 9 }), undefined],
    ['an invalid one that is younger does not', { ...had('Published'), metadata: gatewayDNS('dev-team/zz').metadata }, undefined],
  ])('%s', (_name, invalid, heldBy) => {
    const plan = planOf([gatewayDNS('dev-team/valid', NGINX, { age: 1 }), invalid]);
    expect(plan.heldBy).toBe(heldBy);
    expect([keys(plan.holders), keys(plan.conflicted)]).toEqual(heldBy === undefined ? [['dev-team/valid'], []] : [[], ['dev-team/valid']]);
    expect([...plan.invalid]).toEqual([`dev-team/${invalid.metadata.name}`]);
  });
});

describe('shareOut: who learns a name', () => {
  const clusters = gatewayClusters('dev-team/cluster-a', 'dev-team/cluster-b', 'ops/x', 'test/y');
  const namespaces = new Map([['ops', { team: 'ops' }], ['dev-team', {}]]);
  const own = ['dev-team/cluster-a', 'dev-team/cluster-b'];
  const all = [...own, 'ops/x', 'test/y'];
  const bySelector = { namespaces: { from: 'Selector' as const, selector: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['dev'] }] } } };

  it.each<[string, GatewayDNSSpec, 'none' | 'policy' | 'all', string[]]>([
    ['XC-3: all clusters of the namespace, its own too, and no others', {}, 'policy', own],
    ['issue 93: all, where the GatewayDNS says All', { namespaces: { from: 'All' } }, 'policy', all],
    ['issue 93: those of namespaces that match; of unknown ones nothing is known', bySelector, 'policy', [...own, 'ops/x']],
    ['issue 93: the own only, where the hub says none', { namespaces: { from: 'All' } }, 'none', own],
    ['issue 93: all, where the hub says all', {}, 'all', all],
  ])('%s', (_name, spec, crossNamespace, expected) => {
    const plan = planOf([gatewayDNS('dev-team/g', { ...ENVOY, ...spec })], clusters, { crossNamespace, namespaces });
    expect([...plan.recipients]).toEqual(expected);
  });

  it('of several holders each adds those that it names', () => {
    const plan = planOf([gatewayDNS('dev-team/old', ENVOY, { age: 1 }), gatewayDNS('dev-team/new', { ...ENVOY, namespaces: { from: 'All' } })], clusters);
    expect([...plan.recipients]).toEqual(all);
  });

  it('nobody, where nobody has the name', () => {
    expect(planOf([], clusters).recipients.size).toBe(0);
  });
});
