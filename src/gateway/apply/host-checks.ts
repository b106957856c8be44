import type { HostProblem } from '../../api/host-problems.ts';
import type { IpFamily } from '../../api/types/index.ts';
import { errorMessage } from '../../base/errors.ts';
import type { CableDriver } from '../../discovery/cable-drivers.ts';
import { CABLE_DEVICE, FILTER_TABLE, INNER_DEVICE, INNER_PORT, PROBE_DEVICE } from '../plan/types.ts';
import type { Exec } from '../../base/exec.ts';
import { type HostFiles, hostFiles } from './host-files.ts';
import { parseJsonList } from './read-json.ts';
import { troubleFile, wantedFile } from './wireguard-device.ts';

export interface HostCheckOptions {
  readonly driver: CableDriver;
  readonly isGateway: boolean;
  /** Families of the pod ranges. */
  readonly families: readonly IpFamily[];
  /** UDP port of the tunnel on this node. */
  readonly listenPort: number;
  /** Whether nodes have no pod ranges of their own, so that the CNI delivers what comes out of the tunnel. */
  readonly cniDelivers?: boolean;
  readonly files?: HostFiles;
  /** Shared with the container of wireguard-go. Default /var/run/wireguard. */
  readonly wireguardFolder?: string;
}

interface Scene extends Required<HostCheckOptions> {
  readonly exec: Exec;
  readonly signal: AbortSignal;
}

type Check = (scene: Scene) => Promise<readonly HostProblem[]>;

/** Changes nothing, but for a device of no use that is made and taken away where the kernel does not say what it can. */
export async function checkHost(exec: Exec, options: HostCheckOptions, signal: AbortSignal): Promise<readonly HostProblem[]> {
  const scene: Scene = { cniDelivers: false, files: hostFiles, wireguardFolder: '/var/run/wireguard', ...options, exec, signal };
  const checks: Readonly<Record<string, Check>> = { VXLAN: checkVxlan, WireGuard: checkWireguard, nftables: checkNftables, forwarding: checkForwarding, 'the path filter': checkPathFilter, ports: checkPorts, 'what is forwarded': checkForwardChains };
  const found = await Promise.all(Object.entries(checks).map(([subject, check]) => check(scene).catch((error: unknown) => toProblem(subject, error, signal))));
  return found.flat();
}

/** One look that fails must not hide what the others see. */
function toProblem(subject: string, error: unknown, signal: AbortSignal): HostProblem[] {
  if (signal.aborted) throw error;
  return [{ reason: 'HostCheckFailed', message: `The node could not be asked about ${subject}: ${errorMessage(error)}`, fix: 'Look at the log of the gateway agent on that node' }];
}

const checkVxlan: Check = async ({ exec, files, signal }) => {
  // of modules within the kernel and of loaded ones; else the kernel loads it when it is asked for
  if ((await files.read('/sys/module/vxlan/parameters/udp_port')) !== undefined) return [];
  try {
    const { code, stderr } = await exec('ip', ['link', 'add', PROBE_DEVICE, 'type', 'vxlan', 'id', '16777215', 'dstport', String(INNER_PORT)], { signal });
    return code === 0 || !/Unknown device type|not supported/.test(stderr) ? [] : [{ reason: 'VxlanMissing', message: 'The kernel has no VXLAN, by which nodes reach their gateway', fix: 'Load the module: modprobe vxlan (some distributions have it in a package such as kernel-modules-extra)' }];
  } finally {
    // not by the signal, which may be what ended it: the device would stay
    await exec('ip', ['link', 'del', PROBE_DEVICE]);
  }
};

const checkWireguard: Check = async ({ driver, isGateway, exec, files, wireguardFolder, signal }) => {
  if (driver !== 'wireguard' || !isGateway || (await files.read(wantedFile(wireguardFolder, CABLE_DEVICE))) === undefined) return [];
  const { code } = await exec('wg', ['show', CABLE_DEVICE, 'listen-port'], { signal });
  if (code === 0) return [];
  const trouble = (await files.read(troubleFile(wireguardFolder, CABLE_DEVICE)))?.trim() ?? '';
  if (/tun/i.test(trouble)) return [{ reason: 'TunDeviceMissing', message: `The kernel has no WireGuard, and wireguard-go gets no tunnel device: ${trouble}`, fix: 'Load one of the modules: modprobe wireguard, or modprobe tun' }];
  return [{ reason: 'CableSocketMissing', message: `The kernel has no WireGuard, and wireguard-go does not answer${trouble === '' ? '' : `: ${trouble}`}`, fix: 'Look at the log of the container wireguard-go of the gateway pod, or load the module: modprobe wireguard' }];
};

const checkNftables: Check = async ({ exec, signal }) => {
  // not with --json: nft 1.0.6 frees the flag of a table twice, and crashes at every second look where one has an owner, as firewalld's
  const { code, stderr } = await exec('nft', ['list', 'tables'], { signal });
  return code === 0 ? [] : [{ reason: 'NftablesMissing', message: `nftables cannot be used: ${stderr.trim()}`, fix: 'Load the module: modprobe nf_tables' }];
};

const SWITCHES: Readonly<Record<IpFamily, { readonly path: string; readonly name: string }>> = {
  IPv4: { path: '/proc/sys/net/ipv4/ip_forward', name: 'net.ipv4.ip_forward' },
  IPv6: { path: '/proc/sys/net/ipv6/conf/all/forwarding', name: 'net.ipv6.conf.all.forwarding' },
};

const checkForwarding: Check = async ({ families, files }) => {
  const off = await Promise.all(families.map(async (family) => ((await files.read(SWITCHES[family].path))?.trim() === '1' ? [] : [SWITCHES[family].name])));
  return off.flat().map((name) => ({ reason: 'ForwardingOff', message: `The node forwards no packets: ${name} is not 1`, fix: `sysctl -w ${name}=1, and a file in /etc/sysctl.d that says so` }));
};

/** Where the CNI delivers, what comes from other clusters comes in by a device of the CNI's, where nothing would be sent back. */
const checkPathFilter: Check = async ({ cniDelivers, files }) => {
  const isStrict = cniDelivers && (await files.read('/proc/sys/net/ipv4/conf/all/rp_filter'))?.trim() === '1';
  return isStrict ? [{ reason: 'PathFilterStrict', message: 'The node drops packets of other clusters that its CNI delivers: net.ipv4.conf.all.rp_filter is 1', fix: 'sysctl -w net.ipv4.conf.all.rp_filter=2, and a file in /etc/sysctl.d that says so' }] : [];
};

interface VxlanDevice {
  readonly linkinfo?: { readonly info_data?: { readonly port?: number } };
}

const checkPorts: Check = async ({ exec, files, isGateway, listenPort, driver, signal }) => {
  const ports = [{ port: INNER_PORT, device: INNER_DEVICE }, ...(isGateway ? [{ port: listenPort, device: CABLE_DEVICE }] : [])];
  // the kernel's VXLAN devices share their ports with each other
  const { stdout } = await exec('ip', ['-d', '-j', 'link', 'show', 'type', 'vxlan'], { signal });
  const shared = (parseJsonList(stdout) as readonly VxlanDevice[]).map(({ linkinfo }) => linkinfo?.info_data?.port);
  const own = isGateway && driver === 'wireguard' ? Number((await exec('wg', ['show', CABLE_DEVICE, 'listen-port'], { signal })).stdout) : undefined;
  const free = new Set([...shared, own]);
  const taken = await takenUdpPorts(files);
  return ports.filter(({ port }) => !free.has(port) && taken.has(port)).map(({ port, device }) => ({
    reason: 'PortTaken',
    message: `Another program of the node has UDP port ${port}, which ${device} needs`,
    fix: `Find it with: ss -ulnp sport = :${port}${port === INNER_PORT ? '' : '; or join with another port: --nattport'}`,
  }));
};

/** Lines of /proc/net/udp: `sl local_address ...` with address and port in hexadecimal. */
async function takenUdpPorts(files: HostFiles): Promise<Set<number>> {
  const texts = await Promise.all(['/proc/net/udp', '/proc/net/udp6'].map((path) => files.read(path)));
  const locals = texts.flatMap((text = '') => text.split('\n').slice(1).flatMap((line) => line.trim().split(/\s+/)[1] ?? []));
  return new Set(locals.map((local) => Number.parseInt(local.split(':')[1] ?? '', 16)));
}

interface ListedChain {
  readonly chain?: { readonly family: string; readonly table: string; readonly name: string; readonly hook?: string; readonly policy?: string };
}

/** Chains of nftables that drop what is forwarded, and that no rule elsewhere can overrule. Those of iptables are taken care of. */
const checkForwardChains: Check = async ({ exec, signal }) => {
  const { stdout, code } = await exec('nft', ['-j', 'list', 'chains'], { signal });
  if (code !== 0) return [];
  const { nftables = [] } = JSON.parse(stdout) as { readonly nftables?: readonly ListedChain[] };
  return nftables.flatMap(({ chain }) => {
    if (chain?.hook !== 'forward' || chain.table === FILTER_TABLE || (chain.table === 'filter' && chain.name === 'FORWARD')) return [];
    const where = `${chain.family} ${chain.table} ${chain.name}`;
    // firewalld's chain lets pass by policy, and refuses with its last rule
    if (chain.table === 'firewalld' && chain.name === 'filter_FORWARD') return [{ reason: 'ForwardBlocked', message: 'firewalld decides what the node forwards', fix: 'firewall-cmd --permanent --zone=trusted --add-interface=mcs-cable --add-interface=mcs-inner && firewall-cmd --reload' }];
    if (chain.policy !== 'drop') return [];
    return [{ reason: 'ForwardBlocked', message: `The chain "${where}" of nftables drops what is forwarded`, fix: `nft insert rule ${where} iifname "mcs-*" accept; nft insert rule ${where} oifname "mcs-*" accept` }];
  });
};
