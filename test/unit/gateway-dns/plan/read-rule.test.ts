import { describe, expect, it } from '@jest/globals';
import type { GatewayDNS } from '../../../../src/api/types/index.ts';
import { readRule } from '../../../../src/gateway-dns/plan/read-rule.ts';
import { ENVOY, gatewayDNS } from '../../../helpers/gateway-dns.ts';

const DEFAULTS = { healthChecks: true };

describe('readRule', () => {
  it('reads the example of cross-cluster-connectivity, and fills the defaults in', () => {
    expect(readRule(gatewayDNS('dev-team/dev-team-gateway-dns'), DEFAULTS)).toEqual({
      rule: {
        key: 'dev-team/dev-team-gateway-dns',
        namespace: 'dev-team',
        selector: [{ key: 'hasContour', operator: 'In', values: ['true'] }],
        service: { namespace: 'projectcontour', name: 'envoy' },
        resolution: 'loadBalancer',
        mergePolicy: 'Oldest',
        audience: { from: 'Same' },
        health: { isEnabled: true, intervalSeconds: 10, timeoutSeconds: 2, failureThreshold: 3 },
      },
    });
  });

  it('XC-4: without clusterSelector selects every cluster; without resolutionType means loadBalancer', () => {
    for (const resolutionType of [undefined, '', null]) {
      expect(readRule(gatewayDNS('a/b', { service: 'c/d', resolutionType }), DEFAULTS)).toMatchObject({ rule: { selector: [], resolution: 'loadBalancer' } });
    }
  });

  it('reads all that can be set', () => {
    const healthCheck = { enabled: false, port: 8443, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 1 };
    const spec = { service: 'a/b', resolutionType: 'nodePort', ttlSeconds: 60, mergePolicy: 'Union', namespaces: { from: 'Selector', selector: { matchLabels: { x: 'y' } } }, nodeAddressType: 'InternalIP', healthCheck };
    expect(readRule(gatewayDNS('n/g', spec), DEFAULTS)).toMatchObject({
      rule: {
        resolution: 'nodePort',
        ttlSeconds: 60,
        mergePolicy: 'Union',
        audience: { from: 'Selector', selector: [{ key: 'x', operator: 'In', values: ['y'] }] },
        nodeAddressType: 'InternalIP',
        health: { isEnabled: false, port: 8443, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 1 },
      },
    });
  });

  it('asks gateways for an answer as the hub says, where the GatewayDNS says nothing', () => {
    expect(readRule(gatewayDNS('n/g'), { healthChecks: false })).toMatchObject({ rule: { health: { isEnabled: false } } });
    expect(readRule(gatewayDNS('n/g', { ...ENVOY, healthCheck: { enabled: true } }), { healthChecks: false })).toMatchObject({ rule: { health: { isEnabled: true } } });
  });

  it.each<[string, unknown, RegExp]>([
    ['XC-5: a service without "/"', { service: 'envoy' }, /^spec.service: "envoy" is not of the form namespace\/name$/],
    ['XC-5: a service with two "/"', { service: 'a/b/c' }, /^spec.service: "a\/b\/c" is not/],
    ['XC-5: a service without name', { service: 'a/' }, /^spec.service: "a\/" is not/],
    ['XC-5: a service that is no name', { service: 'A/b c' }, /^spec.service/],
    ['XC-5: a service that is no text', { service: 7 }, /^spec.service: 7 is not/],
    ['no service', {}, /^spec.service: it is missing$/],
    ['no spec', undefined, /^spec.service: it is missing$/],
    ['a spec that is a list', [], /^spec: \[\] is no object/],
    ['XC-4: an unknown resolutionType', { service: 'a/b', resolutionType: 'nodePortWhatever' }, /^spec.resolutionType: "nodePortWhatever" is none of loadBalancer, nodePort, hostPort$/],
    ['XC-4: an invalid operator', { service: 'a/b', clusterSelector: { matchExpressions: [{ key: 'a', operator: 'Gt' }] } }, /^spec.clusterSelector: operator "Gt"/],
    ['a TTL of 0', { service: 'a/b', ttlSeconds: 0 }, /^spec.ttlSeconds: 0 is no whole number from 1 to 86400$/],
    ['an unknown mergePolicy', { service: 'a/b', mergePolicy: 'Newest' }, /^spec.mergePolicy/],
    ['an unknown audience', { service: 'a/b', namespaces: { from: 'Some' } }, /^spec.namespaces.from/],
    ['an audience that is a text', { service: 'a/b', namespaces: 'All' }, /^spec.namespaces: "All" is no object/],
    ['an audience by a selector that is missing', { service: 'a/b', namespaces: { from: 'Selector' } }, /^spec.namespaces.selector: it is missing$/],
    ['an unknown nodeAddressType', { service: 'a/b', nodeAddressType: 'Hostname' }, /^spec.nodeAddressType/],
    ['a port that is none', { service: 'a/b', healthCheck: { port: 70000 } }, /^spec.healthCheck.port/],
    ['a switch that is none', { service: 'a/b', healthCheck: { enabled: 'no' } }, /^spec.healthCheck.enabled: "no" is neither/],
  ])('tells what is wrong with %s', (_name, spec, problem) => {
    const object = { ...gatewayDNS('n/g'), spec } as GatewayDNS;
    expect(readRule(object, DEFAULTS)).toEqual({ problems: expect.arrayContaining([expect.stringMatching(problem)]) });
  });

  it('tells all that is wrong', () => {
    const reading = readRule(gatewayDNS('n/g', { service: 'x', resolutionType: 'y', ttlSeconds: 'z' }), DEFAULTS);
    expect('problems' in reading && reading.problems).toHaveLength(3);
  });
});
