import { MANAGED_BY, MANAGED_BY_MCS, OWNER } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { ensureObject } from '../kube/ensure.ts';
import { FIELD_MANAGER } from './field-manager.ts';
import { mirrorOwner, type MirrorSettings, mirrorStatusName } from './settings.ts';
import { type MirrorStatus, STATUS_KEY } from './status.ts';

export interface StatusWriterOptions {
  readonly client: KubeClient;
  readonly settings: Pick<MirrorSettings, 'name' | 'namespace'>;
  readonly read: () => MirrorStatus;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** From a change until it is written, and so the least time between two writes, ms. */
const DELAY_MS = 2_000;
/** After a failure, ms. */
const RETRY_MS = 15_000;

/** Keeps the ConfigMap with the mirror's status up to date: no write where nothing has changed. */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #abort = new AbortController();
  #cancel: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();
  #written: string | undefined;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** Something may have changed: looks at it soon. */
  refresh(): void {
    this.#schedule(DELAY_MS);
  }

  #schedule(ms: number): void {
    if (this.#cancel !== undefined || this.#abort.signal.aborted) return;
    this.#cancel = this.#options.clock.schedule(() => {
      this.#cancel = undefined;
      this.#writing = this.#write().catch((error: unknown) => {
        if (this.#abort.signal.aborted) return;
        this.#options.logger.warn('Cannot write the status of the mirror', { error });
        this.#schedule(RETRY_MS);
      });
    }, ms);
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The status writer was stopped'));
    this.#cancel?.();
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { client, settings, read } = this.#options;
    const status = read();
    const content = JSON.stringify({ ...status, updatedAt: '' });
    if (content === this.#written) return;
    const name = mirrorStatusName(settings.name);
    const labels = { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: mirrorOwner(settings.name) };
    const object = { metadata: { name, namespace: settings.namespace, labels }, data: { [STATUS_KEY]: JSON.stringify(status, undefined, 2) } };
    await ensureObject(client, resources.configMaps, object, { owner: { labels }, fieldManager: FIELD_MANAGER, signal: this.#abort.signal });
    this.#written = content;
  }
}
