import { GATEWAY_ANNOTATION_PREFIX, GATEWAY_ANNOTATIONS } from '../../api/data-plane.ts';
import { canonicalAddress } from '../../api/cidr.ts';
import { GATEWAY_NODE } from '../../api/labels.ts';
import type { Node } from '../../api/types/index.ts';
import { errorMessage } from '../../base/errors.ts';
import type { NodeView } from '../plan/types.ts';
import { parsePublicIpSource, type PublicIpSource } from '../public-ip/source.ts';
import { parsePort } from './parse-port.ts';

export function isGatewayNode({ metadata }: Node): boolean {
  return metadata.labels?.[GATEWAY_NODE] === 'true';
}

/** What the plan needs of a node. */
export function toNodeView({ metadata, spec, status }: Node): NodeView {
  const internal = (status?.addresses ?? []).filter(({ type }) => type === 'InternalIP');
  return {
    name: metadata.name,
    addresses: internal.flatMap(({ address }) => canonicalAddress(address) ?? []),
    podCIDRs: spec?.podCIDRs ?? (spec?.podCIDR === undefined || spec.podCIDR === '' ? [] : [spec.podCIDR]),
  };
}

/** What the annotations of a gateway node ask for. */
export interface GatewayNodeOptions {
  readonly publicIP?: PublicIpSource;
  readonly udpPort?: number;
  readonly nattDiscoveryPort?: number;
  /** What of them is not understood, and has no effect. */
  readonly warnings: readonly string[];
}

/** Never throws: a slip in an annotation must not cost the tunnels. */
export function readNodeOptions({ metadata }: Node): GatewayNodeOptions {
  const warnings: string[] = [];
  const options: { publicIP?: PublicIpSource; udpPort?: number; nattDiscoveryPort?: number } = {};
  const readPort = (key: 'udpPort' | 'nattDiscoveryPort', name: string, value: string): void => {
    const port = parsePort(value);
    if (port === undefined) warnings.push(`annotation ${name} is "${value}", which is no port`);
    else options[key] = port;
  };
  for (const [name, value] of Object.entries(metadata.annotations ?? {}).filter(([key]) => key.startsWith(GATEWAY_ANNOTATION_PREFIX))) {
    if (name === GATEWAY_ANNOTATIONS.udpPort) readPort('udpPort', name, value);
    else if (name === GATEWAY_ANNOTATIONS.nattDiscoveryPort) readPort('nattDiscoveryPort', name, value);
    else if (name !== GATEWAY_ANNOTATIONS.publicIP) warnings.push(`annotation ${name} is not known`);
    else {
      try {
        options.publicIP = parsePublicIpSource(value);
      } catch (error) {
        warnings.push(`annotation ${name}: ${errorMessage(error)}`);
      }
    }
  }
  return { ...options, warnings };
}
