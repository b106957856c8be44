import { GATEWAY_STUB_DOMAINS, STUB_DOMAIN } from '../api/labels.ts';
import { CLUSTERSET_DOMAIN } from '../api/names.ts';
import type { DnsAnswer, DnsQuestion } from './ask-name-server.ts';
import type { BlockStyle } from './block-text.ts';
import { MCS_BLOCK } from './marked-block.ts';
import { XCC_BLOCK } from './xcc-block.ts';

/** A question by which it shows whether a server of the cluster's own DNS has loaded what was written. */
export interface Proof extends DnsQuestion {
  /** Whether the answer is that of our name server. */
  readonly isOurs: (answer: DnsAnswer) => boolean;
}

/**
 * What is wired, and under which names. Two subjects stand side by side in the configuration of one
 * cluster: neither sees, changes or removes what carries the names of the other.
 */
export interface WiringSubject {
  /** Zones that are forwarded to our name server: lower case, no final dot. */
  readonly zones: readonly string[];
  readonly block: BlockStyle;
  /** Our key of a ConfigMap that has one for each server. */
  readonly customKey: string;
  /** Our entry in OpenShift's `spec.servers`: a service name of RFC 6335, of at most 15 characters. */
  readonly serverName: string;
  /** Annotation of the ConfigMap of kube-dns, in which what we wrote into its `stubDomains` is noted. */
  readonly stubAnnotation: string;
  readonly proofs: readonly Proof[];
}

/** A member's clusterset.local. */
export const CLUSTERSET_WIRING: WiringSubject = {
  zones: [CLUSTERSET_DOMAIN],
  block: MCS_BLOCK,
  customKey: 'mcs.server',
  serverName: 'mcs-clusterset',
  stubAnnotation: STUB_DOMAIN,
  proofs: [{ name: `dns-version.${CLUSTERSET_DOMAIN}`, type: 'TXT', isOurs: ({ rcode, text }) => rcode === 'NOERROR' && text !== undefined }],
};

/** The names that our name server and that of cross-cluster-connectivity give themselves; the latter may serve the root. */
const isGatewayServer = ({ rcode, text }: DnsAnswer): boolean => rcode === 'NOERROR' && /^ns\.dns(?:\.|$)/i.test(text ?? '');

/**
 * Names of gateways, for these suffixes. Without suffixes it serves to take out what an earlier
 * wiring wrote, whatever its suffixes were.
 */
export function gatewayWiring(suffixes: readonly string[]): WiringSubject {
  const zones = [...new Set(suffixes.map((suffix) => suffix.toLowerCase().replace(/\.$/, '')))];
  return {
    zones,
    block: XCC_BLOCK,
    customKey: 'mcs-gateway.server',
    serverName: 'mcs-gateway',
    stubAnnotation: GATEWAY_STUB_DOMAINS,
    proofs: zones.map((name) => ({ name, type: 'SOA', isOurs: isGatewayServer })),
  };
}
