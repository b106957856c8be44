import { MEMBER_WIREGUARD_SECRET } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { Secret } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import { readWireguardKeys } from './view/read-wireguard-keys.ts';

export interface KeyWatchOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** The keys, or what is wrong with them, may be others. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Follows the key pair of the cluster while this node needs it, so that no other node holds it in memory. */
export class KeyWatch {
  readonly #options: KeyWatchOptions;
  #informer: Informer<Secret> | undefined;
  #read: ReturnType<typeof readWireguardKeys> | undefined;
  #ending: Promise<void> = Promise.resolve();

  constructor(options: KeyWatchOptions) {
    this.#options = options;
  }

  /** Whether all is known that is wanted. */
  get hasSynced(): boolean {
    return this.#informer?.hasSynced ?? true;
  }

  get lastError(): unknown {
    return this.#informer?.lastSyncError;
  }

  /** Undefined while nobody wants to know, or nothing is known yet. */
  get result(): ReturnType<typeof readWireguardKeys> | undefined {
    const { namespace } = this.#options;
    if (this.#informer?.hasSynced !== true) return undefined;
    this.#read ??= readWireguardKeys(this.#informer.get(`${namespace}/${MEMBER_WIREGUARD_SECRET}`));
    return this.#read;
  }

  /** Begins, goes on with or ends the watch. */
  follow(isWanted: boolean, signal: AbortSignal): void {
    if (isWanted === (this.#informer !== undefined)) return;
    if (isWanted) this.#begin(signal);
    else this.#end();
  }

  async stop(): Promise<void> {
    this.#end();
    await this.#ending;
  }

  #begin(signal: AbortSignal): void {
    const { client, namespace, clock, logger, onChange } = this.#options;
    const informer = createInformer(client, resources.secrets, { namespace, fieldSelector: `metadata.name=${MEMBER_WIREGUARD_SECRET}`, clock, logger });
    this.#informer = informer;
    informer.onChange(() => {
      this.#read = undefined;
      onChange();
    });
    const begun = this.#ending.then(() => informer.start(signal)).then(() => informer.synced());
    begun.then(onChange, () => undefined); // stopped before that
  }

  #end(): void {
    const informer = this.#informer;
    this.#informer = undefined;
    this.#read = undefined;
    if (informer !== undefined) this.#ending = informer.stop();
  }
}
