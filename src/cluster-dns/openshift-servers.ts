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

const isZone = (zone: string, zones: readonly string[]): boolean => zones.includes(zone.toLowerCase().replace(/\.$/, ''));

/** Entries of other people for one of the zones. */
export function findForeignServer({ spec }: OpenShiftDns, serverName: string, zones: readonly string[]): OpenShiftServer | undefined {
  return spec?.servers?.find((server) => server.name !== serverName && server.zones.some((zone) => isZone(zone, zones)));
}

/** `spec.servers` with our entry, at its place where it stands already. */
export function wireServers(servers: readonly OpenShiftServer[] = [], name: string, zones: readonly string[], upstream: string): OpenShiftServer[] {
  const ours: OpenShiftServer = { name, zones: [...zones], forwardPlugin: { upstreams: [upstream] } };
  const at = servers.findIndex((server) => server.name === name);
  return at < 0 ? [...servers, ours] : servers.with(at, { ...ours, forwardPlugin: { ...servers[at]?.forwardPlugin, upstreams: [upstream] } });
}

/** `spec.servers` without our entry; undefined where no entry is left. */
export function unwireServers(servers: readonly OpenShiftServer[] | undefined, name: string): OpenShiftServer[] | undefined {
  const rest = servers?.filter((server) => server.name !== name);
  return rest === undefined || (rest.length === 0 && servers?.length !== 0) ? undefined : rest;
}
