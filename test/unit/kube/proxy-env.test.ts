import { describe, expect, it } from '@jest/globals';
import { describeProxy, proxyFor } from '../../../src/kube/proxy-env.ts';
import { thrown } from '../../helpers/thrown.ts';

const PROXY = 'http://proxy:3128';

describe('proxyFor', () => {
  it.each<[string, NodeJS.ProcessEnv, string, string | undefined]>([
    ['none without a variable', {}, 'https://api.example:6443', undefined],
    ['HTTPS_PROXY for https', { HTTPS_PROXY: PROXY, HTTP_PROXY: 'http://other' }, 'https://api.example:6443', PROXY],
    ['HTTP_PROXY for http', { HTTPS_PROXY: 'http://other', HTTP_PROXY: PROXY }, 'http://api.example', PROXY],
    ['small letters', { https_proxy: PROXY }, 'https://api.example', PROXY],
    ['capitals before small letters', { HTTPS_PROXY: PROXY, https_proxy: 'http://other' }, 'https://api.example', PROXY],
    ['one without a protocol as HTTP', { HTTPS_PROXY: 'proxy:3128' }, 'https://api.example', PROXY],
    ['a SOCKS proxy', { HTTPS_PROXY: 'socks5://proxy:1080' }, 'https://api.example', 'socks5://proxy:1080'],
    ['none for localhost', { HTTPS_PROXY: PROXY }, 'https://localhost:6443', undefined],
    ['none for loopback', { HTTPS_PROXY: PROXY }, 'https://127.40.0.1:6443', undefined],
    ['none for loopback of IPv6', { HTTPS_PROXY: PROXY }, 'https://[::1]:6443', undefined],
  ])('gives %s', (_title, env, server, expected) => {
    expect(proxyFor(server, env)).toBe(expected);
  });

  it.each<[string, string, boolean]>([
    ['*', 'https://api.example', true],
    ['api.example', 'https://api.example', true],
    ['example', 'https://api.example', true],
    ['.example', 'https://api.example', true],
    ['*.example', 'https://api.example', true],
    ['.api.example', 'https://api.example', false],
    ['ample', 'https://api.example', false],
    ['API.Example', 'https://api.example', true],
    ['other, api.example', 'https://api.example', true],
    ['api.example:6443', 'https://api.example:6443', true],
    ['api.example:6443', 'https://api.example', false],
    ['api.example:443', 'https://api.example', true],
    ['10.0.0.0/8', 'https://10.1.2.3:6443', true],
    ['10.0.0.0/8', 'https://11.1.2.3:6443', false],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['10.1.2.3:6443', 'https://10.1.2.3', false],
    ['fd00::/8', 'https://[fd00::1]:6443', true],
    ['fd00::1', 'https://[fd00::1]:6443', true],
    ['[fd00::1]:6443', 'https://[fd00::1]:6443', true],
    ['2.3', 'https://10.1.2.3', false],
  ])('reads NO_PROXY=%s for %s', (NO_PROXY, server, isExcepted) => {
    expect(proxyFor(server, { HTTPS_PROXY: PROXY, NO_PROXY })).toBe(isExcepted ? undefined : PROXY);
  });

  it.each(['http://', 'ftp://proxy', '::'])('throws MCS_USAGE for "%s", without repeating it', (HTTPS_PROXY) => {
    const error = thrown(() => proxyFor('https://api.example', { HTTPS_PROXY }));
    expect(error).toMatchObject({ code: 'MCS_USAGE', message: 'Cannot use the proxy of HTTPS_PROXY: it is no URL of a kind that is known' });
  });
});

describe('describeProxy', () => {
  it('leaves the credential out', () => {
    expect(describeProxy('http://ann:secret@proxy:3128/')).toBe(PROXY);
  });
});
