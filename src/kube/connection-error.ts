import { errorMessage, McsError, systemErrorCode } from '../base/errors.ts';
import { describeProxy } from './proxy-env.ts';

/** Which layer of a connection failed. `http` stands for a connection that was cut or went silent later. */
export type ConnectionLayer = 'name' | 'tcp' | 'tls' | 'http';

/** What is wrong with TLS, in words that do not change between Node versions. */
export type TlsFault = 'AUTHORITY_MISMATCH' | 'NAME_MISMATCH' | 'EXPIRED' | 'CLIENT_CERTIFICATE' | 'MATERIAL' | 'HANDSHAKE';

const AUTHORITY_CODES = new Set([
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
const NAME_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NONAME', 'EAI_NODATA']);

const STATES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not exist',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
};

const LAYER_NAMES: Readonly<Record<ConnectionLayer, string>> = {
  name: 'name resolution failed',
  tcp: 'TCP connection failed',
  tls: 'TLS failed',
  http: 'the connection was lost',
};

const TLS_STATES: Readonly<Record<TlsFault, string>> = {
  AUTHORITY_MISMATCH: 'its certificate is from another authority than the trusted one',
  NAME_MISMATCH: 'its certificate is for other names',
  EXPIRED: 'its certificate has expired or is not valid yet',
  CLIENT_CERTIFICATE: 'it does not accept the client certificate',
  MATERIAL: 'a certificate or key that is given for it cannot be read',
  HANDSHAKE: 'the handshake failed',
};

/** Which fault of TLS a system error code stands for; undefined if it is none of TLS. */
export function tlsFaultOf(code: string): TlsFault | undefined {
  if (AUTHORITY_CODES.has(code)) return 'AUTHORITY_MISMATCH';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') return 'NAME_MISMATCH';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'EXPIRED';
  if (/^ERR_SSL_(TLSV1_|TLSV13_|SSLV3_)?ALERT_.*CERT|CERTIFICATE_REQUIRED/.test(code)) return 'CLIENT_CERTIFICATE';
  if (/^ERR_OSSL_(PEM|ASN1|X509|UNSUPPORTED|DECODER)/.test(code)) return 'MATERIAL';
  if (/^(ERR_SSL_|ERR_TLS_|CERT_|EPROTO$|ERR_OSSL_)/.test(code)) return 'HANDSHAKE';
  return undefined;
}

/** How far a request had come when it failed. */
export type ConnectionPhase = 'resolving' | 'connecting' | 'securing' | 'open';

const PHASE_LAYERS: Readonly<Record<ConnectionPhase, ConnectionLayer>> = { resolving: 'name', connecting: 'tcp', securing: 'tls', open: 'http' };

function layerOf(code: string, phase: ConnectionPhase): ConnectionLayer {
  if (tlsFaultOf(code) !== undefined) return 'tls';
  if (NAME_CODES.has(code)) return 'name';
  return PHASE_LAYERS[phase];
}

function hintsFor(layer: ConnectionLayer, server: string, fault: TlsFault | undefined, proxy: string | undefined): string[] {
  const { hostname, host, port, protocol } = new URL(server);
  const target = port === '' ? `${hostname}:${protocol === 'https:' ? 443 : 80}` : host;
  if (layer === 'name') return [`getent hosts ${new URL(proxy ?? server).hostname}`];
  if (layer !== 'tls') return [`curl -k --connect-timeout 5 ${proxy === undefined ? '' : `--proxy ${proxy} `}${server}/version`];
  if (fault === 'CLIENT_CERTIFICATE' || fault === 'MATERIAL') return ['kubectl config view --minify'];
  return [`openssl s_client -connect ${target} -showcerts </dev/null`];
}

/**
 * MCS_CLUSTER_UNREACHABLE for a request that got no answer, with `details.layer` (`name`, `tcp`, `tls`,
 * `http`), `details.systemCode`, `details.proxy` and, for TLS, the stable `details.tlsCode`.
 */
export function connectionError(server: string, phase: ConnectionPhase, error: unknown, proxyUrl?: string): McsError {
  const proxy = proxyUrl === undefined ? undefined : describeProxy(proxyUrl);
  const code = systemErrorCode(error) ?? '';
  const layer = layerOf(code, phase);
  const fault = layer === 'tls' ? (tlsFaultOf(code) ?? 'HANDSHAKE') : undefined;
  const state = (fault !== undefined && fault !== 'HANDSHAKE' ? TLS_STATES[fault] : STATES[code]) ?? (errorMessage(error) || code);
  const suffix = code === '' ? '' : ` (${code})`;
  const failure = layer === 'http' && code === 'ETIMEDOUT' ? 'the server is silent' : LAYER_NAMES[layer];
  return new McsError('MCS_CLUSTER_UNREACHABLE', `Cannot reach the API server at ${server}: ${proxy === undefined ? '' : `through proxy ${proxy}: `}${failure}: ${state}${suffix}`, {
    hints: hintsFor(layer, server, fault, proxy),
    details: { server, layer, ...(proxy !== undefined && { proxy }), ...(code !== '' && { systemCode: code }), ...(fault && { tlsCode: fault }) },
    cause: error,
  });
}
