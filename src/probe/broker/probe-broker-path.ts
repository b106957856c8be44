import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { MemberCredential } from '../../broker-info/member-credential.ts';
import { errorMessage, McsError, systemErrorCode } from '../../base/errors.ts';
import { ApiError, isUnauthorized } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { resources } from '../../api/resources.ts';
import { tryTarget } from '../reach.ts';
import { BROKER_PATH_TIMES, type BrokerLayer, type BrokerPath, type BrokerRequest, type BrokerStep } from './broker-path.ts';
import { lookAtTls } from './certificate-facts.ts';
import { findDenied, useBroker } from './use-broker.ts';

export interface BrokerPathOptions {
  readonly credential: MemberCredential;
  readonly client: KubeClient;
}

type Finding = Omit<BrokerStep, 'layer' | 'milliseconds'>;

const ok = (...seen: readonly string[]): Finding => ({ isOk: true, seen });
const broken = (seen: readonly string[], code?: string): Finding => ({ isOk: false, seen, ...(code !== undefined && { code }) });

/** What a request or connection failed of, in the words of the server where it spoke. */
function describeFailure(error: unknown): Finding {
  if (error instanceof ApiError) return broken([`HTTP ${error.code}: ${error.message}`], String(error.code));
  const code = error instanceof McsError ? error.details.systemCode : systemErrorCode(error);
  return broken([errorMessage(error)], typeof code === 'string' ? code : undefined);
}

class PathProbe {
  readonly #request: BrokerRequest;
  readonly #credential: MemberCredential;
  readonly #client: KubeClient;
  readonly #signal: AbortSignal;
  readonly #host: string;
  readonly #port: number;
  #addresses: readonly string[] = [];

  constructor(request: BrokerRequest, { client, credential }: BrokerPathOptions) {
    this.#request = request;
    this.#credential = credential;
    this.#client = client;
    this.#signal = AbortSignal.timeout(request.timeoutMs * BROKER_PATH_TIMES);
    const { hostname, port, protocol } = new URL(credential.server);
    this.#host = hostname.replace(/^\[|\]$/g, '');
    this.#port = port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port);
  }

  /** For a second and a third packet, where the first is lost. */
  get #connectMs(): number {
    return this.#request.timeoutMs * 2;
  }

  async run(): Promise<BrokerPath> {
    const layers: readonly (readonly [BrokerLayer, () => Promise<Finding>])[] = [
      ['name', () => this.#resolve()],
      ['tcp', () => this.#connect()],
      ['tls', () => this.#secure()],
      ['credential', () => this.#signIn()],
      ['permission', () => this.#askRights()],
      ['use', () => this.#use()],
    ];
    const steps: BrokerStep[] = [];
    for (const [layer, look] of layers) {
      const begun = performance.now();
      const finding = await look().catch(describeFailure);
      steps.push({ layer, ...finding, milliseconds: Math.round(performance.now() - begun) });
      if (!finding.isOk) break;
    }
    const { namespace, server } = this.#credential;
    return { server, host: this.#host, port: this.#port, namespace, steps };
  }

  /** By the resolver of the system, as agents do; it has no time limit of its own. */
  async #resolve(): Promise<Finding> {
    if (isIP(this.#host) !== 0) {
      this.#addresses = [this.#host];
      return ok(`${this.#host} is an address`);
    }
    const limit = AbortSignal.timeout(this.#request.timeoutMs);
    const late = new Promise<never>((_resolve, reject) => limit.addEventListener('abort', () => reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEOUT' })), { once: true }));
    const found = await Promise.race([lookup(this.#host, { all: true }), late]);
    this.#addresses = found.map(({ address }) => address);
    return ok(`${this.#host} is ${this.#addresses.join(', ')}`);
  }

  /** One address that connects is enough, for clients try the others. */
  async #connect(): Promise<Finding> {
    const tried = await Promise.all(this.#addresses.map((host) => tryTarget({ host, port: this.#port }, { timeoutMs: this.#connectMs, portOf: (port) => port })));
    const open = tried.filter(({ error }) => error === undefined);
    if (open.length === 0) return broken(tried.map(({ host, port }) => `${host} port ${port}`), tried[0]?.error);
    this.#addresses = open.map(({ host }) => host);
    return ok(...open.map(({ host, milliseconds, port }) => `${host} port ${port} in ${milliseconds} ms`));
  }

  async #secure(): Promise<Finding> {
    const { ca } = this.#credential;
    const [address = this.#host] = this.#addresses;
    const { code, seen } = await lookAtTls({ host: this.#host, address, port: this.#port, ca, timeoutMs: this.#connectMs });
    return code === undefined ? ok(...seen) : broken(seen, code);
  }

  /** Any answer but 401 accepts the credential; what else may be wrong with it is told by the later layers. */
  async #signIn(): Promise<Finding> {
    const { clusterID, namespace } = this.#credential;
    try {
      await this.#client.get(resources.leases, clusterID, namespace, { signal: this.#signal });
    } catch (error) {
      if (!(error instanceof ApiError) || isUnauthorized(error)) throw error;
    }
    return ok(`accepted for "${clusterID}"`);
  }

  async #askRights(): Promise<Finding> {
    const { asked, denied, unanswered } = await findDenied(this.#client, this.#credential, this.#request, this.#signal);
    if (denied.length > 0) return broken(denied, '403');
    return ok(unanswered ?? `all of ${asked} rights`);
  }

  async #use(): Promise<Finding> {
    const { failed, done } = await useBroker(this.#client, this.#credential, this.#request, this.#signal);
    return failed.length === 0 ? ok(...done) : broken(failed.flatMap(({ what, error }) => describeFailure(error).seen.map((line) => `${what}: ${line}`)), describeFailure(failed[0]?.error).code);
  }
}

/** Tries the way from here to the broker layer by layer, up to the first that fails, and changes nothing there. */
export function probeBrokerPath(request: BrokerRequest, options: BrokerPathOptions): Promise<BrokerPath> {
  return new PathProbe(request, options).run();
}
