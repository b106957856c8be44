import type { Cluster } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';

export const CABLE_DRIVERS = ['wireguard', 'vxlan'] as const;
export type CableDriver = (typeof CABLE_DRIVERS)[number];

const INSTEAD: Readonly<Record<string, string>> = {
  libreswan: 'mcs encrypts with WireGuard instead of IPsec: --cable-driver wireguard',
  strongswan: 'mcs encrypts with WireGuard instead of IPsec: --cable-driver wireguard',
};

/** Throws MCS_CABLE_DRIVER_UNKNOWN, with what to use instead of the IPsec drivers. */
export function validateCableDriver(name: string): CableDriver {
  const driver = CABLE_DRIVERS.find((known) => known === name);
  if (driver !== undefined) return driver;
  const instead = Object.hasOwn(INSTEAD, name) ? INSTEAD[name] : undefined;
  throw new McsError('MCS_CABLE_DRIVER_UNKNOWN', `Cannot use cable driver "${name}": there are ${CABLE_DRIVERS.join(' and ')}`, {
    hints: instead === undefined ? CABLE_DRIVERS.map((known) => `--cable-driver ${known}`) : [instead],
    details: { driver: name },
  });
}

/** A member with the driver of its tunnels. */
export interface MemberDriver {
  readonly member: string;
  readonly driver: string;
}

/** The drivers of the other members, the oldest member first. */
export function driversOfOthers(members: readonly Cluster[], clusterID: string): MemberDriver[] {
  const others = members.filter(({ metadata }) => metadata.name !== clusterID).toSorted((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1));
  return others.flatMap(({ metadata, spec }) => (spec.settings?.cableDriver === undefined ? [] : [{ member: metadata.name, driver: spec.settings.cableDriver }]));
}

/** Why a cluster cannot join with this driver: no tunnel between it and that member would ever come up. */
export function mixedDriverMessage(clusterID: string, driver: string, other: MemberDriver): string {
  return `Cannot join as "${clusterID}" with cable driver "${driver}": member "${other.member}" has "${other.driver}", and all members of a set need the same one`;
}

/** Throws MCS_CABLE_DRIVER_MIXED, naming the member, where another one has another driver. */
export function validateSameDriver(driver: string | undefined, members: readonly Cluster[], clusterID: string): void {
  const other = driver === undefined ? undefined : driversOfOthers(members, clusterID).find((one) => one.driver !== driver);
  if (driver === undefined || other === undefined) return;
  throw new McsError('MCS_CABLE_DRIVER_MIXED', mixedDriverMessage(clusterID, driver, other), { hints: [`--cable-driver ${other.driver}`], details: { own: driver, ...other } });
}
