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
