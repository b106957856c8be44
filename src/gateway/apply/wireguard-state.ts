import type { Exec } from '../../base/exec.ts';

/** A peer, as the kernel or wireguard-go has it. */
export interface PeerState {
  /** Empty where it is not known. */
  readonly endpoint: string;
  readonly allowedIPs: readonly string[];
  /** Seconds since the epoch, by the wall clock; 0 for never. */
  readonly lastHandshake: number;
  /** Bytes. */
  readonly received: number;
  readonly keepalive: string;
}

export interface WireguardState {
  readonly privateKey: string;
  readonly port: number;
  readonly peers: ReadonlyMap<string, PeerState>;
}

/** Reads `wg show DEVICE dump`; undefined where there is no such device, or nobody answers for it. */
export async function readWireguard(exec: Exec, device: string, signal: AbortSignal): Promise<WireguardState | undefined> {
  const { stdout, code } = await exec('wg', ['show', device, 'dump'], { signal });
  if (code !== 0) return undefined;
  const [own = [], ...peers] = stdout.trimEnd().split('\n').map((line) => line.split('\t'));
  const [privateKey = '', , port = '0'] = own;
  return { privateKey, port: Number(port), peers: new Map(peers.map(([key = '', , ...fields]) => [key, toPeer(fields)])) };
}

function toPeer([endpoint = '', allowed = '', handshake = '0', received = '0', , keepalive = 'off']: readonly string[]): PeerState {
  return { endpoint: endpoint === '(none)' ? '' : endpoint, allowedIPs: allowed === '(none)' ? [] : allowed.split(','), lastHandshake: Number(handshake), received: Number(received), keepalive };
}
