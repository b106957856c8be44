import { SERVICE_NAME } from '../../src/api/labels.ts';
import type { EndpointSlice, Service } from '../../src/api/types/index.ts';

type New<T> = Omit<T, 'apiVersion' | 'kind'>;

export const NAMESPACES = 10;
const ENDPOINTS = 3;
const PORTS = [{ name: 'http', port: 80, protocol: 'TCP' as const }];

export const namespaceOf = (index: number): string => `bench-${index % NAMESPACES}`;
export const serviceName = (index: number): string => `web-${index}`;

/** An address for each number below 15 million. */
export function addressOf(number: number): string {
  return `10.${Math.floor(number / 62_500) % 250}.${Math.floor(number / 250) % 250}.${1 + (number % 250)}`;
}

/** The `index`-th service of a benchmark. */
export function serviceOf(index: number): New<Service> {
  return { metadata: { name: serviceName(index), namespace: namespaceOf(index), labels: { app: serviceName(index) } }, spec: { type: 'ClusterIP', ports: PORTS } };
}

/** The slice of that service, with its name. */
export function sliceOf(index: number): New<EndpointSlice> {
  const addresses = Array.from({ length: ENDPOINTS }, (_, endpoint) => addressOf(index * ENDPOINTS + endpoint));
  return {
    metadata: { name: serviceName(index), namespace: namespaceOf(index), labels: { [SERVICE_NAME]: serviceName(index) } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: PORTS,
  };
}
