import { McsError } from '../../base/errors.ts';
import { DEFAULT_MAX_WATCHES, DEFAULT_SECURE_PORT, type EmitterSettings, type SecureListener } from '../emit/settings.ts';
import { flagOf, listOf, type OptionValues, splitValues, textOf } from './option-table.ts';
import { watchedNamespace } from './reflector-settings.ts';
import { checkSelector } from './source-settings.ts';

/** Go's names of the suites of TLS 1.2 that Node.js has too. */
const SUITES: Readonly<Record<string, string>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_RSA_WITH_AES_128_GCM_SHA256: 'AES128-GCM-SHA256',
  TLS_RSA_WITH_AES_256_GCM_SHA384: 'AES256-GCM-SHA384',
};
/** Node.js gives TLS 1.3 up where its list has none of them; in Go they cannot be taken away. */
const SUITES_OF_TLS13 = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'];

function refuse(flag: string, reason: string, hints: readonly string[] = ['docs/mirror.md says what differs']): McsError {
  return new McsError('MCS_USAGE', `Cannot use --${flag}: ${reason}`, { hints });
}

function portOf(values: OptionValues, flag: string, fallback: number): number {
  const text = textOf(values, flag);
  if (text === undefined) return fallback;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw refuse(`${flag} "${text}"`, 'it is no port');
}

/** The emitter of the reflector preset; undefined with `--emitter=false`. Throws MCS_USAGE for flags that cannot be honoured. */
export function reflectorEmitter(values: OptionValues): EmitterSettings | undefined {
  if (flagOf(values, 'emitter') === false) return undefined;
  const sni = listOf(values, 'emitter.tls-sni-cert-key');
  if (sni !== undefined) throw refuse('emitter.tls-sni-cert-key', 'the emitter has one certificate, for all names', ['--emitter.tls-cert-file <file> --emitter.tls-private-key-file <file>']);
  const streams = textOf(values, 'emitter.http2-max-streams-per-connection') ?? '0';
  if (streams !== '0') throw refuse('emitter.http2-max-streams-per-connection', 'the emitter speaks HTTP/1.1, which has no streams', ['--emitter.http2-max-streams-per-connection=0']);
  const insecurePort = portOf(values, 'emitter.insecure-port', 0);
  const securePort = portOf(values, 'emitter.secure-port', DEFAULT_SECURE_PORT);
  const namespace = watchedNamespace(values);
  return {
    labelSelector: checkSelector(textOf(values, 'emitter.selector') ?? '', '--emitter.selector'),
    ...(namespace !== undefined && { namespaces: [namespace] }),
    exportedOnly: false,
    full: false,
    ...(securePort > 0 && { secure: secureListener(values, securePort) }),
    ...(insecurePort > 0 && { insecure: { host: textOf(values, 'emitter.insecure-bind-address') ?? '0.0.0.0', port: insecurePort } }),
    authentication: authentication(values, insecurePort > 0),
    maxWatches: DEFAULT_MAX_WATCHES,
  };
}

/** There everybody may read everything. Here that has to be said, by the port that has no way to tell anybody apart. */
function authentication(values: OptionValues, hasInsecurePort: boolean): EmitterSettings['authentication'] {
  const tokenFiles = listOf(values, 'emitter.token-file') ?? [];
  const clientCaFile = textOf(values, 'emitter.client-ca-file');
  const isRestricted = tokenFiles.length > 0 || clientCaFile !== undefined;
  if (!isRestricted && !hasInsecurePort) {
    throw new McsError('MCS_USAGE', 'Cannot run the emitter: nothing says who may read it', {
      hints: ['--emitter.insecure-port=8080   # anybody who reaches the pod, unencrypted, as service-reflector has it', '--emitter.token-file <file>', '--emitter.client-ca-file <file>', '--emitter=false'],
    });
  }
  return { tokenFiles, ...(clientCaFile !== undefined && { clientCaFile }), anonymous: !isRestricted };
}

function secureListener(values: OptionValues, port: number): SecureListener {
  const certFile = textOf(values, 'emitter.tls-cert-file');
  const keyFile = textOf(values, 'emitter.tls-private-key-file');
  if ((certFile === undefined) !== (keyFile === undefined)) throw refuse(certFile === undefined ? 'emitter.tls-private-key-file' : 'emitter.tls-cert-file', 'certificate and key belong together');
  const ciphers = ciphersOf(values);
  const minVersion = minVersionOf(values);
  return {
    host: textOf(values, 'emitter.bind-address') ?? '0.0.0.0',
    port,
    ...(certFile !== undefined && keyFile !== undefined && { certificate: { certFile, keyFile } }),
    certDir: textOf(values, 'emitter.cert-dir') ?? 'emitter.local.config/certificates',
    names: [],
    ...(minVersion && { minVersion }),
    ...(ciphers && { ciphers }),
  };
}

function minVersionOf(values: OptionValues): SecureListener['minVersion'] {
  const version = textOf(values, 'emitter.tls-min-version');
  if (version === undefined) return undefined;
  if (version === 'VersionTLS13') return 'TLSv1.3';
  if (version === 'VersionTLS12') return 'TLSv1.2';
  throw refuse(`emitter.tls-min-version ${version}`, 'TLS 1.0 and 1.1 are not offered (RFC 8996)', ['--emitter.tls-min-version=VersionTLS12']);
}

function ciphersOf(values: OptionValues): readonly string[] | undefined {
  const names = splitValues(textOf(values, 'emitter.tls-cipher-suites'));
  if (names === undefined || names.length === 0) return undefined;
  const unknown = names.find((name) => !Object.hasOwn(SUITES, name) && !SUITES_OF_TLS13.includes(name));
  if (unknown !== undefined) throw refuse('emitter.tls-cipher-suites', `Node.js does not offer "${unknown}"`, [`one of ${Object.keys(SUITES).join(', ')}`]);
  return [...SUITES_OF_TLS13, ...new Set(names.flatMap((name) => SUITES[name] ?? []))];
}
