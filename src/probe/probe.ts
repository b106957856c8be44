import { reach, type ReachOptions, type ReachRequest, type ReachResult } from './reach.ts';

/** What one pod is asked to find out, all at the same time. */
export interface ProbeRequest {
  readonly reach?: ReachRequest;
}

/** What it found, under the same keys. */
export interface ProbeResult {
  readonly reach?: ReachResult;
}

/** Finds out all that was asked. What fails in the world is part of the result. */
export async function probe(request: ProbeRequest, options: ReachOptions): Promise<ProbeResult> {
  const reached = await (request.reach && reach(request.reach, options));
  return { ...(reached && { reach: reached }) };
}

/** The longest that a pod takes for all of it, from its start, ms. */
export function probeLimitMs({ reach: reaching }: ProbeRequest): number {
  return reaching === undefined ? 0 : reaching.timeoutMs * (2 + Math.ceil((reaching.names.length + reaching.targets.length) / 16));
}
