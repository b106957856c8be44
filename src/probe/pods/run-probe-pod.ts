import { APP_COMPONENT, MANAGED_BY, MANAGED_BY_MCS, OWNER } from '../../api/labels.ts';
import { podTroubles } from '../../api/pod-troubles.ts';
import { resources } from '../../api/resources.ts';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from '../../api/restricted-pod.ts';
import type { Pod } from '../../api/types/index.ts';
import { errorMessage, McsError } from '../../base/errors.ts';
import type { Looked } from '../../base/looked.ts';
import { ApiError, isNotFound } from '../../kube/api-error.ts';
import type { Draft, KubeClient } from '../../kube/client.ts';
import { waitFor } from '../../kube/wait.ts';
import { type ProbeRequest, type ProbeResult, probeLimitMs } from '../probe.ts';

/** On the pods of all runs. */
export const PROBE_LABELS = { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: 'probe', [APP_COMPONENT]: 'probe' } as const;

export interface ProbePodOptions {
  /** Of this run alone. */
  readonly name: string;
  /** Whose NetworkPolicies, quotas and admission rules hold for the pod as for its other pods. */
  readonly namespace: string;
  readonly image: string;
  readonly request: ProbeRequest;
  /** The pod runs there, past the scheduler and all taints; anywhere by default. */
  readonly node?: string;
  /** Sees the node's interfaces, as root with these capabilities: for namespaces of level "privileged". */
  readonly host?: { readonly capabilities: readonly string[] };
  /** Secret of the namespace whose files the pod sees, read-only; what it asks for never stands in its spec. */
  readonly mount?: { readonly secret: string; readonly path: string };
  /** For pulling the image and starting the pod, ms. */
  readonly startMs: number;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

const CLEANUP_MS = 15_000;
const CONTAINER = 'probe';
const secondsFor = ({ request, startMs }: ProbePodOptions): number => Math.ceil((startMs + probeLimitMs(request)) / 1000);

function securityOf({ host }: ProbePodOptions): { readonly pod: object; readonly container: object } {
  if (host === undefined) return { pod: { securityContext: RESTRICTED_POD }, container: RESTRICTED_CONTAINER };
  return { pod: { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }, container: { ...RESTRICTED_CONTAINER, runAsUser: 0, capabilities: { drop: ['ALL'], add: host.capabilities } } };
}

/** A pod that a namespace of level "restricted" admits, unless it asks for the node's network; without an API token. */
export function probePod(options: ProbePodOptions): Draft<Pod> {
  const { image, mount, name, namespace, node, request } = options;
  const security = securityOf(options);
  const container = {
    name: CONTAINER,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '/app/dist/agents/probe.js', JSON.stringify(request)],
    env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
    resources: { requests: { cpu: '10m', memory: '48Mi' }, limits: { memory: '128Mi' } },
    securityContext: security.container,
    ...(mount && { volumeMounts: [{ name: 'mounted', mountPath: mount.path, readOnly: true }] }),
  };
  const spec = {
    ...security.pod,
    ...(node !== undefined && { nodeName: node, tolerations: [{ operator: 'Exists' }] }),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: 'Never',
    activeDeadlineSeconds: secondsFor(options),
    terminationGracePeriodSeconds: 1,
    containers: [container],
    // optional: a pod would not start without it, and the rest can be found out all the same
    ...(mount && { volumes: [{ name: 'mounted', secret: { secretName: mount.secret, optional: true } }] }),
  };
  return { metadata: { name, namespace, labels: PROBE_LABELS }, spec };
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
export function parseProbe(text: string, pod: string): Looked<ProbeResult> {
  const line = text.trim().split('\n').at(-1) ?? '';
  try {
    const { error, result } = JSON.parse(line) as { readonly result?: ProbeResult; readonly error?: { readonly message?: string } };
    if (result !== undefined) return { found: result };
    return { reason: `${pod} failed: ${error?.message ?? line.slice(0, 300)}` };
  } catch {
    return { reason: `${pod} said nothing that can be read: ${line === '' ? 'no output' : line.slice(0, 300)}` };
  }
}

async function runPod(client: KubeClient, options: ProbePodOptions): Promise<Looked<ProbeResult>> {
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
  return parseProbe(text, `pod ${name}`);
}

/**
 * Runs a pod that tries what is asked, and removes it. Where pods are not allowed or do not start, the
 * reason: then nothing was tested, which is not to say that anything is wrong. Throws the signal's reason.
 */
export async function runProbePod(client: KubeClient, options: ProbePodOptions): Promise<Looked<ProbeResult>> {
  const { namespace, signal } = options;
  try {
    await client.create(resources.pods, probePod(options), { signal });
  } catch (error) {
    if (error instanceof ApiError) return { reason: `no pod may be run in namespace "${namespace}": ${error.message}` };
    if (signal.aborted) await removePod(client, options); // it may have been made all the same
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
async function removePod(client: KubeClient, { name, namespace }: ProbePodOptions): Promise<void> {
  try {
    await client.delete(resources.pods, name, namespace, { signal: AbortSignal.timeout(CLEANUP_MS), propagation: 'Background' });
  } catch (cause) {
    if (isNotFound(cause)) return;
    throw new McsError('MCS_API_ERROR', `Cannot remove pod ${namespace}/${name} that probed at ${client.server}`, { hints: [`kubectl -n ${namespace} delete pods -l ${OWNER}=${PROBE_LABELS[OWNER]}`], cause });
  }
}
