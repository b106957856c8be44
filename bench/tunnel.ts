import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { CableDriver } from '../src/discovery/cable-drivers.ts';
import { createNet, type Netns } from '../test/helpers/netns.ts';
import { measureAgentMemory, measureAgents } from './lib/agent-bars.ts';
import type { Outcome } from './lib/bar.ts';
import { median } from './lib/statistics.ts';
import { startTunnelPair, type TunnelPair } from './lib/tunnel-pair.ts';

const PAIRS = 7;
const STREAMS = 4;
const SECONDS = 2;
/** Packets in all, in turns. */
const PINGS = 10_000;
const LEAST_SHARE = 0.95;
const MOST_ADDED_SHARE = 0.05;
const MOST_ADDED_MS = 0.005;
const PROGRAMS = ['ip', 'nft', 'bridge', 'wg', 'wireguard-go', 'iperf3', 'ping', 'setpriv'];

/** Tunnels of ours beside those made by hand, what losses and restarts cost, and the time that plan and apply take; in network namespaces. */
export async function benchTunnel(root: string): Promise<readonly Outcome[]> {
  const missing = whatIsMissing();
  if (missing !== undefined) return [{ name: 'tunnel', skipped: missing }];
  const outcomes: Outcome[] = [];
  for (const driver of ['vxlan', 'wireguard'] as const) outcomes.push(...(await compareTunnels(driver)), ...(await measureAgents(driver)));
  return [...outcomes, ...(await measureApply(root)), ...(await measureAgentMemory())];
}

function whatIsMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces want root';
  const program = PROGRAMS.find((name) => spawnSync('which', [name]).status !== 0);
  if (program !== undefined) return `"${program}" is not installed (apt-get install iproute2 nftables wireguard-tools wireguard-go iperf3 iputils-ping util-linux)`;
  return spawnSync('ip', ['netns', 'list']).status === 0 ? undefined : 'this system has no network namespaces';
}

async function compareTunnels(driver: CableDriver): Promise<readonly Outcome[]> {
  const pair = await startTunnelPair(driver);
  try {
    const speed = { ours: [] as number[], theirs: [] as number[] };
    const times = { ours: [] as number[], theirs: [] as number[] };
    for (let round = 0; round < PAIRS; round += 1) {
      // the first of a pair is not always the same one
      for (const who of round % 2 === 0 ? (['theirs', 'ours'] as const) : (['ours', 'theirs'] as const)) {
        speed[who].push(await measureSpeed(pair, who));
        times[who].push(await measureRoundTrip(pair, who));
      }
    }
    const [ours, theirs] = [median(speed.ours), median(speed.theirs)];
    const [rtt, bareRtt] = [median(times.ours), median(times.theirs)];
    return [
      { name: `${driver}: throughput of one made by hand, of ours`, value: theirs / ours, unit: 'x', bar: 1 / LEAST_SHARE, note: `${theirs.toFixed(2)} and ${ours.toFixed(2)} Gbit/s, ${STREAMS} streams, median of ${PAIRS} pairs` },
      { name: `${driver}: round trip beyond that of one made by hand`, value: rtt - bareRtt, unit: 'ms', bar: Math.max(MOST_ADDED_MS, bareRtt * MOST_ADDED_SHARE), note: `${rtt.toFixed(4)} and ${bareRtt.toFixed(4)} ms, ${PINGS} packets` },
    ];
  } finally {
    await pair.stop();
  }
}

interface Measured {
  readonly error?: string;
  readonly end: { readonly sum_received?: { readonly bits_per_second: number } };
}

/** Gbit/s that arrive. A server that still ends its last test refuses the next one for a moment. */
async function measureSpeed({ client, addresses }: TunnelPair, who: 'ours' | 'theirs'): Promise<number> {
  for (let tries = 0; ; tries += 1) {
    const { stdout } = await client.exec('iperf3', ['-J', '-c', addresses[who], '-P', String(STREAMS), '-t', String(SECONDS)]);
    const { error, end } = JSON.parse(stdout) as Measured;
    if (end.sum_received !== undefined && error === undefined) return end.sum_received.bits_per_second / 1e9;
    if (tries > 20) throw new Error(`iperf3: ${error ?? stdout}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Average of a flood, in which each answer sends the next packet, ms. */
async function measureRoundTrip({ client, addresses }: TunnelPair, who: 'ours' | 'theirs'): Promise<number> {
  const { stdout } = await client.exec('ping', ['-n', '-q', '-f', '-c', String(Math.ceil(PINGS / PAIRS)), addresses[who]]);
  const average = /= [\d.]+\/([\d.]+)\//.exec(stdout)?.[1];
  if (average === undefined || !stdout.includes(' 0% packet loss')) throw new Error(`ping: ${stdout}`);
  return Number(average);
}

interface ApplyTimes {
  readonly planMs: number;
  readonly applyMs: number;
  readonly nothingMs: number;
  readonly commands: number;
}

async function measureApply(root: string): Promise<readonly Outcome[]> {
  const net = createNet();
  const folder = mkdtempSync(join(tmpdir(), 'mcs-bench-tunnel-'));
  try {
    const outfile = join(folder, 'apply.mjs');
    await build({ entryPoints: [join(root, 'bench/lib/apply-process.ts')], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
    const times = runApply(net.add('gateway'), outfile);
    const of = '200 clusters, 5 nodes';
    return [
      { name: `plan: ${of}`, value: times.planMs, unit: 'ms', bar: 50 },
      { name: `apply from nothing: ${of}`, value: times.applyMs / 1000, unit: 's', bar: 5 },
      { name: `apply with nothing to do: ${of}`, value: times.nothingMs, unit: 'ms', bar: 200, note: `${times.commands} commands` },
    ];
  } finally {
    net.stop();
    rmSync(folder, { recursive: true });
  }
}

function runApply(gateway: Netns, program: string): ApplyTimes {
  gateway.sh('ip link add eth0 type veth peer name eth1; ip address add 172.16.0.1/24 dev eth0; ip link set eth0 up; ip link set eth1 up; ip address add 10.255.0.1/24 dev eth1; ip -6 address add fd00:ffff::1/64 dev eth1 nodad');
  return JSON.parse(gateway.sh(`'${process.execPath}' '${program}'`)) as ApplyTimes;
}
