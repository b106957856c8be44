import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { FleetConnection } from './fleet-cluster.ts';

export interface ConnectionReportOptions {
  /** Key of the cluster. */
  readonly cluster: string;
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ConnectionNews extends Omit<FleetConnection, 'since'> {
  readonly hasSession: boolean;
}

/** How a connection stands, as it was told last; what is no news is not told again. */
export class ConnectionReport {
  readonly #options: ConnectionReportOptions;
  #present: FleetConnection;
  #hasSession = false;

  constructor(options: ConnectionReportOptions) {
    this.#options = options;
    this.#present = { state: 'connecting', message: '', since: options.clock.now(), server: '' };
  }

  get present(): FleetConnection {
    return this.#present;
  }

  tell({ hasSession, state, message, server }: ConnectionNews): void {
    const before = this.#present;
    const next = { state, message, since: state === before.state ? before.since : this.#options.clock.now(), server };
    if (hasSession === this.#hasSession && isDeepStrictEqual(next, before)) return;
    this.#present = next;
    this.#hasSession = hasSession;
    if (state !== before.state) this.#log(next);
    this.#options.onChange();
  }

  #log({ state, message, server }: FleetConnection): void {
    const { logger, cluster } = this.#options;
    logger[state === 'connected' || state === 'connecting' ? 'info' : 'warn'](`The cluster is ${state}`, { cluster, ...(server !== '' && { server }), ...(message !== '' && { detail: message }) });
  }
}
