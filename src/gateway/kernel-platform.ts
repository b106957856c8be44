import { parseCidr } from '../api/cidr.ts';
import type { Logger } from '../base/log.ts';
import { createExec, createFollow } from '../base/exec.ts';
import { checkHost } from './apply/host-checks.ts';
import { createKernelNetwork } from './apply/kernel-network.ts';
import { measurePathMtu } from './apply/measure-path-mtu.ts';
import { readNodeNetwork } from './apply/node-network.ts';
import { createKernelWatch } from './apply/watch-kernel.ts';
import type { GatewayPlatform } from './platform.ts';
import type { GatewaySettings } from './settings.ts';

/** The host's own /proc/sys/net; that of a container is read-only without more than NET_ADMIN. */
const SYSCTL_ROOT = '/host/proc/sys/net';

/** The kernel of the node that this process runs on. */
export function createKernelPlatform({ driver, podCIDRs }: Pick<GatewaySettings, 'driver' | 'podCIDRs'>, logger: Logger): GatewayPlatform {
  const exec = createExec();
  const families = (['IPv4', 'IPv6'] as const).filter((family) => podCIDRs.some((cidr) => parseCidr(cidr)?.family === family));
  return {
    network: createKernelNetwork({ exec, logger, sysctlRoot: SYSCTL_ROOT }),
    readNode: (address, signal) => readNodeNetwork(exec, { podCIDRs, address }, signal),
    checkHost: (question, signal) => checkHost(exec, { driver, families, ...question }, signal),
    measurePathMtu: (options, signal) => measurePathMtu(exec, options, signal),
    watch: (onChange) => createKernelWatch({ follow: createFollow(), logger, onChange }),
  };
}
