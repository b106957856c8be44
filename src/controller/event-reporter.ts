import { randomUUID } from 'node:crypto';
import { objectKey, resources } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { FIELD_MANAGER } from './settings.ts';

export interface EventReporterOptions {
  readonly client: KubeClient;
  readonly now: () => number;
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
    const identity = [object.kind, object.metadata.uid ?? objectKey(object.metadata), reason, message].join(' ');
    if (this.#told.has(identity)) return;
    if (this.#told.size >= MEMORY) this.#told.clear();
    this.#told.add(identity);
    this.#options.logger.warn(message, { reason, object: `${object.kind} ${objectKey(object.metadata)}` });
    this.#write(object, reason, message).catch((error: unknown) => {
      this.#told.delete(identity);
      this.#options.logger.warn('Cannot write an Event', { error, reason });
    });
  }

  async #write(object: KubeObject, reason: string, message: string): Promise<void> {
    const { namespace = 'default', name, uid } = object.metadata;
    const time = new Date(this.#options.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const involvedObject = { apiVersion: object.apiVersion, kind: object.kind, name, ...(object.metadata.namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) };
    const event = {
      metadata: { name: `${name.slice(0, 200)}.${randomUUID().slice(0, 13)}`, namespace },
      type: 'Warning' as const,
      reason,
      message: message.slice(0, 1_000),
      involvedObject,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      source: { component: FIELD_MANAGER },
    };
    await this.#options.client.create(resources.events, event, { fieldManager: FIELD_MANAGER });
  }
}
