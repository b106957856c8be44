import type { Looked } from '../../base/looked.ts';
import type { KubeClient } from '../../kube/client.ts';
import { type ProbePodOptions, runProbePod } from '../../probe/pods/run-probe-pod.ts';
import { probeLimitMs, type ProbeResult } from '../../probe/probe.ts';
import type { PodSettings } from './pod-settings.ts';

/** For creating the pod and reading its result, beside its start and its work, ms. */
const AROUND_MS = 1_000;

export interface TimedPod extends Omit<ProbePodOptions, 'progress' | 'signal' | 'startMs'> {
  /** Where it runs, as progress tells it: `west`, `west, node node-1`. */
  readonly place: string;
}

/** Runs a probe pod that is given up, and removed, when nobody can wait for it any longer. Throws the signal's reason. */
export async function runPodInTime(client: KubeClient, { place, ...pod }: TimedPod, { enough, progress, startMs }: PodSettings, signal: AbortSignal): Promise<Looked<ProbeResult>> {
  const limit = AbortSignal.any([AbortSignal.timeout(startMs + probeLimitMs(pod.request) + AROUND_MS), ...(enough === undefined ? [] : [enough])]);
  try {
    return await runProbePod(client, { ...pod, startMs, signal: AbortSignal.any([signal, limit]), progress: (text) => progress(`${text} in ${place}`) });
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    return { reason: 'the pod took too long (--timeout 60s gives it more time)' };
  }
}
