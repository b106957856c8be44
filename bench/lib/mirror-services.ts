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

/** The slice of a service after the change with a number. */
export function changedSlice(index: number, change: number): New<EndpointSlice> {
  return { ...sliceOf(index), endpoints: [{ addresses: [addressOf(change)], conditions: { ready: true } }] };
}

/** The number of the change that a line of a watch tells; undefined where it tells something else. */
export function changeOf(line: string): number | undefined {
  const match = /"addresses":\["10\.(\d+)\.(\d+)\.(\d+)"\]/.exec(line);
  return match === null ? undefined : Number(match[1]) * 62_500 + Number(match[2]) * 250 + Number(match[3]) - 1;
}
