import { familyOf, parseCidr } from '../api/cidr.ts';
import type { IpFamily } from '../api/types/index.ts';
import type { NodeNetwork } from './apply/node-network.ts';
import type { ProbeTarget } from './health/probe-path.ts';
import type { RemoteEnd } from './view/remote-end.ts';

type Sources = NodeNetwork['sources'];

/** Address of this node that packets to another one are sent from. */
export function sourceFor(sources: Sources, address: string): string | undefined {
  return sources[familyOf(address) ?? 'IPv4'];
}

/** Why a way is not probed; empty where it is. */
export function whyNotProbed({ healthCheckIP, clusterID }: RemoteEnd, isEnabled: boolean, sources: Sources): string {
  if (!isEnabled) return 'health check is off';
  if (healthCheckIP === undefined) return `cluster "${clusterID}" names no address that answers probes`;
  if (sourceFor(sources, healthCheckIP) === undefined) return 'this node has no address in the pod ranges to probe from';
  return '';
}

export function probeTarget({ cableName: name, healthCheckIP: address, probePort: port }: RemoteEnd): ProbeTarget | undefined {
  return address === undefined ? undefined : { name, address, port };
}

/** What a probe says nothing about: an Endpoint names one address to probe, and so one family of two. Empty where all is probed. */
export function describeUnprobed({ healthCheckIP, subnets }: RemoteEnd): string {
  const probed: IpFamily | undefined = healthCheckIP === undefined ? undefined : familyOf(healthCheckIP);
  const others = subnets.filter((text) => parseCidr(text)?.family !== probed);
  return probed === undefined || others.length === 0 ? '' : `probed over ${probed} only, so nothing is known of the way to ${others.join(', ')}`;
}
