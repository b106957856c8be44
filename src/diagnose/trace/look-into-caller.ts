import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { Looked } from '../../base/looked.ts';
import type { ServiceKey, ServicePlace } from '../../inspect/service/service-view.ts';
import { ApiError, isForbidden } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import { runProbePod } from '../../probe/pods/run-probe-pod.ts';
import type { ReachResult } from '../../probe/reach.ts';
import { skip } from '../check.ts';
import { judgeWiring, readWiring } from '../judge-wiring.ts';
import type { PodSettings } from '../probes/pod-settings.ts';
import { askNameServers } from './ask-name-servers.ts';
import type { CallerFacts } from './facts.ts';
import { questionsFor } from './judge-calls.ts';

async function findWiring(client: KubeClient, { context }: ServicePlace, signal: AbortSignal): Promise<Pick<CallerFacts, 'wiring' | 'isLoading'>> {
  try {
    const observed = await readWiring(client, signal);
    return { wiring: judgeWiring(observed, context), isLoading: observed.status?.state === 'loading' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { wiring: skip(`could not be read: ${error.message}`) };
  }
}

/** What the name servers of a cluster answer, and how its own DNS leads to them. */
export async function askDns(client: KubeClient, key: ServiceKey, place: ServicePlace, signal: AbortSignal): Promise<CallerFacts> {
  const [answers, wiring] = await Promise.all([askNameServers(client, questionsFor(key, place).names, signal), findWiring(client, place, signal)]);
  return { answers, ...wiring };
}

async function findNameServer(client: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await client.find(resources.services, 'mcs-dns', MEMBER_NAMESPACE, { signal }))?.spec.clusterIP;
  } catch (error) {
    if (isForbidden(error)) return undefined; // the pod's own name server is the one that counts
    throw error;
  }
}

/** What a pod in the namespace of the service gets. */
export async function askPod(client: KubeClient, key: ServiceKey, place: ServicePlace, { signal, ...settings }: PodSettings & { readonly signal: AbortSignal }): Promise<Looked<ReachResult>> {
  const image = place.workloads.find(({ namespace }) => namespace === MEMBER_NAMESPACE)?.image;
  if (image === undefined) return { reason: `no part of mcs runs in "${place.cluster}", so its image is not known` };
  const nameServer = await findNameServer(client, signal);
  const looked = await runProbePod(client, {
    name: `mcs-trace-${settings.runID}`,
    namespace: key.namespace,
    image,
    request: { reach: { ...questionsFor(key, place), ...(nameServer !== undefined && { nameServer }), timeoutMs: settings.tryMs } },
    startMs: settings.startMs,
    signal,
    progress: (text) => settings.progress(`${text} in ${place.cluster}`),
  });
  if ('reason' in looked) return looked;
  return looked.found.reach === undefined ? { reason: 'the pod did not try' } : { found: looked.found.reach };
}
