import type { WireguardPeerPlan, WireguardPlan } from '../plan/types.ts';
import type { Exec } from './exec.ts';
import type { Step } from './step.ts';

interface PeerState {
  /** Empty where it is not known. */
  readonly endpoint: string;
  readonly allowedIPs: readonly string[];
  /** Seconds since the epoch; 0 for never. */
  readonly lastHandshake: number;
  readonly keepalive: string;
}

export interface WireguardState {
  readonly privateKey: string;
  readonly port: number;
  readonly peers: ReadonlyMap<string, PeerState>;
}

/** What is known besides the kernel's state. */
export interface WireguardMemory {
  /** Endpoints that this process has set, by public key. */
  readonly endpoints: ReadonlyMap<string, string>;
  readonly nowSeconds: number;
}

/** Keeps the mappings of address translators open, s. */
const KEEPALIVE = 10;
/** REJECT_AFTER_TIME of the protocol, s: a session without a handshake for so long is dead. */
const SESSION_LIFE = 180;

/** Reads `wg show DEVICE dump`; undefined where there is no such device, or nobody answers for it. */
export async function readWireguard(exec: Exec, device: string, signal: AbortSignal): Promise<WireguardState | undefined> {
  const { stdout, code } = await exec('wg', ['show', device, 'dump'], { signal });
  if (code !== 0) return undefined;
  const [own = [], ...peers] = stdout.trimEnd().split('\n').map((line) => line.split('\t'));
  const [privateKey = '', , port = '0'] = own;
  return { privateKey, port: Number(port), peers: new Map(peers.map(([key = '', , ...fields]) => [key, toPeer(fields)])) };
}

function toPeer([endpoint = '', allowed = '', handshake = '0', , , keepalive = 'off']: readonly string[]): PeerState {
  return { endpoint: endpoint === '(none)' ? '' : endpoint, allowedIPs: allowed === '(none)' ? [] : allowed.split(','), lastHandshake: Number(handshake), keepalive };
}

/**
 * A peer that moved is followed by WireGuard itself (its standby gateway has the same key), before
 * any object says so. So an endpoint is set only where none is known, where the plan has changed, or
 * where the session is dead.
 */
function setsEndpoint(plan: WireguardPeerPlan, state: PeerState | undefined, { endpoints, nowSeconds }: WireguardMemory): boolean {
  if (state === undefined || state.endpoint === '') return true;
  if (state.endpoint === plan.endpoint) return false;
  const before = endpoints.get(plan.publicKey);
  return (before !== undefined && before !== plan.endpoint) || nowSeconds - state.lastHandshake > SESSION_LIFE;
}

function isAsPlanned(plan: WireguardPeerPlan, state: PeerState | undefined, memory: WireguardMemory): boolean {
  return state !== undefined && state.keepalive === String(KEEPALIVE) && [...state.allowedIPs].sort().join() === [...plan.allowedIPs].sort().join() && !setsEndpoint(plan, state, memory);
}

/** `wg syncconf` leaves the sessions of peers that do not change alone. */
export function planWireguardSteps(plan: WireguardPlan, state: WireguardState | undefined, memory: WireguardMemory): Step[] {
  const planned = new Set(plan.peers.map(({ publicKey }) => publicKey));
  const changed = plan.peers.filter((peer) => !isAsPlanned(peer, state?.peers.get(peer.publicKey), memory));
  const surplus = [...(state?.peers.keys() ?? [])].filter((key) => !planned.has(key));
  const isDeviceSet = state?.privateKey === plan.privateKey && state.port === plan.port;
  if (isDeviceSet && changed.length === 0 && surplus.length === 0) return [];
  const lines = ['[Interface]', `PrivateKey = ${plan.privateKey}`, `ListenPort = ${plan.port}`];
  for (const peer of plan.peers) {
    lines.push('', '[Peer]', `PublicKey = ${peer.publicKey}`, `AllowedIPs = ${peer.allowedIPs.join(', ')}`, `PersistentKeepalive = ${KEEPALIVE}`);
    if (setsEndpoint(peer, state?.peers.get(peer.publicKey), memory)) lines.push(`Endpoint = ${peer.endpoint}`);
  }
  const changes = [
    ...(isDeviceSet ? [] : [`wg ${plan.device}: key and port ${plan.port}`]),
    ...changed.map((peer) => `wg ${plan.device}: peer ${peer.publicKey} at ${peer.endpoint}`),
    ...surplus.map((key) => `wg ${plan.device}: without peer ${key}`),
  ];
  return [{ command: 'wg', args: ['syncconf', plan.device, '/dev/stdin'], input: `${lines.join('\n')}\n`, changes }];
}
