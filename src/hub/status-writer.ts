import { MANAGED_BY, MANAGED_BY_MCS } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import { type Clock, sleep } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { ensureObject } from '../kube/ensure.ts';
import { FIELD_MANAGER, HUB_STATUS, HUB_STATUS_KEY } from './settings.ts';
import { type HubStatus, isPassing } from './status.ts';

export interface HubStatusWriterOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly read: () => HubStatus;
  readonly clock: Clock;
  readonly logger: Logger;
}

const LOOK_MS = 1_000;
/** What passes by itself is written only where it does not: a restart changes nothing of what stands. */
const PASSING_MS = 15_000;

/** Writes how the hub fares with its members, once that has stood for a second, until the signal fires. Never throws. */
export async function keepHubStatus({ client, namespace, read, clock, logger }: HubStatusWriterOptions, signal: AbortSignal): Promise<void> {
  let seen = { text: '', since: clock.monotonic() };
  let written: string | undefined;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    await sleep(clock, LOOK_MS, signal).catch(() => undefined); // only the stop ends it early
    if (isOver()) return;
    const status = read();
    const text = JSON.stringify(status, undefined, 2);
    if (text !== seen.text) {
      seen = { text, since: clock.monotonic() };
      continue;
    }
    if (text === written || (status.members.some(isPassing) && clock.monotonic() - seen.since < PASSING_MS)) continue;
    const object = { metadata: { name: HUB_STATUS, namespace, labels: { [MANAGED_BY]: MANAGED_BY_MCS } }, data: { [HUB_STATUS_KEY]: text } };
    try {
      await ensureObject(client, resources.configMaps, object, { fieldManager: FIELD_MANAGER, signal });
      written = text;
    } catch (error) {
      // it is tried again with the next look
      if (!isOver()) logger.warn('Cannot write the status of the hub', { error });
    }
  }
}
