import type { MirrorOptionTable } from '../config/option-table.ts';

/** Flags of an emitter: those of the CLI and of the agent are made of them. */
export const EMIT_OPTIONS = {
  kubeconfig: { type: 'string', helpValue: '<file>', summary: 'Kubeconfig of the cluster that is emitted (default: KUBECONFIG, else ~/.kube/config; in a pod its own cluster)' },
  context: { type: 'string', helpValue: '<context>', summary: 'Context of that cluster (default: the current one)' },
  selector: { type: 'string', helpValue: '<selector>', summary: 'Services with these labels only, as in "app in (a,b),tier=web", and what belongs to them' },
  namespaces: { type: 'string', helpValue: '<namespace>,...', summary: 'Services of these namespaces only' },
  exported: { type: 'boolean', summary: 'Only Services that have a ServiceExport' },
  full: { type: 'boolean', summary: 'Whole objects, not just what mirrors need' },
  'token-file': { type: 'string', multiple: true, helpValue: '<file>', summary: 'Bearer tokens of readers, one a line; read again when it changes. Repeatable' },
  'client-ca-file': { type: 'string', helpValue: '<file>', summary: 'Authorities whose client certificates are accepted; read again when it changes' },
  anonymous: { type: 'boolean', summary: 'Let everybody read who reaches a port' },
  'bind-address': { type: 'string', helpValue: '<address>', summary: 'Address of the HTTPS port (default: all)' },
  'secure-port': { type: 'string', helpValue: '<port>', summary: 'HTTPS port; 0: none (default: 6443)' },
  'tls-cert-file': { type: 'string', helpValue: '<file>', summary: 'Certificate of the HTTPS port; read again when it changes' },
  'tls-private-key-file': { type: 'string', helpValue: '<file>', summary: 'Key of that certificate' },
  'cert-dir': { type: 'string', helpValue: '<folder>', summary: 'Where a certificate and its authority are made and kept if no certificate is given (default: mcs-emitter-certificates)' },
  'tls-name': { type: 'string', multiple: true, helpValue: '<name or address>', summary: 'Name or address under which readers reach the emitter, for the certificate that is made. Repeatable' },
  'insecure-bind-address': { type: 'string', helpValue: '<address>', summary: 'Address of the plain HTTP port (default: all)' },
  'insecure-port': { type: 'string', helpValue: '<port>', summary: 'Plain HTTP port: whatever passes it can be read on the way, tokens too (default: none)' },
  'max-watches': { type: 'string', helpValue: '<number>', summary: 'Watches that may be open at once (default: 1000)' },
  listen: { type: 'string', helpValue: '[<host>]:<port>', summary: 'Address of probes and metrics (default: :8080)' },
} as const satisfies MirrorOptionTable;
