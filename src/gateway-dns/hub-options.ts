import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import type { GatewayDNSMetrics } from './metrics.ts';
import type { ProbeTarget } from './plan/health.ts';
import type { GatewayDNSSettings } from './settings.ts';

export interface HubOptions {
  readonly settings: GatewayDNSSettings;
  readonly hubClient: KubeClient;
  /** Unique per process: the pod's UID. */
  readonly identity: string;
  /** Whether gateways may have addresses on loopback. */
  readonly simulated: boolean;
  /** Whether the address of a gateway answers in time. */
  readonly ask: (target: ProbeTarget) => Promise<boolean>;
  readonly metrics: GatewayDNSMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Names a proxy for clusters whose kubeconfig names none. */
  readonly env: NodeJS.ProcessEnv;
  readonly userAgent: string;
}
