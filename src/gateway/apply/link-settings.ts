import type { NetworkPlan } from '../plan/types.ts';

/** A setting of the kernel, by its path under /proc/sys/net. */
export interface Setting {
  readonly path: string;
  readonly value: string;
}

/**
 * What our devices need, whatever the host's defaults: packets may come from where the main table
 * would not answer to, and are forwarded. All of it goes with the device: nothing is to be restored.
 */
export function planLinkSettings({ links, rules }: NetworkPlan): Setting[] {
  const families = new Set(rules.map(({ family }) => family));
  return links.flatMap(({ name }) => [
    { path: `ipv4/conf/${name}/rp_filter`, value: '2' },
    { path: `ipv4/conf/${name}/forwarding`, value: '1' },
    ...(families.has('IPv6') ? [{ path: `ipv6/conf/${name}/disable_ipv6`, value: '0' }, { path: `ipv6/conf/${name}/forwarding`, value: '1' }] : []),
  ]);
}
