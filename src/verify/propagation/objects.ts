import { APP_COMPONENT, MCS_SERVICE_NAME, SERVICE_NAME, SLICE_MANAGED_BY } from '../../api/labels.ts';
import { CLUSTERSET_DOMAIN, fitName } from '../../api/names.ts';
import type { EndpointSlice, KubeObject, Service } from '../../api/types/index.ts';
import type { AddressType } from '../../probe/dns-asker.ts';
import type { Draft } from '../../kube/client.ts';
import { BENCHMARK_PORT } from '../benchmark/objects.ts';

/** A Service to be exported, and whose endpoint it has. */
export interface CanaryPlan {
  readonly name: string;
  readonly namespace: string;
  /** Address of the pod behind it. */
  readonly address: string;
  /** Its name leads to the pod itself, and follows the pod's readiness. */
  readonly isHeadless?: boolean;
}

export interface CanaryObjects {
  readonly service: Draft<Service>;
  readonly slice: Draft<EndpointSlice>;
  readonly serviceExport: Draft<KubeObject>;
}

/** Without the tag of what mcs writes: such Services are never exported. */
const LABELS = { [APP_COMPONENT]: 'benchmark' } as const;

const MAX_SERVICE_NAME = 63;

/** Name of the Service whose endpoint changes; of one cluster alone, as another that exports it too would go on answering. */
export function changingName(clusterID: string): string {
  return fitName(`canary-changing-${clusterID}`, MAX_SERVICE_NAME);
}

export const canaryName = (index: number): string => `canary-${index}`;

export function addressTypeOf(address: string): AddressType {
  return address.includes(':') ? 'AAAA' : 'A';
}

/** Its endpoints are written here and not by the cluster's own controllers, whose time does not count then. */
export function canaryObjects({ address, isHeadless = false, name, namespace }: CanaryPlan): CanaryObjects {
  const metadata = { name, namespace, labels: LABELS };
  const ports = [{ name: 'first-byte', port: BENCHMARK_PORT, protocol: 'TCP' as const }];
  return {
    service: { metadata, spec: { ...(isHeadless && { clusterIP: 'None' }), ports: ports.map((port) => ({ ...port, targetPort: BENCHMARK_PORT })) } },
    slice: {
      metadata: { ...metadata, labels: { ...LABELS, [SERVICE_NAME]: name, [SLICE_MANAGED_BY]: 'benchmark.mcs.clusterset.local' } },
      addressType: addressTypeOf(address) === 'A' ? 'IPv4' : 'IPv6',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports,
    },
    serviceExport: { metadata },
  };
}

export function clustersetName({ name, namespace }: Pick<CanaryPlan, 'name' | 'namespace'>): string {
  return `${name}.${namespace}.svc.${CLUSTERSET_DOMAIN}`;
}

/** Whether an object is a copy of what belongs to the Service. */
export function isCopyOf({ metadata }: Pick<KubeObject, 'metadata'>, service: string): boolean {
  return metadata.labels?.[MCS_SERVICE_NAME] === service;
}
