import type { RemoteInfo } from 'node:dgram';
import { isDeepStrictEqual } from 'node:util';
import { familyOf } from '../../api/cidr.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { openUdpSocket, type UdpSocket } from '../udp-socket.ts';
import { privatePath, type TunnelPath } from '../view/build-view.ts';
import type { RemoteEnd } from '../view/remote-end.ts';
import { findPath, needsDiscovery } from './decide-path.ts';
import { answerNatRequest, decodeNatMessage, encodeNatMessage } from './nat-message.ts';
import { NatSearch } from './nat-search.ts';

/** The own gateway, as others ask for it. */
export interface NatIdentity {
  readonly cable: string;
  readonly cluster: string;
  /** Address and port on which requests are answered. */
  readonly address: string;
  readonly port: number;
}

export interface NatDiscoveryOptions {
  readonly natt: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Address that an earlier run of this agent used for a cable: it is used until something better is known. */
  readonly remembered: (cableName: string) => string | undefined;
  /** A path was found or is another one. */
  readonly onChange: () => void;
  readonly openSocket?: typeof openUdpSocket;
}

/** How one remote gateway is reached. */
export interface NatResult {
  readonly path: TunnelPath;
  /** Why that is not certain; empty where it is. */
  readonly doubt: string;
}

/** A gateway that is followed. */
interface Followed {
  readonly end: RemoteEnd;
  /** Undefined where there is nothing to find out. */
  readonly search: NatSearch | undefined;
}

function isSameEnd(a: RemoteEnd, b: RemoteEnd): boolean {
  const facts = ({ privateIP, publicIP, tunnelPort, discoveryPort, natEnabled }: RemoteEnd): unknown[] => [privateIP, publicIP, tunnelPort, discoveryPort, natEnabled];
  return isDeepStrictEqual(facts(a), facts(b));
}

/** Finds out by which address each remote gateway is reached, and answers those who ask for this one. */
export class NatDiscovery {
  readonly #options: NatDiscoveryOptions;
  readonly #followed = new Map<string, Followed>();
  #socket: UdpSocket | undefined;
  #identity: NatIdentity | undefined;
  #work: Promise<void> = Promise.resolve();
  #problem: string | undefined;

  constructor(options: NatDiscoveryOptions) {
    this.#options = options;
  }

  /** Why nothing can be found out or answered. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Answers as this gateway; with undefined as none, and forgets what was found. Calls follow one another. */
  serveAs(identity: NatIdentity | undefined): Promise<void> {
    this.#work = this.#work.then(async () => {
      const standing = this.#identity;
      this.#identity = identity;
      const isBound = this.#socket !== undefined && standing?.address === identity?.address && standing?.port === identity?.port;
      if (identity === undefined) this.follow([]);
      if (isBound || (identity === undefined && this.#socket === undefined)) return;
      await this.#socket?.close();
      this.#socket = undefined;
      if (identity !== undefined && this.#options.natt) await this.#open(identity);
    });
    return this.#work;
  }

  /** Searches for gateways that are new or have changed; a result is kept as long as the Endpoint says the same. */
  follow(ends: readonly RemoteEnd[]): void {
    const wanted = new Map(ends.map((end) => [end.cableName, end]));
    for (const [name, { end: standing, search }] of this.#followed) {
      const end = wanted.get(name);
      if (end !== undefined && isSameEnd(end, standing)) continue;
      search?.stop();
      this.#followed.delete(name);
    }
    for (const end of ends) if (!this.#followed.has(end.cableName)) this.#begin(end);
  }

  /** Whether packets come through to a gateway, as far as is known: as long as they do not, it is asked again and again. */
  setBroken(cableName: string, isBroken: boolean): void {
    this.#followed.get(cableName)?.search?.setBroken(isBroken);
  }

  /** Undefined for a gateway that is not followed. */
  result(cableName: string): NatResult | undefined {
    const followed = this.#followed.get(cableName);
    if (followed === undefined) return undefined;
    const { end, search } = followed;
    return search === undefined ? { path: privatePath(end), doubt: '' } : { path: search.path, doubt: search.doubt };
  }

  async stop(): Promise<void> {
    await this.serveAs(undefined);
  }

  async #open({ address, port }: NatIdentity): Promise<void> {
    const { logger, openSocket = openUdpSocket } = this.#options;
    const report = (error: unknown): void => {
      this.#problem = `Cannot take part in NAT discovery at UDP port ${port}: ${errorMessage(error)}`;
      logger.warn('Cannot take part in NAT discovery', { address, port, error });
    };
    try {
      this.#socket = await openSocket({ address, port, onError: report, onMessage: (packet, from) => this.#receive(packet, from) });
      this.#problem = undefined;
    } catch (error) {
      report(error);
    }
  }

  #begin(end: RemoteEnd): void {
    const { clock, natt, onChange, remembered } = this.#options;
    const kept = findPath(end, remembered(end.cableName));
    const ask = (address: string, nonce: string): boolean => this.#request(end, address, nonce);
    const search = needsDiscovery(end, natt) ? new NatSearch({ end, kept, ask, onChange, clock }) : undefined;
    this.#followed.set(end.cableName, { end, search });
    search?.begin();
  }

  #request(end: RemoteEnd, address: string, nonce: string): boolean {
    const from = this.#identity;
    if (from === undefined || this.#socket === undefined || familyOf(address) !== familyOf(from.address)) return false;
    const packet = encodeNatMessage({ type: 'request', nonce, to: end.cableName, from: from.cable, cluster: end.clusterID });
    this.#socket.send(packet, end.discoveryPort, address, (error) => this.#options.logger.debug('Cannot ask a gateway', { address, error }));
    return true;
  }

  #receive(packet: Buffer, { address, port }: RemoteInfo): void {
    const message = decodeNatMessage(packet);
    if (message === undefined || this.#identity === undefined) return;
    const { search } = this.#followed.get(message.from) ?? {};
    if (message.type === 'answer') {
      search?.answer(message.nonce);
      return;
    }
    const answer = answerNatRequest(message, this.#identity);
    if (answer === undefined) return;
    this.#socket?.send(encodeNatMessage(answer), port, address);
    search?.hear();
  }
}
