import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { mapConcurrently } from '../base/concurrently.ts';
import { errorMessage, systemErrorCode } from '../base/errors.ts';
import { hostPort } from '../base/host-port.ts';

/** What a pod is asked to try, once each. */
export interface ReachRequest {
  readonly names: readonly { readonly name: string; readonly type: 'A' | 'AAAA' }[];
  /** Name server to ask beside that of the pod, `10.96.0.7`; none by default. */
  readonly nameServer?: string;
  readonly targets: readonly ReachTarget[];
  /** For each question and each connection, ms. */
  readonly timeoutMs: number;
}

export interface ReachTarget {
  readonly host: string;
  readonly port: number;
}

export interface NameAnswer {
  readonly name: string;
  readonly type: 'A' | 'AAAA';
  /** `pod` for the name servers of the pod, `mcs` for the one that was named. */
  readonly asked: 'pod' | 'mcs';
  readonly servers: readonly string[];
  readonly addresses: readonly string[];
  /** ENOTFOUND, ENODATA, ESERVFAIL, ETIMEOUT, ...; absent where there was an answer. */
  readonly error?: string;
}

export interface TargetAnswer extends ReachTarget {
  readonly milliseconds: number;
  /** ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT, ...; absent where it connected. */
  readonly error?: string;
}

export interface ReachResult {
  readonly names: readonly NameAnswer[];
  readonly targets: readonly TargetAnswer[];
}

export interface ReachOptions {
  /** False in the sandbox, whose pods have no name server of their own. */
  readonly hasResolver: boolean;
  /** Port under which a port of a manifest is served. */
  readonly portOf: (port: number) => number;
}

/** Connections that are tried at the same time. */
const PARALLEL = 64;

/** The longest that it takes, ms. */
export const reachLimitMs = ({ targets, timeoutMs }: ReachRequest): number => timeoutMs * (1 + Math.max(1, Math.ceil(targets.length / PARALLEL)));

async function askName({ name, type }: ReachRequest['names'][number], asked: NameAnswer['asked'], resolver: Resolver): Promise<NameAnswer> {
  const question = { name, type, asked, servers: resolver.getServers() };
  try {
    return { ...question, addresses: type === 'A' ? await resolver.resolve4(name) : await resolver.resolve6(name) };
  } catch (error) {
    return { ...question, addresses: [], error: systemErrorCode(error) ?? errorMessage(error) };
  }
}

/** Connects over TCP once. A failure is part of the result. */
export function tryTarget({ host, port }: ReachTarget, { timeoutMs, portOf }: { readonly timeoutMs: number } & Pick<ReachOptions, 'portOf'>): Promise<TargetAnswer> {
  const begun = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host, port: portOf(port), timeout: timeoutMs });
    const settle = (error?: string): void => {
      socket.destroy();
      resolve({ host, port, milliseconds: Math.round((performance.now() - begun) * 10) / 10, ...(error !== undefined && { error }) });
    };
    socket.once('connect', () => settle());
    socket.once('timeout', () => settle('ETIMEDOUT'));
    socket.once('error', (error) => settle(systemErrorCode(error) ?? errorMessage(error)));
  });
}

/** Asks for names and connects over TCP, each once. A failure is part of the result. */
export async function reach({ nameServer, names, targets, timeoutMs }: ReachRequest, options: ReachOptions): Promise<ReachResult> {
  // the second try has twice the time of the first: one lost packet is no fault
  const tries = { timeout: Math.ceil(timeoutMs / 3), tries: 2 };
  const own = new Resolver(tries);
  const named = new Resolver(tries);
  if (nameServer !== undefined) named.setServers([hostPort(nameServer, options.portOf(53))]);
  const [fromPod, fromServer, connected] = await Promise.all([
    Promise.all(options.hasResolver ? names.map((question) => askName(question, 'pod', own)) : []),
    Promise.all(nameServer === undefined ? [] : names.map((question) => askName(question, 'mcs', named))),
    mapConcurrently(targets, PARALLEL, (target) => tryTarget(target, { timeoutMs, ...options })),
  ]);
  return { names: [...fromPod, ...fromServer], targets: connected };
}
