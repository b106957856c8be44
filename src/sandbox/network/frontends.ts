import { SERVICE_NAME } from '../../api/labels.ts';
import type { EndpointSlice, Protocol, Service } from '../../api/types/index.ts';
import { sandboxPort } from '../../base/runtime.ts';

export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** One port of one ClusterIP, with where connections to it may go. Ports are the mapped ones. */
export interface Frontend extends SocketAddress {
  readonly protocol: Extract<Protocol, 'TCP' | 'UDP'>;
  readonly targets: readonly SocketAddress[];
}

/** `TCP/127.40.128.7:10080`: what tells frontends apart. */
export function frontendKey({ protocol, address, port }: Omit<Frontend, 'targets'>): string {
  return `${protocol}/${address}:${port}`;
}

/** Name of the Service that a slice belongs to, whoever manages the slice. */
export function serviceOfSlice(slice: EndpointSlice): string | undefined {
  return slice.metadata.labels?.[SERVICE_NAME];
}

function targetsOf(slices: readonly EndpointSlice[], portName: string, protocol: Protocol): SocketAddress[] {
  const targets = new Map<string, SocketAddress>();
  for (const slice of slices) {
    const port = slice.ports?.find((each) => (each.name ?? '') === portName && (each.protocol ?? 'TCP') === protocol)?.port;
    if (port === undefined || slice.addressType !== 'IPv4') continue;
    for (const { addresses, conditions } of slice.endpoints ?? []) {
      if (conditions?.ready === false) continue; // an unknown readiness counts as ready
      for (const address of addresses) targets.set(`${address}:${port}`, { address, port: sandboxPort(port) });
    }
  }
  return [...targets.values()];
}

/** What the proxy serves for a Service: nothing for headless and external ones. */
export function planFrontends(service: Service, slices: readonly EndpointSlice[]): readonly Frontend[] {
  const { clusterIP, ports = [], type } = service.spec;
  if (clusterIP === undefined || clusterIP === '' || clusterIP === 'None' || type === 'ExternalName') return [];
  return ports.flatMap(({ name = '', port, protocol = 'TCP' }) =>
    protocol === 'SCTP' ? [] : [{ protocol, address: clusterIP, port: sandboxPort(port), targets: targetsOf(slices, name, protocol) }],
  );
}
