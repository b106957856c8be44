import { randomBytes } from 'node:crypto';
import { familyOf } from '../../api/cidr.ts';
import type { IpFamily } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { openUdpSocket, type UdpSocket } from '../udp-socket.ts';
import { decodeAnswer, encodeRequest } from './echo-packet.ts';
import { PathHealth, type PathStatus } from './path-health.ts';

/** Whom to probe. */
export interface ProbeTarget {
  /** Cable name: what the path is known by. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export interface ProberOptions {
  readonly intervalMs: number;
  readonly maxLost: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A path has come into another state. */
  readonly onChange: (name: string, state: PathStatus['state']) => void;
  readonly openSocket?: typeof openUdpSocket;
}

interface Path {
  readonly target: ProbeTarget;
  readonly session: bigint;
  readonly health: PathHealth;
  /** Why the last probe could not even be sent. */
  failure: string | undefined;
  cancelSend: () => void;
  cancelJudge: () => void;
}

type Sources = { readonly [family in IpFamily]?: string };

/** Sends probes along all paths, from this node's address in the pod ranges. */
export class Prober {
  readonly #options: ProberOptions;
  readonly #paths = new Map<string, Path>();
  readonly #sockets = new Map<IpFamily, { readonly address: string; readonly socket: UdpSocket }>();
  #opening: Promise<void> = Promise.resolve();

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** From where probes go, per family. Calls follow one another. */
  useSources(sources: Sources): Promise<void> {
    this.#opening = this.#opening.then(async () => {
      for (const family of ['IPv4', 'IPv6'] as const) await this.#useSource(family, sources[family]);
    });
    return this.#opening;
  }

  /** Begins with paths that are new or lead elsewhere, and ends those that are not among the targets. */
  follow(targets: readonly ProbeTarget[]): void {
    const wanted = new Map(targets.map((target) => [target.name, target]));
    for (const [name, path] of this.#paths) {
      const target = wanted.get(name);
      if (target?.address !== path.target.address || target.port !== path.target.port) this.#end(name, path);
    }
    for (const target of targets) if (!this.#paths.has(target.name)) this.#begin(target);
  }

  /** Undefined for a path that is not followed. */
  status(name: string): PathStatus | undefined {
    const path = this.#paths.get(name);
    if (path === undefined) return undefined;
    const status = path.health.status(this.#options.clock.monotonic());
    const suffix = path.failure === undefined || status.state === 'connected' ? '' : `; ${path.failure}`;
    return { ...status, reason: `${status.reason}${suffix}` };
  }

  async stop(): Promise<void> {
    for (const [name, path] of this.#paths) this.#end(name, path);
    await this.useSources({});
  }

  async #useSource(family: IpFamily, address: string | undefined): Promise<void> {
    const standing = this.#sockets.get(family);
    if (standing?.address === address) return;
    this.#sockets.delete(family);
    await standing?.socket.close();
    if (address === undefined) return;
    const { logger, openSocket = openUdpSocket } = this.#options;
    const onError = (error: unknown): void => logger.warn('Cannot probe', { address, error });
    try {
      this.#sockets.set(family, { address, socket: await openSocket({ address, port: 0, onError, onMessage: (packet) => this.#receive(packet) }) });
    } catch (error) {
      onError(error);
    }
  }

  #begin(target: ProbeTarget): void {
    const { intervalMs, maxLost, clock } = this.#options;
    const health = new PathHealth({ target: target.address, intervalMs, maxLost });
    const path: Path = { target, session: randomBytes(8).readBigUInt64BE(), health, failure: undefined, cancelSend: () => undefined, cancelJudge: () => undefined };
    this.#paths.set(target.name, path);
    // hundreds of paths that begin together shall not send together for ever
    path.cancelSend = clock.schedule(() => this.#send(path), this.#paths.size === 1 ? 0 : (Number(path.session % 1_000n) / 1_000) * Math.min(intervalMs, 1_000));
  }

  #end(name: string, path: Path): void {
    path.cancelSend();
    path.cancelJudge();
    this.#paths.delete(name);
  }

  #send(path: Path): void {
    const { clock } = this.#options;
    const { health, session, target } = path;
    this.#judge(path);
    const socket = this.#sockets.get(familyOf(target.address) ?? 'IPv4')?.socket;
    const packet = encodeRequest({ session, sequence: health.send(clock.monotonic()) });
    path.failure = socket === undefined ? 'there is no socket to send from' : undefined;
    socket?.send(packet, target.port, target.address, (error) => {
      path.failure = errorMessage(error);
    });
    path.cancelJudge();
    path.cancelJudge = clock.schedule(() => this.#judge(path), health.patienceMs);
    path.cancelSend = clock.schedule(() => this.#send(path), health.nextInMs);
  }

  /** A probe that was lost makes the next one hurry. */
  #judge(path: Path): void {
    const { clock } = this.#options;
    const before = path.health.nextInMs;
    const hasChanged = path.health.judge(clock.monotonic());
    if (path.health.nextInMs < before) {
      path.cancelSend();
      path.cancelSend = clock.schedule(() => this.#send(path), 0);
    }
    if (hasChanged) this.#tell(path);
  }

  #receive(packet: Buffer): void {
    const echo = decodeAnswer(packet);
    if (echo === undefined) return;
    // sessions are random, so an answer to another run, or a made up one, meets no path
    const path = [...this.#paths.values()].find(({ session }) => session === echo.session);
    if (path === undefined) return;
    const now = this.#options.clock.monotonic();
    const before = path.health.state;
    if (path.health.receive(echo.sequence, now) && path.health.state !== before) this.#tell(path);
  }

  #tell({ target, health }: Path): void {
    this.#options.onChange(target.name, health.state);
  }
}
