import type { MirrorOptionTable } from './option-table.ts';

/** All flags of service-reflector (2020) by their names there, and two that say who may read its emitter. */
export const REFLECTOR_OPTIONS = {
  kubeconfig: { type: 'string', helpValue: '<file>', summary: 'Kubeconfig of the local cluster, which is written to (empty: that of the pod)' },
  namespace: { type: 'string', helpValue: '<namespace>', summary: 'Mirror and emit Services of this namespace only, local and in the sources (empty: all)' },
  emitter: { type: 'boolean', isOnByDefault: true, summary: 'Run the emitter: offer Services of the local cluster to others (default: yes)' },
  reflector: { type: 'boolean', isOnByDefault: true, summary: 'Run the reflector: mirror Services of the sources (default: yes)' },
  listen: { type: 'string', helpValue: '[<host>]:<port>', summary: 'Where health and metrics are served (default: :9090)' },
  'log-level': { type: 'string', values: ['all', 'debug', 'info', 'warn', 'error', 'none'], summary: 'What is logged (default: info)' },
  version: { type: 'boolean', summary: 'Print the version and end' },
  'reflector.source-api': { type: 'string', multiple: true, helpValue: '<url>[,<url>]', summary: 'URL of an emitter or of another API without a credential; repeatable, and several by commas' },
  'reflector.source-kubeconfig': { type: 'string', multiple: true, helpValue: '<file>', summary: 'Kubeconfig of a source; repeatable' },
  'reflector.selector': { type: 'string', helpValue: '<selector>', summary: 'Mirror Services with these labels only' },
  'emitter.selector': { type: 'string', helpValue: '<selector>', summary: 'Emit Services with these labels only' },
  'emitter.bind-address': { type: 'string', helpValue: '<address>', summary: 'Where the HTTPS port listens (default: 0.0.0.0)' },
  'emitter.secure-port': { type: 'string', helpValue: '<port>', summary: 'HTTPS port of the emitter, 0 for none (default: 6443)' },
  'emitter.cert-dir': { type: 'string', helpValue: '<folder>', summary: 'Where a certificate is kept that is made here (default: emitter.local.config/certificates)' },
  'emitter.tls-cert-file': { type: 'string', helpValue: '<file>', summary: 'Certificate of the HTTPS port (default: one is made)' },
  'emitter.tls-private-key-file': { type: 'string', helpValue: '<file>', summary: 'Key of that certificate' },
  'emitter.token-file': { type: 'string', multiple: true, helpValue: '<file>', summary: 'Bearer tokens that may read the emitter, one a line; not in service-reflector. Repeatable' },
  'emitter.client-ca-file': { type: 'string', helpValue: '<file>', summary: 'Authorities whose client certificates may read the emitter; not in service-reflector' },
  'emitter.tls-cipher-suites': { type: 'string', helpValue: '<suite>,...', summary: 'Cipher suites of TLS 1.2, by their IANA names' },
  'emitter.tls-min-version': { type: 'string', values: ['VersionTLS10', 'VersionTLS11', 'VersionTLS12', 'VersionTLS13'], summary: 'Lowest version of TLS (default: VersionTLS12, which is also the lowest that is taken)' },
  'emitter.tls-sni-cert-key': { type: 'string', multiple: true, helpValue: '<cert>,<key>[:<name>,...]', summary: 'Refused: the emitter has one certificate', hidden: true },
  'emitter.http2-max-streams-per-connection': { type: 'string', helpValue: '<number>', summary: 'Only 0 is taken: the emitter speaks HTTP/1.1', hidden: true },
  'emitter.insecure-bind-address': { type: 'string', helpValue: '<address>', summary: 'Where the plain HTTP port listens (default: 0.0.0.0)' },
  'emitter.insecure-port': { type: 'string', helpValue: '<port>', summary: 'Plain HTTP port of the emitter that anybody may read, 0 for none (default: 0; in service-reflector 8080)' },
} as const satisfies MirrorOptionTable;
