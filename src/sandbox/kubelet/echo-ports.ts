import type { Pod, Protocol, Service } from '../../api/types/index.ts';
import { sandboxPort } from '../../base/runtime.ts';
import { isSelected } from '../controllers/slices.ts';
import type { EchoPort } from './echo-container.ts';

/**
 * Ports on which an echo pod answers: those that its containers declare, and those that Services
 * send to it, since manifests may leave the declaration out.
 */
export function planEchoPorts(pod: Pod, services: readonly Service[]): readonly EchoPort[] {
  const ports = new Map<string, EchoPort>();
  const add = (port: number, protocol: Protocol = 'TCP'): void => {
    if (protocol !== 'SCTP') ports.set(`${protocol}/${port}`, { protocol, port: sandboxPort(port) });
  };
  for (const { ports: declared = [] } of pod.spec.containers) for (const { containerPort, protocol } of declared) add(containerPort, protocol);
  for (const { spec } of services) {
    if (!isSelected(spec.selector, pod.metadata.labels)) continue;
    for (const { port, protocol, targetPort = port } of spec.ports ?? []) if (typeof targetPort === 'number') add(targetPort, protocol);
  }
  return [...ports.values()];
}
