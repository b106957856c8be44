import type { LinkPlan, NetworkPlan, VxlanLink, WireguardLink } from '../plan/types.ts';
import { type KernelState, type LinkState, sameAddress } from './kernel-state.ts';

/** What has to be done to devices. */
export interface LinkChanges {
  /** Lines of `ip` that take devices away, where they are unwanted or cannot be changed into what is wanted. */
  readonly drop: readonly string[];
  /** Lines of `ip` that make devices, and change those that stay. */
  readonly put: readonly string[];
  /** Names of those that are made anew or taken away: nothing that hung on them is there any more. */
  readonly gone: ReadonlySet<string>;
  /** WireGuard devices that have to be made. */
  readonly wireguard: readonly WireguardLink[];
  /** Devices whose neighbours the kernel forgets. */
  readonly readdressed: ReadonlySet<string>;
}

/** The kernel's module, or the device of wireguard-go. */
const WIREGUARD_KINDS: readonly string[] = ['wireguard', 'tun'];

function isSameDevice(state: LinkState, plan: LinkPlan): boolean {
  if (plan.kind === 'wireguard') return WIREGUARD_KINDS.includes(state.kind);
  const { vxlan } = state;
  return vxlan !== undefined && vxlan.vni === plan.vni && vxlan.port === plan.port && !vxlan.learning && vxlan.df === 'set' && sameAddress(vxlan.local, plan.local);
}

/**
 * `df set`: what does not fit the underlay is refused, and told to the sender, instead of travelling
 * in fragments. `nolearning`: MACs are as planned, whatever comes in.
 */
function addLine({ name, mac, mtu, vni, port, local }: VxlanLink): string {
  return `link add ${name} address ${mac} mtu ${mtu} type vxlan id ${vni} dstport ${port} local ${local} nolearning df set`;
}

export function planLinkChanges(plan: NetworkPlan, state: KernelState): LinkChanges {
  const wanted = new Map(plan.links.map((link) => [link.name, link]));
  const stays = (link: LinkState): boolean => {
    const goal = wanted.get(link.name);
    return goal !== undefined && isSameDevice(link, goal);
  };
  const kept = new Map(state.links.filter(stays).map((link) => [link.name, link]));
  const dropped = state.links.filter(({ name }) => !kept.has(name)).map(({ name }) => name);
  const made = plan.links.filter(({ name }) => !kept.has(name));
  return {
    drop: dropped.map((name) => `link del ${name}`),
    put: plan.links.flatMap((link) => {
      const standing = kept.get(link.name);
      if (standing !== undefined) return settle(link, standing, state.hasIPv6);
      return link.kind === 'vxlan' ? [addLine(link), ...settle(link, undefined, state.hasIPv6)] : [];
    }),
    gone: new Set([...dropped, ...made.map(({ name }) => name)]),
    wireguard: made.filter((link) => link.kind === 'wireguard'),
    readdressed: new Set(plan.links.filter((link) => link.kind === 'vxlan' && kept.get(link.name)?.mac !== link.mac).map(({ name }) => name)),
  };
}

/** Lines that give a device what can be changed. `state` is undefined for one just made. */
export function settle(link: LinkPlan, state: LinkState | undefined, hasIPv6: boolean): string[] {
  const isNewVxlan = state === undefined && link.kind === 'vxlan';
  return [
    ...(link.kind === 'vxlan' && state !== undefined && state.mac !== link.mac ? [`link set ${link.name} address ${link.mac}`] : []),
    ...(isNewVxlan || state?.mtu === link.mtu ? [] : [`link set ${link.name} mtu ${link.mtu}`]),
    // no link-local address of its own: nothing is to answer there
    ...(hasIPv6 && state?.addrGenMode !== 'none' ? [`link set ${link.name} addrgenmode none`] : []),
    ...(state?.isUp === true ? [] : [`link set ${link.name} up`]),
  ];
}
