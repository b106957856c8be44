import type { Protocol } from '../../api/types/index.ts';
import { errorMessage } from '../../base/errors.ts';
import { type EchoListener, listenEchoTcp, listenEchoUdp } from '../network/echo-server.ts';
import { type ContainerRunner, type ContainerState, CREATING, waitingState } from './container-state.ts';

/** A port of an echo pod, as the system has it (mapped where it needs privileges). */
export interface EchoPort {
  readonly protocol: Extract<Protocol, 'TCP' | 'UDP'>;
  readonly port: number;
}

export interface EchoContainerOptions {
  readonly host: string;
  /** First part of each answer, which says who answers. */
  readonly greeting: string;
  readonly ports: readonly EchoPort[];
  readonly now: () => number;
  readonly log: (line: string) => void;
  readonly onChange: () => void;
}

/** Stands in for an image that is not ours: it answers on the pod's ports, and does nothing else. */
export class EchoContainer implements ContainerRunner {
  readonly #options: EchoContainerOptions;
  readonly #listeners = new Map<string, EchoListener>();
  #ports: readonly EchoPort[];
  #state: ContainerState = CREATING;
  #stopped = false;
  /** Changes of the ports follow one another. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: EchoContainerOptions) {
    this.#options = options;
    this.#ports = options.ports;
  }

  get state(): ContainerState {
    return this.#state;
  }

  async start(): Promise<void> {
    await this.setPorts(this.#ports);
  }

  /** Listens on exactly these ports. */
  setPorts(ports: readonly EchoPort[]): Promise<void> {
    this.#ports = ports;
    this.#work = this.#work.then(() => this.#listen());
    return this.#work;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.setPorts([]);
    const finishedAt = new Date(this.#options.now()).toISOString();
    const startedAt = this.#state.state.running?.startedAt ?? finishedAt;
    this.#state = { ...this.#state, ready: false, state: { terminated: { reason: 'Completed', exitCode: 0, startedAt, finishedAt } } };
  }

  async #listen(): Promise<void> {
    const wanted = new Map(this.#ports.map((port) => [`${port.protocol}/${port.port}`, port]));
    for (const [key, listener] of this.#listeners) {
      if (wanted.has(key)) continue;
      this.#listeners.delete(key);
      await listener.close();
    }
    try {
      for (const [key, port] of wanted) if (!this.#listeners.has(key)) this.#listeners.set(key, await this.#open(port));
      if (!this.#stopped) this.#setRunning();
    } catch (error) {
      this.#options.log(`cannot listen: ${errorMessage(error)}`);
      this.#state = waitingState('CrashLoopBackOff', errorMessage(error));
      this.#options.onChange();
    }
  }

  async #open({ port, protocol }: EchoPort): Promise<EchoListener> {
    const { greeting, host, log } = this.#options;
    const listen = protocol === 'TCP' ? listenEchoTcp : listenEchoUdp;
    const listener = await listen({ host, port }, `${greeting}, address ${host}:${port}`);
    log(`echo server listens on ${protocol} ${host}:${port}`);
    return listener;
  }

  #setRunning(): void {
    if (this.#state.ready) return;
    this.#state = { ...this.#state, ready: true, state: { running: { startedAt: new Date(this.#options.now()).toISOString() } } };
    this.#options.onChange();
  }
}
