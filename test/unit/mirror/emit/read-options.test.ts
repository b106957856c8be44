import { describe, expect, it } from '@jest/globals';
import type { McsError } from '../../../../src/base/errors.ts';
import { parseEmitterArgs } from '../../../../src/mirror/emit/read-options.ts';
import { thrown } from '../../../helpers/thrown.ts';

describe('parseEmitterArgs()', () => {
  it('fills in defaults', () => {
    expect(parseEmitterArgs(['--anonymous'])).toEqual({
      settings: {
        labelSelector: '',
        exportedOnly: false,
        full: false,
        secure: { host: '::', port: 6443, certDir: 'mcs-emitter-certificates', names: [] },
        authentication: { tokenFiles: [], anonymous: true },
        maxWatches: 1000,
      },
    });
  });

  it('takes every flag', () => {
    const args = [
      ...['--kubeconfig=k', '--context', 'west', '--selector', 'app in (a,b)', '--namespaces', 'shop, pay', '--exported', '--full'],
      ...['--token-file', 'a', '--token-file', 'b', '--client-ca-file', 'ca', '--bind-address', '127.0.0.1', '--secure-port', '0'],
      ...['--insecure-port', '8081', '--insecure-bind-address', '127.0.0.2', '--max-watches', '7', '--listen', '127.0.0.1:9090'],
    ];
    expect(parseEmitterArgs(args)).toEqual({
      kubeconfig: 'k',
      context: 'west',
      health: { host: '127.0.0.1', port: 9090 },
      settings: {
        labelSelector: 'app in (a,b)',
        namespaces: ['shop', 'pay'],
        exportedOnly: true,
        full: true,
        insecure: { host: '127.0.0.2', port: 8081 },
        authentication: { tokenFiles: ['a', 'b'], clientCaFile: 'ca', anonymous: false },
        maxWatches: 7,
      },
    });
    expect(parseEmitterArgs(['--anonymous', '--tls-cert-file', 'c', '--tls-private-key-file', 'k', '--tls-name', 'x', '--cert-dir', 'd']).settings.secure).toEqual({ host: '::', port: 6443, certificate: { certFile: 'c', keyFile: 'k' }, certDir: 'd', names: ['x'] });
  });

  it.each<[string, string, string]>([
    ['', 'nothing says who may read it', '--token-file|--client-ca-file|--anonymous'],
    ['--anonymous --secure-port 0', 'both of its ports are off', '--insecure-port'],
    ['--client-ca-file ca --secure-port 0 --insecure-port 8080', 'client certificates need its HTTPS port', '--secure-port 6443'],
    ['--anonymous --tls-cert-file c', 'certificate and key belong together', ''],
    ['--anonymous --secure-port x', '--secure-port "x"', ''],
    ['--anonymous --insecure-port 70000', '--insecure-port "70000"', ''],
    ['--anonymous --namespaces ,', 'it names no namespace', 'leave it out'],
    ['--anonymous --namespaces shop,Pay', '"Pay" is no name of a namespace', '--namespaces shop,pay'],
    ['--anonymous --max-watches 0', '0 is no number of watches', '--max-watches'],
    ['--anonymous --listen 9090', '--listen "9090"', '--listen :9090'],
    ['--anonymous --selector a=(b', '--selector "a=(b"', '--selector'],
    ['--anonymous --verbose', 'Unknown option', 'mcs emit --help'],
    ['--anonymous word', 'Unexpected argument', 'mcs emit --help'],
  ])('refuses "%s"', (args, message, hints) => {
    const error = thrown(() => parseEmitterArgs(args === '' ? [] : args.split(' '))) as McsError;
    expect([error.code, error.message]).toEqual(['MCS_USAGE', expect.stringContaining(message)]);
    for (const hint of hints.split('|')) expect(error.hints.join('\n')).toContain(hint);
  });
});
