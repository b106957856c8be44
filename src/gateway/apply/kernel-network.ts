import { type Clock, systemClock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { CABLE_DEVICE, EMPTY_PLAN, type NetworkPlan } from '../plan/types.ts';
import type { Exec } from '../../base/exec.ts';
import { planFilterSteps } from './filter-steps.ts';
import { planForwardSteps, readForwardTables } from './forward-accepts.ts';
import { type HostFiles, hostFiles } from './host-files.ts';
import { readKernelState } from './kernel-state.ts';
import { planLinkSettings } from './link-settings.ts';
import { planLinkChanges, settle } from './link-steps.ts';
import { PeerMemory } from './peer-memory.ts';
import { planRouteSteps } from './route-steps.ts';
import { keepSafeParts } from './safe-plan.ts';
import { batch } from './step.ts';
import { makeWireguardDevice, wantedFile } from './wireguard-device.ts';
import { readWireguard } from './wireguard-state.ts';
import { planWireguardSteps } from './wireguard-steps.ts';
import { type AppliedChanges, createWriter, type Writer } from './writer.ts';

export type { AppliedChanges } from './writer.ts';

/** The part of a node's kernel state that is ours. */
export interface KernelNetwork {
  /**
   * Makes the kernel hold exactly the plan. Passes run one after the other; a pass that was cut is
   * completed by the next one. What cannot be written does not hold up the rest, and is
   * MCS_NETWORK_NOT_APPLIED at the end.
   */
  apply(plan: NetworkPlan, signal: AbortSignal): Promise<AppliedChanges>;
  /** Takes away everything of ours. */
  remove(signal: AbortSignal): Promise<AppliedChanges>;
}

export interface KernelNetworkOptions {
  readonly exec: Exec;
  readonly logger: Logger;
  /** Default: this process's file system. */
  readonly files?: HostFiles;
  /** Where the host's /proc/sys/net is: `/host/proc/sys/net` in pods, whose own one is read-only. Default /proc/sys/net. */
  readonly sysctlRoot?: string;
  /** Shared with the container that runs wireguard-go. Default /var/run/wireguard. */
  readonly wireguardFolder?: string;
  readonly clock?: Clock;
}

interface Tools extends Required<KernelNetworkOptions> {
  readonly peers: PeerMemory;
}

export function createKernelNetwork(options: KernelNetworkOptions): KernelNetwork {
  const { clock = systemClock } = options;
  const tools: Tools = { files: hostFiles, sysctlRoot: '/proc/sys/net', wireguardFolder: '/var/run/wireguard', ...options, clock, peers: new PeerMemory(clock) };
  let last: Promise<unknown> = Promise.resolve();
  const apply = (plan: NetworkPlan, signal: AbortSignal): Promise<AppliedChanges> => {
    const pass = last.then(() => runPass(tools, plan, signal));
    last = pass.catch(() => undefined); // its caller hears of it
    return pass;
  };
  return { apply, remove: (signal) => apply(EMPTY_PLAN, signal) };
}

/** New things stand before packets are sent there, and old ones go last. */
async function runPass(tools: Tools, wanted: NetworkPlan, signal: AbortSignal): Promise<AppliedChanges> {
  const { exec, files, logger } = tools;
  const { plan: whole, refused } = keepSafeParts(wanted);
  if (refused.length > 0) logger.warn('parts of the plan are not well formed', { refused });
  const isWanted = whole.links.length > 0;
  const [state, tables] = await Promise.all([readKernelState(exec, signal), readForwardTables(exec, files, signal)]);
  const writer = createWriter(exec, signal);
  const filters = planFilterSteps(whole.filters, state);
  const accepts = tables.flatMap((table) => planForwardSteps(table, isWanted));
  // a connection keeps the translation of its first packet, so the exception stands before the routes do
  const isFiltered = !isWanted || (await writer.run(filters)) || state.filters.IPv4 !== undefined;
  const plan = isFiltered ? whole : withoutDevices(whole);
  const links = planLinkChanges(plan, state);
  if (isWanted) await writer.run(accepts);
  await askForWireguardGo(tools, plan, writer);
  await writer.run(batch('ip', [...links.drop, ...links.put]));
  for (const link of links.wireguard) {
    await writer.attempt(async () => [await makeWireguardDevice({ ...tools, folder: tools.wireguardFolder }, link.name, signal)]);
    await writer.run(batch('ip', settle(link, undefined, state.hasIPv6)));
  }
  await applySettings(tools, plan, writer);
  await applyWireguard(tools, plan, writer, signal);
  await writer.run(planRouteSteps(plan, state, links));
  if (!isWanted) await writer.run([...filters, ...accepts]);
  return writer.finish();
}

/** Where nothing filters what our devices take in, there are none, and packets for other clusters stay here. */
function withoutDevices({ rules, filters, routes }: NetworkPlan): NetworkPlan {
  return { ...EMPTY_PLAN, rules, filters, routes: routes.filter(({ kind }) => kind === 'unreachable') };
}

/** Withdraws the wish for wireguard-go where the plan has no device of it any more. */
async function askForWireguardGo({ files, wireguardFolder }: Tools, { links }: NetworkPlan, writer: Writer): Promise<void> {
  const path = wantedFile(wireguardFolder, CABLE_DEVICE);
  if (links.some(({ kind }) => kind === 'wireguard') || (await files.read(path)) === undefined) return;
  await writer.attempt(async () => {
    await files.remove(path);
    return ['wireguard-go is not wanted any more'];
  });
}

async function applySettings({ files, sysctlRoot }: Tools, plan: NetworkPlan, writer: Writer): Promise<void> {
  for (const { path, value } of planLinkSettings(plan)) {
    const standing = await files.read(`${sysctlRoot}/${path}`);
    // a kernel without IPv6 has no such setting
    if (standing === undefined || standing.trim() === value) continue;
    await writer.attempt(async () => {
      await files.write(`${sysctlRoot}/${path}`, value);
      return [`sysctl net/${path} = ${value}`];
    });
  }
}

async function applyWireguard({ exec, peers }: Tools, { wireguard }: NetworkPlan, writer: Writer, signal: AbortSignal): Promise<void> {
  if (wireguard === undefined) {
    peers.observe(undefined);
    peers.remember(undefined);
    return;
  }
  const state = await readWireguard(exec, wireguard.device, signal);
  peers.observe(state);
  // what was refused has to be set again
  if (await writer.run(planWireguardSteps(wireguard, state, peers))) peers.remember(wireguard);
}
