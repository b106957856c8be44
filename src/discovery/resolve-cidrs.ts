import { cidrsOverlap, parseCidr } from '../api/cidr.ts';
import { McsError } from '../base/errors.ts';
import type { DiscoveredCidrs } from './discover-cidrs.ts';
import { findCidrFault } from './cidr-overlap.ts';

/** Ranges that a person gave; they win over what was discovered. */
export interface GivenCidrs {
  readonly podCIDRs?: readonly string[];
  readonly serviceCIDRs?: readonly string[];
}

const FLAGS = { podCIDRs: '--clustercidr', serviceCIDRs: '--servicecidr' } as const;
const LOOPBACK = parseCidr('127.0.0.0/8');

function throwInvalid(flag: string, text: string, state: string, hint = `Give the IPv4 range of the cluster, as in ${flag} 10.16.0.0/16`): never {
  throw new McsError('MCS_CIDR_INVALID', `Cannot use ${flag} "${text}": ${state}`, { hints: [hint], details: { flag, value: text } });
}

function validateSyntax(flag: string, text: string): string {
  const cidr = parseCidr(text);
  if (cidr === undefined) throwInvalid(flag, text, 'it is no CIDR');
  if (cidr.family === 'IPv6') throwInvalid(flag, text, 'it is IPv6, and clusters join with IPv4 only for now');
  if (cidr.text !== text) throwInvalid(flag, text, 'it has bits set after its prefix', `${flag} ${cidr.text}`);
  return cidr.text;
}

/** Parses the value of a CIDR flag: one range or several, separated by commas. Throws MCS_CIDR_INVALID. */
export function parseCidrFlag(flag: string, value: string): string[] {
  return value.split(',').map((text) => validateSyntax(flag, text.trim()));
}

function isLoopback(text: string): boolean {
  const cidr = parseCidr(text);
  return cidr !== undefined && LOOPBACK !== undefined && cidrsOverlap(LOOPBACK, cidr);
}

/** Loopback ranges make sense only where the nodes themselves live on loopback, as in the sandbox. */
function validateUsable(flag: string, cidrs: readonly string[], nodeCIDRs: readonly string[]): void {
  const allowLoopback = nodeCIDRs.some(isLoopback);
  for (const text of cidrs) {
    const fault = findCidrFault(text, { allowLoopback });
    if (fault !== undefined) throwInvalid(flag, text, fault);
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().join() === [...b].sort().join();
}

interface Choice {
  readonly cidrs: readonly string[];
  readonly source: string;
  readonly warnings: readonly string[];
}

function choose(field: keyof typeof FLAGS, what: string, given: readonly string[] | undefined, found: readonly string[], source: string): Choice {
  const flag = FLAGS[field];
  if (given === undefined) {
    if (found.length > 0) return { cidrs: found, source, warnings: [] };
    throw new McsError('MCS_CIDR_UNKNOWN', `Cannot find the ${what} CIDR of the cluster: no known source states it`, {
      hints: [`${flag} <range>, as in ${flag} 10.16.0.0/16`],
    });
  }
  const differs = found.length > 0 && !same(given, found);
  const warning = `${flag} ${given.join(',')} is used; the cluster says ${found.join(',')} (${source})`;
  return { cidrs: given, source: flag, warnings: differs ? [warning] : [] };
}

/**
 * The ranges to join with: flags win, with a warning that names both values where they differ.
 * Throws MCS_CIDR_UNKNOWN for what was neither given nor found, MCS_CIDR_INVALID for loopback.
 */
export function resolveCidrs(given: GivenCidrs, found: DiscoveredCidrs): DiscoveredCidrs {
  const pods = choose('podCIDRs', 'pod', given.podCIDRs, found.podCIDRs, found.sources.pods);
  const services = choose('serviceCIDRs', 'service', given.serviceCIDRs, found.serviceCIDRs, found.sources.services);
  validateUsable(FLAGS.podCIDRs, pods.cidrs, found.nodeCIDRs);
  validateUsable(FLAGS.serviceCIDRs, services.cidrs, found.nodeCIDRs);
  const ownWarnings = given.podCIDRs === undefined ? found.warnings : found.warnings.filter((text) => !text.startsWith('The pod CIDR'));
  return {
    ...found,
    podCIDRs: pods.cidrs,
    serviceCIDRs: services.cidrs,
    sources: { ...found.sources, pods: pods.source, services: services.source },
    warnings: [...ownWarnings, ...pods.warnings, ...services.warnings],
  };
}
