import type { Startable } from '../base/lifecycle.ts';
import type { HostProblem } from '../api/host-problems.ts';
import type { KernelNetwork } from './apply/kernel-network.ts';
import type { NodeNetwork } from './apply/node-network.ts';
import type { PathMtuOptions } from './apply/measure-path-mtu.ts';

/** What a host check looks at. */
export interface HostQuestion {
  readonly isGateway: boolean;
  readonly listenPort: number;
  readonly cniDelivers: boolean;
}

/** The node below the agent: its kernel, or in simulated clusters nothing but loopback addresses. */
export interface GatewayPlatform {
  readonly network: KernelNetwork;
  /** What the plan needs to know of this node's own network; `address` is the node's, where it is known. */
  readNode(address: string | undefined, signal: AbortSignal): Promise<NodeNetwork>;
  checkHost(question: HostQuestion, signal: AbortSignal): Promise<readonly HostProblem[]>;
  /** Undefined where not even small packets are answered, or where there is nothing to measure. */
  measurePathMtu(options: PathMtuOptions, signal: AbortSignal): Promise<number | undefined>;
  /** Calls back when something of ours may have changed in the kernel. */
  watch(onChange: () => void): Startable;
}
