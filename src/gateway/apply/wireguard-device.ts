import { type Clock, sleep } from '../../base/clock.ts';
import { McsError } from '../../base/errors.ts';
import type { Exec } from '../../base/exec.ts';
import type { HostFiles } from './host-files.ts';

/** How the agent and the container of wireguard-go speak: through files in a folder that both mount. */
export function wantedFile(folder: string, device: string): string {
  return `${folder}/${device}.wanted`;
}

/** Why wireguard-go does not run; written by its supervisor. */
export function troubleFile(folder: string, device: string): string {
  return `${folder}/${device}.trouble`;
}

export interface WireguardDeviceOptions {
  readonly exec: Exec;
  readonly files: HostFiles;
  readonly folder: string;
  readonly clock: Clock;
}

const START_TIMEOUT_MS = 10_000;
const POLL_MS = 50;

/** Makes the device with the kernel's module, or has wireguard-go make it. MCS_NETWORK_NOT_APPLIED where neither does. */
export async function makeWireguardDevice({ exec, files, folder, clock }: WireguardDeviceOptions, device: string, signal: AbortSignal): Promise<string> {
  const command = ['link', 'add', device, 'type', 'wireguard'];
  const { code } = await exec('ip', command, { signal });
  if (code === 0) return `ip ${command.join(' ')}`;
  await files.write(wantedFile(folder, device), '');
  const deadline = clock.monotonic() + START_TIMEOUT_MS;
  // its control socket opens after the device is there
  while (!(await answers(exec, device, signal))) {
    if (clock.monotonic() > deadline) {
      const reason = (await files.read(troubleFile(folder, device)))?.trim() ?? 'nothing answers at its socket';
      throw new McsError('MCS_NETWORK_NOT_APPLIED', `Cannot make "${device}": the kernel has no WireGuard, and wireguard-go does not run: ${reason}`);
    }
    await sleep(clock, POLL_MS, signal);
  }
  return `wireguard-go ${device}`;
}

async function answers(exec: Exec, device: string, signal: AbortSignal): Promise<boolean> {
  const { code } = await exec('wg', ['show', device, 'listen-port'], { signal });
  return code === 0;
}
