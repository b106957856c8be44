import { MANAGED_BY, MANAGED_BY_MCS } from '../api/labels.ts';
import { MEMBER_DNS_WIRING } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { ensureObject } from '../kube/ensure.ts';
import { parseWiringStatus, WIRING_STATUS_KEY, type WiringStatus } from './wiring-status.ts';

export interface WiringReportOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly fieldManager: string;
  readonly logger: Logger;
}

/** What the wiring says of itself, in the ConfigMap `mcs-dns-wiring`. Nothing is written where it says the same. */
export class WiringReport {
  readonly #options: WiringReportOptions;
  #reported: string | undefined;

  constructor(options: WiringReportOptions) {
    this.#options = options;
  }

  /** What an earlier process reported; undefined once this one has. */
  async findEarlier(signal: AbortSignal): Promise<WiringStatus | undefined> {
    const { client, namespace } = this.#options;
    return this.#reported === undefined ? parseWiringStatus(await client.find(resources.configMaps, MEMBER_DNS_WIRING, namespace, { signal })) : undefined;
  }

  async write(status: WiringStatus, signal: AbortSignal): Promise<void> {
    const text = JSON.stringify(status, undefined, 2);
    if (text === this.#reported) return;
    const { client, namespace, fieldManager, logger } = this.#options;
    const metadata = { name: MEMBER_DNS_WIRING, namespace, labels: { [MANAGED_BY]: MANAGED_BY_MCS } };
    await ensureObject(client, resources.configMaps, { metadata, data: { [WIRING_STATUS_KEY]: text } }, { fieldManager, signal });
    this.#reported = text;
    logger.info("Looked at the cluster's own DNS", { state: status.state, detail: status.message, ...(status.fallthrough && { fallthrough: status.fallthrough.message }) });
  }
}
