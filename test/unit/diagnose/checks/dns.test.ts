import { describe, expect, it } from '@jest/globals';
import type { ServiceImport } from '../../../../src/api/types/index.ts';
import type { DnsJson } from '../../../../src/diagnose/ask-dns.ts';
import { describeMismatch, judgeVersion } from '../../../../src/diagnose/checks/dns.ts';

const imported = (...ips: string[]): ServiceImport => ({
  apiVersion: '',
  kind: 'ServiceImport',
  metadata: { name: 'nginx', namespace: 'shop' },
  spec: { type: 'ClusterSetIP', ips, ports: [] },
});
const answer = (...addresses: string[]): DnsJson => ({ Status: 0, Answer: addresses.map((data) => ({ name: 'n', type: 1, TTL: 5, data })) });

describe('describeMismatch', () => {
  const cases: [string, ServiceImport, DnsJson, string | undefined][] = [
    ['the same address', imported('10.0.0.1'), answer('10.0.0.1'), undefined],
    ['the same addresses in another order', imported('10.0.0.1', '10.0.0.2'), answer('10.0.0.2', '10.0.0.1'), undefined],
    ['an IPv6 address, which A does not carry', imported('10.0.0.1', 'fd00::1'), answer('10.0.0.1'), undefined],
    ['another address', imported('10.0.0.1'), answer('10.0.0.9'), 'dns-1 answers "10.0.0.9" for shop/nginx, whose import has 10.0.0.1'],
    ['NXDOMAIN', imported('10.0.0.1'), { Status: 3 }, 'dns-1 answers "no such name" for shop/nginx, whose import has 10.0.0.1'],
    ['an empty answer', imported('10.0.0.1'), { Status: 0 }, 'dns-1 answers "no address" for shop/nginx, whose import has 10.0.0.1'],
  ];
  it.each(cases)('%s', (_title, object, given, expected) => {
    expect(describeMismatch(object, 'dns-1', given)).toBe(expected);
  });
});

describe('judgeVersion', () => {
  const version = { Status: 0, Answer: [{ name: 'n', type: 16, TTL: 5, data: '"1.0.0"' }] };
  const suspects = [{ cluster: 'west', ids: ['MCS-DEP-08'] }];
  const judge = (...answers: (DnsJson | { readonly error: string })[]) => judgeVersion(answers.map((one, index) => ({ pod: `dns-${index}`, answer: one })), 'kubectl', suspects);

  it('passes where all know the version', () => {
    expect(judge(version, version).status).toBe('pass');
  });

  it('suspects the network where those that are wrong say nothing at all', () => {
    expect(judge(version, { error: 'no answer in 5 s' })).toMatchObject({ status: 'fail', evidence: ['dns-1: no answer in 5 s'], suspects });
  });

  it('suspects nothing else where one answers wrongly', () => {
    const outcome = judge({ Status: 2 }, { error: 'no answer in 5 s' });
    expect(outcome.evidence).toEqual(['dns-0: rcode 2 for TXT dns-version.clusterset.local', 'dns-1: no answer in 5 s']);
    expect(outcome).not.toHaveProperty('suspects');
  });
});
