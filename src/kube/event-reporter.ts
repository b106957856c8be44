import { objectKey } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from './client.ts';
import { recordEvent } from './events.ts';

export interface EventReporterOptions {
  readonly client: KubeClient;
  /** The part that speaks: `mcs-controller`. */
  readonly component: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Most Events that are remembered so as not to be repeated. */
const MEMORY = 1_000;

/** Tells people about objects by Kubernetes Events, each thing once. */
export class EventReporter {
  readonly #options: EventReporterOptions;
  readonly #told = new Set<string>();

  constructor(options: EventReporterOptions) {
    this.#options = options;
  }

  /** Writes a warning about an object. A failure to write it is logged: nothing depends on an Event. */
  warn(object: KubeObject, reason: string, message: string): void {
    this.tell('Warning', object, reason, message);
  }

  /** Like `warn`, also for what is well. */
  tell(type: 'Normal' | 'Warning', object: KubeObject, reason: string, message: string): void {
    const identity = [object.kind, object.metadata.uid ?? objectKey(object.metadata), reason, message].join(' ');
    if (this.#told.has(identity)) return;
    if (this.#told.size >= MEMORY) this.#told.clear();
    this.#told.add(identity);
    this.#options.logger[type === 'Warning' ? 'warn' : 'info'](message, { reason, object: `${object.kind} ${objectKey(object.metadata)}` });
    const { client, component, clock } = this.#options;
    recordEvent(client, { involved: object, type, reason, message, component }, { clock }).catch((error: unknown) => {
      this.#told.delete(identity);
      this.#options.logger.warn('Cannot write an Event', { error, reason });
    });
  }
}
