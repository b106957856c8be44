import { CLUSTERSET_DOMAIN, fitName } from '../../api/names.ts';
import type { Role } from './planned-test.ts';

/** Port of the test servers, and of the Services in front of them. */
export const CALL_PORT = 1234;
/** Its name in Services. */
export const PORT_NAME = 'verify';

const MAX_SERVICE_NAME = 63;

/** Service of one cluster alone. */
export function webService(cluster: string): string {
  return fitName(`web-${cluster}`, MAX_SERVICE_NAME);
}

/** Headless service of one cluster alone. */
export function headlessService(cluster: string): string {
  return fitName(`pods-${cluster}`, MAX_SERVICE_NAME);
}

/** Service of all clusters. */
export const SHARED_SERVICE = 'shared';

/** The server behind `webService` and `SHARED_SERVICE`. */
export const WEB_POD = 'web';
/** The servers behind `headlessService`; their host names too. */
export const HEADLESS_PODS = ['pod-0', 'pod-1'] as const;

/** The server on a node of that kind. */
export function serverOn(role: Role): string {
  return `on-${role}`;
}

/** `SERVICE.NAMESPACE.svc.clusterset.local` */
export function clustersetName(service: string, namespace: string): string {
  return `${service}.${namespace}.svc.${CLUSTERSET_DOMAIN}`;
}
