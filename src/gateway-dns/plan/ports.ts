import type { Service, ServicePort } from '../../api/types/index.ts';

/** The first port that can be asked for an answer by opening a connection. */
export function firstTcpPort(service: Service): ServicePort | undefined {
  return service.spec.ports?.find(({ protocol = 'TCP' }) => protocol === 'TCP');
}
