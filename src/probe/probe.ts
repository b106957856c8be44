import type { Looked } from '../base/looked.ts';
import { BROKER_PATH_TIMES, type BrokerPath, type BrokerRequest } from './broker/broker-path.ts';
import { type BrokerPathOptions, probeBrokerPath } from './broker/probe-broker-path.ts';
import { callsLimitMs, type CallsRequest, type CallsResult } from './calls/calls-request.ts';
import { runCalls } from './calls/run-calls.ts';
import { pathsLimitMs, type PathsRequest, type PathsResult } from './paths/paths-request.ts';
import { probePaths } from './paths/probe-paths.ts';
import { reach, reachLimitMs, type ReachOptions, type ReachRequest, type ReachResult } from './reach.ts';

/** What one pod is asked to find out, all at the same time. */
export interface ProbeRequest {
  /** Takes a pod with the credential mounted. */
  readonly broker?: BrokerRequest;
  readonly calls?: CallsRequest;
  /** For a pod in the node's network, with NET_ADMIN and NET_RAW. */
  readonly paths?: PathsRequest;
  readonly reach?: ReachRequest;
}

/** What it found, under the same keys. */
export interface ProbeResult {
  readonly broker?: Looked<BrokerPath>;
  readonly calls?: CallsResult;
  readonly paths?: PathsResult;
  readonly reach?: ReachResult;
}

export interface ProbeOptions extends ReachOptions {
  /** Called where the broker is asked about; undefined where there is no credential that could be used. */
  readonly connectBroker: () => Promise<BrokerPathOptions | undefined>;
}

async function askBroker(request: BrokerRequest, { connectBroker }: ProbeOptions): Promise<Looked<BrokerPath>> {
  const options = await connectBroker();
  return options === undefined ? { reason: 'the credential on the broker is missing or damaged' } : { found: await probeBrokerPath(request, options) };
}

/** Finds out all that was asked. What fails in the world is part of the result. */
export async function probe(request: ProbeRequest, options: ProbeOptions): Promise<ProbeResult> {
  const [broker, calls, paths, reached] = await Promise.all([
    request.broker && askBroker(request.broker, options),
    request.calls && runCalls(request.calls, options),
    request.paths && probePaths(request.paths),
    request.reach && reach(request.reach, options),
  ]);
  return { ...(broker && { broker }), ...(calls && { calls }), ...(paths && { paths }), ...(reached && { reach: reached }) };
}

/** The longest that a pod takes for all of it, from its start, ms. */
export function probeLimitMs({ broker, calls, paths, reach: reaching }: ProbeRequest): number {
  const reachMs = reaching === undefined ? 0 : reaching.timeoutMs + reachLimitMs(reaching);
  const brokerMs = broker === undefined ? 0 : broker.timeoutMs * (1 + BROKER_PATH_TIMES);
  return Math.max(reachMs, brokerMs, calls === undefined ? 0 : callsLimitMs(calls), paths === undefined ? 0 : pathsLimitMs(paths));
}
