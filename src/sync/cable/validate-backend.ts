import { BACKEND_KEYS, LOOPBACK_BACKEND } from '../../api/data-plane.ts';
import { macOf } from '../../api/mac.ts';
import type { CableEndpointSpec } from '../../api/types/index.ts';
import { WIREGUARD_KEY } from '../../api/wireguard-key.ts';

function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}

/** An end with another's MAC would be sent what is for the other, so only the one that follows from its own fields will do. */
function isOwnMac(text: string, { cluster_id: cluster, hostname, private_ip: address }: Backend): boolean {
  return text === macOf('cable', cluster, hostname, address);
}

/** Every setting of an end that another cluster goes by, and whether it can be what it says. */
const SETTINGS: Readonly<Record<string, (text: string, spec: Backend) => boolean>> = {
  [BACKEND_KEYS.udpPort]: isPort,
  [BACKEND_KEYS.nattDiscoveryPort]: isPort,
  [BACKEND_KEYS.probePort]: isPort,
  [BACKEND_KEYS.mac]: isOwnMac,
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

type Backend = Pick<CableEndpointSpec, 'cluster_id' | 'hostname' | 'private_ip' | 'backend' | 'backend_config'>;

/** The setting by which a driver tells its peers apart. */
const IDENTITIES: Readonly<Record<string, string>> = { vxlan: BACKEND_KEYS.mac, wireguard: BACKEND_KEYS.publicKey };

/** What other clusters tell an end by, which no two of them may share; undefined for a driver that needs nothing. */
export function identityOf({ backend, backend_config: config = {} }: Pick<Backend, 'backend' | 'backend_config'>): string | undefined {
  const key = Object.hasOwn(IDENTITIES, backend) ? IDENTITIES[backend] : undefined;
  const identity = key === undefined ? undefined : config[key];
  return identity === undefined ? undefined : `${backend} ${identity}`;
}

/** What is wrong with the driver of an end or its settings; undefined where nothing is. Settings that are not known are not looked at. */
export function backendFault(spec: Backend, isSimulated: boolean): string | undefined {
  const { backend, backend_config: config = {} } = spec;
  const needed = Object.hasOwn(NEEDED, backend) && (backend !== LOOPBACK_BACKEND || isSimulated) ? NEEDED[backend] : undefined;
  if (needed === undefined) return 'its backend is no cable driver';
  const missing = needed.find((key) => config[key] === undefined);
  if (missing !== undefined) return `its backend_config lacks "${missing}"`;
  const wrong = Object.entries(SETTINGS).find(([key, isValid]) => config[key] !== undefined && !(typeof config[key] === 'string' && isValid(config[key], spec)));
  return wrong === undefined ? undefined : `"${wrong[0]}" in its backend_config is not what it should be`;
}

/** The settings that are known, and no other. */
export function knownSettings({ backend_config: config = {} }: Pick<Backend, 'backend_config'>): Record<string, string> {
  return Object.fromEntries(Object.keys(SETTINGS).flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]]])));
}

/** Paths of the settings that an end does not have, so that an object loses those that it had. */
export function absentSettings({ backend_config: config = {} }: Pick<Backend, 'backend_config'>): string[][] {
  return Object.keys(SETTINGS).flatMap((key) => (config[key] === undefined ? [['spec', 'backend_config', key]] : []));
}
