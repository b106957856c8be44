import type { WireguardPeerPlan, WireguardPlan } from '../plan/types.ts';
import type { PeerMemory } from './peer-memory.ts';
import type { Step } from './step.ts';
import type { PeerState, WireguardState } from './wireguard-state.ts';

type Peers = Pick<PeerMemory, 'endpointOf' | 'isSilent'>;

/** Keeps the mappings of address translators open, s. */
const KEEPALIVE = 10;

/**
 * A peer that moved is followed by WireGuard itself (its standby gateway has the same key), before
 * any object says so. So an endpoint is set only where none is known, where the plan has changed, or
 * where nothing comes from the peer.
 */
function setsEndpoint(plan: WireguardPeerPlan, state: PeerState | undefined, memory: Peers): boolean {
  if (state === undefined || state.endpoint === '') return true;
  if (state.endpoint === plan.endpoint) return false;
  const before = memory.endpointOf(plan.publicKey);
  return (before !== undefined && before !== plan.endpoint) || memory.isSilent(plan.publicKey);
}

function isAsPlanned(plan: WireguardPeerPlan, state: PeerState | undefined, memory: Peers): boolean {
  return state !== undefined && state.keepalive === String(KEEPALIVE) && [...state.allowedIPs].sort().join() === [...plan.allowedIPs].sort().join() && !setsEndpoint(plan, state, memory);
}

/** `wg syncconf` leaves the sessions of peers that do not change alone. */
export function planWireguardSteps(plan: WireguardPlan, state: WireguardState | undefined, memory: Peers): Step[] {
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
  return [{ command: 'wg', args: ['syncconf', plan.device, '/dev/stdin'], input: `${lines.join('\n')}\n`, isSecret: true, changes }];
}
