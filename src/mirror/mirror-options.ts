import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import type { MirrorMetrics } from './metrics.ts';
import type { MirrorSettings, SourceSettings } from './settings.ts';

export interface MirrorOptions {
  readonly settings: MirrorSettings;
  readonly targetClient: KubeClient;
  /** A client of a source, closed by the mirror when the source goes. May throw where the access cannot be used. */
  readonly connectSource: (source: SourceSettings) => KubeClient;
  /** Unique per process: the pod's UID. */
  readonly identity: string;
  /** In the sandbox pods have addresses on loopback. */
  readonly simulated: boolean;
  /** Of this package. */
  readonly version: string;
  readonly metrics: MirrorMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of what fails beyond the log, with facts that are no secrets: once when it begins to fail. */
  readonly reportError?: (error: unknown, about: Readonly<Record<string, string>>) => void;
}
