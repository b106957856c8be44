import { describe, expect, it } from '@jest/globals';
import { listenFailure, listenWithFallback } from '../../../src/base/listen-host.ts';

const failing = (code: string) => (host: string): Promise<string> => (host === '0.0.0.0' ? Promise.resolve(host) : Promise.reject(Object.assign(new Error(code), { code })));

describe('listenWithFallback', () => {
  it('listens on the given host', async () => {
    await expect(listenWithFallback('::', (host) => Promise.resolve(host))).resolves.toBe('::');
  });

  it.each(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'])('takes the wildcard of IPv4 for that of IPv6 on %s', async (code) => {
    await expect(listenWithFallback('::', failing(code))).resolves.toBe('0.0.0.0');
  });

  it.each([
    ['a port in use', '::', 'EADDRINUSE'],
    ['an address that was asked for by name', 'fd00::1', 'EADDRNOTAVAIL'],
  ])('does not hide %s', async (_title, host, code) => {
    await expect(listenWithFallback(host, failing(code))).rejects.toMatchObject({ code });
  });
});

describe('listenFailure()', () => {
  const fail = (code: string): unknown => listenFailure(Object.assign(new Error(code), { code }), { host: '::', port: 6443 }, ['--secure-port <port>']);

  it.each([
    ['EADDRINUSE', 'Cannot listen on [::]:6443: another process listens there'],
    ['EADDRNOTAVAIL', 'Cannot listen on [::]:6443: this host has no such address'],
    ['EACCES', 'Cannot listen on [::]:6443: this process may not use that port'],
  ])('is the fault of whoever chose the address for %s', (code, message) => {
    expect(fail(code)).toMatchObject({ code: 'MCS_USAGE', message, hints: ['--secure-port <port>'] });
  });

  it('is the failure itself for what is no choice of theirs', () => {
    expect(fail('EMFILE')).toMatchObject({ code: 'EMFILE', message: 'EMFILE' });
  });
});
