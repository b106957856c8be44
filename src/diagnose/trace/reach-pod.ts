import { APP_COMPONENT, MANAGED_BY, MANAGED_BY_MCS, OWNER } from '../../api/labels.ts';
import { podTroubles } from '../../api/pod-troubles.ts';
import { resources } from '../../api/resources.ts';
import type { Pod } from '../../api/types/index.ts';
import { errorMessage, McsError } from '../../base/errors.ts';
import { ApiError, isNotFound } from '../../kube/api-error.ts';
import type { Draft, KubeClient } from '../../kube/client.ts';
import { waitFor } from '../../kube/wait.ts';
import type { ReachRequest, ReachResult } from '../../probe/reach.ts';
import type { Looked } from './facts.ts';

/** On the pods of all runs. */
export const REACH_LABELS = { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: 'trace', [APP_COMPONENT]: 'trace' } as const;

export interface ReachPodOptions {
  readonly name: string;
  /** That of the service, so that its NetworkPolicies hold for the pod as for its other callers. */
  readonly namespace: string;
  readonly image: string;
  readonly request: ReachRequest;
  /** For pulling the image and starting the pod, ms. */
  readonly startMs: number;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

const CLEANUP_MS = 15_000;
const CONTAINER = 'trace';
const secondsFor = ({ request: { names, targets, timeoutMs }, startMs }: ReachPodOptions): number => Math.ceil((startMs + timeoutMs * (2 + Math.ceil((names.length + targets.length) / 16))) / 1000);

/** A pod that a namespace of level "restricted" admits, without an API token. */
export function reachPod(options: ReachPodOptions): Draft<Pod> {
  const { image, name, namespace, request } = options;
  const container = {
    name: CONTAINER,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '/app/dist/agents/reach.js', JSON.stringify(request)],
    env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
    resources: { requests: { cpu: '10m', memory: '48Mi' }, limits: { memory: '128Mi' } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  };
  const spec = {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    activeDeadlineSeconds: secondsFor(options),
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
  };
  return { metadata: { name, namespace, labels: REACH_LABELS }, spec };
}

type Ended = NonNullable<NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]['state']>[string];

/** How our container ended; a service mesh puts others beside it, which run on. */
function findEnd(pod: Pod | undefined): Ended | undefined {
  return pod?.status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state?.terminated;
}

const hasEnded = (pod: Pod | undefined): boolean => pod === undefined || findEnd(pod) !== undefined || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

function describe(name: string, pod: Pod | undefined): string {
  return pod === undefined ? `pod ${name} is gone` : [`pod ${name}: ${pod.status?.phase ?? 'not started'}`, ...podTroubles(pod).broken].join(', ');
}

/** The result in the words of the pod; the reason where they are none. */
export function parseReach(text: string, pod: string): Looked<ReachResult> {
  const line = text.trim().split('\n').at(-1) ?? '';
  try {
    const { error, result } = JSON.parse(line) as { readonly result?: ReachResult; readonly error?: { readonly message?: string } };
    if (result !== undefined) return { found: result };
    return { reason: `${pod} failed: ${error?.message ?? line.slice(0, 300)}` };
  } catch {
    return { reason: `${pod} said nothing that can be read: ${line === '' ? 'no output' : line.slice(0, 300)}` };
  }
}

async function runPod(client: KubeClient, options: ReachPodOptions): Promise<Looked<ReachResult>> {
  const { name, namespace, progress, signal } = options;
  const ended = await waitFor(client, resources.pods, name, namespace, hasEnded, {
    signal,
    timeoutMs: secondsFor(options) * 1000,
    goal: 'run a pod',
    describe: (pod) => describe(name, pod),
    progress: (text) => progress(text),
  });
  if (ended === undefined) return { reason: `pod ${name} was removed before it ended` };
  const said = findEnd(ended)?.message ?? '';
  const text = said === '' ? await client.getPath<string>(`/api/v1/namespaces/${namespace}/pods/${name}/log?container=${CONTAINER}`, { signal }) : said;
  return parseReach(text, `pod ${name}`);
}

/**
 * Runs a pod that tries what is asked, and removes it. Where pods are not allowed or do not start, the
 * reason: then nothing was tested, which is not to say that anything is wrong. Throws the signal's reason.
 */
export async function reachFromPod(client: KubeClient, options: ReachPodOptions): Promise<Looked<ReachResult>> {
  const { namespace, signal } = options;
  try {
    await client.create(resources.pods, reachPod(options), { signal });
  } catch (error) {
    if (error instanceof ApiError) return { reason: `no pod may be run in namespace "${namespace}": ${error.message}` };
    throw error;
  }
  try {
    return await runPod(client, options);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiError || (error instanceof McsError && error.code === 'MCS_TIMEOUT')) return { reason: errorMessage(error) };
    throw error;
  } finally {
    await removePod(client, options);
  }
}

/** With a time limit of its own, for it runs after Ctrl-C too. */
async function removePod(client: KubeClient, { name, namespace }: ReachPodOptions): Promise<void> {
  try {
    await client.delete(resources.pods, name, namespace, { signal: AbortSignal.timeout(CLEANUP_MS), propagation: 'Background' });
  } catch (cause) {
    if (isNotFound(cause)) return;
    throw new McsError('MCS_API_ERROR', `Cannot remove pod ${namespace}/${name} of the trace at ${client.server}`, { hints: [`kubectl -n ${namespace} delete pods -l ${OWNER}=${REACH_LABELS[OWNER]}`], cause });
  }
}
