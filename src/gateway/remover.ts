import { type Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { HealthState } from '../base/health.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { GatewayPlatform } from './platform.ts';
import { SingleFlight } from './single-flight.ts';

/** Takes everything of ours away from this node, and then is ready: `leave` rolls the DaemonSet out with it. */
export class Remover implements Startable {
  readonly name = 'remover';
  readonly #flight: SingleFlight;
  #state: HealthState = { isMet: false, detail: 'takes the network of the node down' };

  constructor({ network }: Pick<GatewayPlatform, 'network'>, clock: Clock, logger: Logger) {
    this.#flight = new SingleFlight({
      name: this.name,
      clock,
      run: async (signal) => {
        const { changes } = await network.remove(signal);
        logger.info('Took the network of the node down', { changes });
        this.#state = { isMet: true, detail: 'nothing of mcs is left in the network of the node' };
      },
      onFailure: (error) => {
        logger.error('Cannot take the network of the node down', { error });
        this.#state = { isMet: false, detail: errorMessage(error) };
      },
    });
  }

  readiness(): HealthState {
    return this.#state;
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#flight.start(signal);
    this.#flight.request();
  }

  stop(): Promise<void> {
    return this.#flight.stop();
  }
}
