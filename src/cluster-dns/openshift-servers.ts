import type { Resource } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';

export interface OpenShiftServer {
  name: string;
  zones: string[];
  forwardPlugin?: { upstreams?: string[] };
}

/** `dns.operator.openshift.io/default`, as far as it is read here. */
export interface OpenShiftDns extends KubeObject {
  spec?: { servers?: OpenShiftServer[] };
}

export const OPENSHIFT_DNS: Resource<OpenShiftDns> = { group: 'operator.openshift.io', version: 'v1', plural: 'dnses', kind: 'DNS', namespaced: false };

/** The one entry of `spec.servers` that is ours: a service name of RFC 6335, of at most 15 characters. */
export const SERVER_NAME = 'mcs-clusterset';

/** Entries of other people for the domain. */
export function findForeignServer({ spec }: OpenShiftDns, domain: string): OpenShiftServer | undefined {
  return spec?.servers?.find(({ name, zones }) => name !== SERVER_NAME && zones.some((zone) => zone.replace(/\.$/, '') === domain));
}

/** `spec.servers` with our entry, at its place where it stands already. */
export function wireServers(servers: readonly OpenShiftServer[] = [], domain: string, upstream: string): OpenShiftServer[] {
  const ours: OpenShiftServer = { name: SERVER_NAME, zones: [domain], forwardPlugin: { upstreams: [upstream] } };
  const at = servers.findIndex(({ name }) => name === SERVER_NAME);
  return at < 0 ? [...servers, ours] : servers.with(at, { ...ours, forwardPlugin: { ...servers[at]?.forwardPlugin, upstreams: [upstream] } });
}

/** `spec.servers` without our entry; undefined where no entry is left. */
export function unwireServers(servers: readonly OpenShiftServer[] | undefined): OpenShiftServer[] | undefined {
  const rest = servers?.filter(({ name }) => name !== SERVER_NAME);
  return rest === undefined || (rest.length === 0 && servers?.length !== 0) ? undefined : rest;
}
