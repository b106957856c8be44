import { familyOf } from '../../api/cidr.ts';
import type { IpFamily } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { openUdpSocket } from '../udp-socket.ts';
import type { PathStatus } from './path-health.ts';
import { ProbePath, type ProbeTarget } from './probe-path.ts';

export interface ProberOptions {
  readonly intervalMs: number;
  readonly maxLost: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A path has come into another state. */
  readonly onChange: (name: string, state: PathStatus['state']) => void;
  readonly openSocket?: typeof openUdpSocket;
}

type Sources = { readonly [family in IpFamily]?: string };

/** Paths that begin together are spread over at most so long. */
const SPREAD_MS = 1_000;

/** Sends probes along all paths, from this node's addresses in the pod ranges. */
export class Prober {
  readonly #options: ProberOptions;
  readonly #paths = new Map<string, ProbePath>();
  #sources: Sources = {};

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** From where probes go, per family. */
  async useSources(sources: Sources): Promise<void> {
    const before = this.#sources;
    this.#sources = sources;
    const moved = [...this.#paths.values()].filter(({ target: { address } }) => {
      const family = familyOf(address) ?? 'IPv4';
      return before[family] !== sources[family];
    });
    await Promise.all(moved.map((path) => path.renew()));
  }

  /** Begins with paths that are new or lead elsewhere, and ends those that are not among the targets. */
  follow(targets: readonly ProbeTarget[]): void {
    const wanted = new Map(targets.map((target) => [target.name, target]));
    for (const [name, path] of this.#paths) {
      const target = wanted.get(name);
      if (target?.address === path.target.address && target.port === path.target.port) continue;
      this.#paths.delete(name);
      void path.end();
    }
    for (const target of targets) if (!this.#paths.has(target.name)) this.#begin(target);
  }

  /** Undefined for a path that is not followed. */
  status(name: string): PathStatus | undefined {
    return this.#paths.get(name)?.status;
  }

  async stop(): Promise<void> {
    const paths = [...this.#paths.values()];
    this.#paths.clear();
    await Promise.all(paths.map((path) => path.end()));
  }

  #begin(target: ProbeTarget): void {
    const { onChange, ...options } = this.#options;
    const source = (): string | undefined => this.#sources[familyOf(target.address) ?? 'IPv4'];
    const path = new ProbePath({ ...options, target, source, onChange: (state) => onChange(target.name, state) });
    this.#paths.set(target.name, path);
    // hundreds of paths that begin together shall not send together for ever
    path.begin(this.#paths.size === 1 ? 0 : Math.random() * Math.min(options.intervalMs, SPREAD_MS));
  }
}
