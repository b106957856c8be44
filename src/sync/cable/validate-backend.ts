import { BACKEND_KEYS, LOOPBACK_BACKEND } from '../../api/data-plane.ts';
import type { CableEndpointSpec } from '../../api/types/index.ts';

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;
const WIREGUARD_KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}

/** A broadcast or multicast address would send to everybody. */
function isUnicastMac(text: string): boolean {
  return MAC.test(text) && Number.parseInt(text.slice(0, 2), 16) % 2 === 0;
}

/** Every setting of an end that another cluster goes by, and whether it can be what it says. */
const SETTINGS: Readonly<Record<string, (text: string) => boolean>> = {
  [BACKEND_KEYS.udpPort]: isPort,
  [BACKEND_KEYS.nattDiscoveryPort]: isPort,
  [BACKEND_KEYS.probePort]: isPort,
  [BACKEND_KEYS.mac]: isUnicastMac,
  [BACKEND_KEYS.publicKey]: (text) => WIREGUARD_KEY.test(text),
  [BACKEND_KEYS.usingLoadBalancer]: (text) => text === 'true' || text === 'false',
  [BACKEND_KEYS.cableDriver]: (text) => /^[a-z]{1,20}$/.test(text),
};

/** What a driver cannot do without. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  vxlan: [BACKEND_KEYS.udpPort, BACKEND_KEYS.mac],
  wireguard: [BACKEND_KEYS.udpPort, BACKEND_KEYS.publicKey],
  [LOOPBACK_BACKEND]: [BACKEND_KEYS.udpPort],
};

type Backend = Pick<CableEndpointSpec, 'backend' | 'backend_config'>;

/** What is wrong with the driver of an end or its settings; undefined where nothing is. Settings that are not known are not looked at. */
export function backendFault({ backend, backend_config: config = {} }: Backend, isSimulated: boolean): string | undefined {
  const needed = Object.hasOwn(NEEDED, backend) && (backend !== LOOPBACK_BACKEND || isSimulated) ? NEEDED[backend] : undefined;
  if (needed === undefined) return 'its backend is no cable driver';
  const missing = needed.find((key) => config[key] === undefined);
  if (missing !== undefined) return `its backend_config lacks "${missing}"`;
  const wrong = Object.entries(SETTINGS).find(([key, isValid]) => config[key] !== undefined && !(typeof config[key] === 'string' && isValid(config[key])));
  return wrong === undefined ? undefined : `"${wrong[0]}" in its backend_config is not what it should be`;
}

/** The settings that are known, and no other. */
export function knownSettings({ backend_config: config = {} }: Backend): Record<string, string> {
  return Object.fromEntries(Object.keys(SETTINGS).flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]]])));
}

/** Paths of the settings that an end does not have, so that an object loses those that it had. */
export function absentSettings({ backend_config: config = {} }: Backend): string[][] {
  return Object.keys(SETTINGS).flatMap((key) => (config[key] === undefined ? [['spec', 'backend_config', key]] : []));
}
