import { describe, expect, it } from '@jest/globals';
import { readGatewayNames } from '../../../src/agents/dns-settings.ts';

const ZONES = ['clusterset.local', 'cluster.local'];
const read = (env: NodeJS.ProcessEnv, taken: readonly string[] = ZONES) => readGatewayNames(env, { podNamespace: 'xcc-dns' }, taken);
const ON = { MCS_DNS_GATEWAYS: 'true' };

describe('readGatewayNames()', () => {
  it.each([{}, { MCS_DNS_GATEWAYS: '' }, { MCS_DNS_GATEWAYS: 'false' }, { NAMESPACE: 'xcc-dns', MCS_DNS_SUFFIXES: '' }])('is nothing for %j', (env) => {
    expect(read(env)).toBeUndefined();
  });

  it('has the namespace of the pod, zones that follow from the records, and 5 s, if nothing else is said', () => {
    expect(read(ON)).toEqual({ namespace: 'xcc-dns', suffixes: undefined, ttl: 5 });
  });

  it('has what is said, in lower case, each zone once', () => {
    expect(read({ ...ON, NAMESPACE: 'names', MCS_DNS_SUFFIXES: 'Xcc.test., example.com,xcc.test', MCS_DNS_TTL: '30' })).toEqual({ namespace: 'names', suffixes: ['xcc.test', 'example.com'], ttl: 30 });
  });

  it('takes a zone that the services of a cluster set would have, where there are none', () => {
    expect(read({ ...ON, MCS_DNS_SUFFIXES: 'x.clusterset.local' }, [])?.suffixes).toEqual(['x.clusterset.local']);
  });

  it.each([
    [{ MCS_DNS_GATEWAYS: 'yes' }, 'MCS_DNS_GATEWAYS "yes"'],
    [{ MCS_DNS_SUFFIXES: 'xcc.test' }, 'MCS_DNS_SUFFIXES "xcc.test"'],
    [{ MCS_DNS_TTL: '5' }, 'MCS_DNS_TTL "5"'],
    [{ ...ON, MCS_DNS_SUFFIXES: 'xcc.test,a..b' }, '"a..b" is no DNS name'],
    [{ ...ON, MCS_DNS_SUFFIXES: '*.xcc.test' }, '"*.xcc.test" is no DNS name'],
    [{ ...ON, MCS_DNS_SUFFIXES: 'gateways.clusterset.local' }, '"gateways.clusterset.local" is a zone of the services'],
    [{ ...ON, MCS_DNS_SUFFIXES: 'cluster.local' }, '"cluster.local" is a zone of the services'],
    [{ ...ON, MCS_DNS_TTL: 'soon' }, 'MCS_DNS_TTL "soon"'],
    [{ ...ON, MCS_DNS_TTL: '86401' }, 'MCS_DNS_TTL "86401"'],
  ])('refuses %j', (env, message) => {
    expect(() => read(env)).toThrow(expect.objectContaining({ code: 'MCS_USAGE', message: expect.stringContaining(message) }));
  });
});
