import { readFile } from 'node:fs/promises';
import { systemClock } from '../../base/clock.ts';
import { hostPort } from '../../base/host-port.ts';
import { clusterDomain, createAsker } from './ask-names.ts';
import { callOnce } from './call-once.ts';
import { tryCalls } from './calls.ts';
import type { CallsRequest, CallsResult } from './calls-request.ts';

export interface RunCallsOptions {
  /** False in the sandbox, whose pods have no name server of their own. */
  readonly hasResolver: boolean;
  /** Port under which a port of a manifest is served. */
  readonly portOf: (port: number) => number;
}

/** A name server that is there answers sooner; its lost packets are to cost no more, ms. */
const MAX_QUESTION_MS = 3000;

/** Asks and calls from this pod until all comes out as wanted or the time is over. What fails is part of the result. */
export async function runCalls(request: CallsRequest, { hasResolver, portOf }: RunCallsOptions): Promise<CallsResult> {
  const { nameServer, tryMs } = request;
  const domain = clusterDomain(hasResolver ? await readFile('/etc/resolv.conf', 'utf8') : '');
  const ask = createAsker({ tryMs: Math.min(tryMs, MAX_QUESTION_MS), domain, ...(!hasResolver && nameServer !== undefined && { server: hostPort(nameServer, portOf(53)) }) });
  return tryCalls(request, { ask, call: callOnce, portOf, clock: systemClock });
}
