import { randomBytes } from 'node:crypto';
import type { RemoteInfo } from 'node:dgram';
import { isDeepStrictEqual } from 'node:util';
import { familyOf } from '../../api/cidr.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { openUdpSocket, type UdpSocket } from '../udp-socket.ts';
import { privatePath, type TunnelPath } from '../view/build-view.ts';
import type { RemoteEnd } from '../view/remote-end.ts';
import { decidePath, type Discovery, fallbackPath, findPath, needsDiscovery } from './decide-path.ts';
import { answerNatRequest, decodeNatMessage, encodeNatMessage } from './nat-message.ts';

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

interface Search {
  readonly end: RemoteEnd;
  readonly nonces: { readonly private: string; readonly public: string };
  discovery: Discovery;
  /** What packets use until something better is known. */
  path: TunnelPath;
  isFinal: boolean;
  isProven: boolean;
  cancelRetry: () => void;
  cancelDecision: () => void;
}

const RETRY_MS = 2_000;

function isSameEnd(a: RemoteEnd, b: RemoteEnd): boolean {
  const facts = ({ privateIP, publicIP, tunnelPort, discoveryPort, natEnabled }: RemoteEnd): unknown[] => [privateIP, publicIP, tunnelPort, discoveryPort, natEnabled];
  return isDeepStrictEqual(facts(a), facts(b));
}

/** Finds out by which address each remote gateway is reached, and answers those who ask for this one. */
export class NatDiscovery {
  readonly #options: NatDiscoveryOptions;
  readonly #searches = new Map<string, Search>();
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
    for (const [name, search] of this.#searches) {
      const end = wanted.get(name);
      if (end === undefined || !isSameEnd(end, search.end)) this.#end(name, search);
    }
    for (const end of ends) if (!this.#searches.has(end.cableName)) this.#begin(end, findPath(end, this.#options.remembered(end.cableName)));
  }

  /** Asks again, because the path that was found does not work. It is used until another one is found. */
  recheck(cableName: string): void {
    const search = this.#searches.get(cableName);
    if (search === undefined || !search.isFinal || !needsDiscovery(search.end, this.#options.natt)) return;
    this.#end(cableName, search);
    this.#begin(search.end, search.path);
  }

  /** Undefined for a gateway that is not followed. */
  result(cableName: string): NatResult | undefined {
    const search = this.#searches.get(cableName);
    if (search === undefined) return undefined;
    const { end: { privateIP, publicIP, discoveryPort }, isProven, path } = search;
    if (isProven || !needsDiscovery(search.end, this.#options.natt)) return { path, doubt: '' };
    const asked = [privateIP, ...(publicIP === undefined || publicIP === privateIP ? [] : [publicIP])].join(' nor ');
    return { path, doubt: `NAT discovery: ${asked.includes(' nor ') ? 'neither ' : 'no answer from '}${asked}${asked.includes(' nor ') ? ' answers' : ''} at UDP port ${discoveryPort}; using ${path.address}` };
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

  #begin(end: RemoteEnd, kept?: TunnelPath): void {
    const { clock, natt } = this.#options;
    const nonce = (): string => randomBytes(16).toString('hex');
    const discovery = { startedAt: clock.monotonic() };
    const isNeeded = needsDiscovery(end, natt);
    const search: Search = {
      end,
      nonces: { private: nonce(), public: nonce() },
      discovery,
      path: isNeeded ? (kept ?? fallbackPath(end)) : privatePath(end),
      isFinal: !isNeeded,
      isProven: false,
      cancelRetry: () => undefined,
      cancelDecision: () => undefined,
    };
    this.#searches.set(end.cableName, search);
    if (isNeeded) this.#ask(search);
    if (isNeeded) this.#decide(search, kept);
  }

  #end(name: string, search: Search): void {
    search.cancelRetry();
    search.cancelDecision();
    this.#searches.delete(name);
  }

  #ask(search: Search): void {
    const { end, nonces } = search;
    this.#request(end, end.privateIP, nonces.private);
    if (end.publicIP !== undefined && end.publicIP !== end.privateIP) this.#request(end, end.publicIP, nonces.public);
    search.cancelRetry = this.#options.clock.schedule(() => this.#ask(search), RETRY_MS);
  }

  #request(end: RemoteEnd, address: string, nonce: string): void {
    const from = this.#identity;
    if (from === undefined || this.#socket === undefined || familyOf(address) !== familyOf(from.address)) return;
    const packet = encodeNatMessage({ type: 'request', nonce, to: end.cableName, from: from.cable, cluster: end.clusterID });
    this.#socket.send(packet, end.discoveryPort, address, (error) => this.#options.logger.debug('Cannot ask a gateway', { address, error }));
  }

  #receive(packet: Buffer, { address, port }: RemoteInfo): void {
    const message = decodeNatMessage(packet);
    if (message === undefined || this.#identity === undefined) return;
    const answer = answerNatRequest(message, this.#identity);
    if (answer !== undefined) this.#socket?.send(encodeNatMessage(answer), port, address);
    else if (message.type === 'answer') this.#note(message.from, message.nonce);
  }

  #note(cableName: string, nonce: string): void {
    const search = this.#searches.get(cableName);
    if (search === undefined) return;
    const { nonces, discovery } = search;
    const now = this.#options.clock.monotonic();
    if (nonce === nonces.private) search.discovery = { privateAt: now, ...discovery };
    else if (nonce === nonces.public) search.discovery = { publicAt: now, ...discovery };
    else return;
    this.#decide(search);
  }

  /** `kept` stays in use as long as nothing answers. */
  #decide(search: Search, kept?: TunnelPath): void {
    const { clock, onChange } = this.#options;
    const now = clock.monotonic();
    const before = { path: search.path, isProven: search.isProven };
    const { path, isFinal, isProven, againAt } = decidePath(search.end, search.discovery, now);
    if (isProven || isFinal || kept === undefined) search.path = path;
    search.isFinal = isFinal;
    search.isProven = isProven;
    search.cancelDecision();
    if (againAt !== undefined) search.cancelDecision = clock.schedule(() => this.#decide(search, isProven ? undefined : search.path), againAt - now);
    if (isFinal) search.cancelRetry();
    if (!isDeepStrictEqual(before, { path: search.path, isProven })) onChange();
  }
}
