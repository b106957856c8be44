import { MIRROR_NAME, OWNER } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import type { Lease, Workload } from '../../api/types/index.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import type { KubeClient } from '../../kube/client.ts';
import { mirrorObjectName } from '../../mirror/settings.ts';
import type { MirrorProblem, MirrorStatus, SourceStatus } from '../../mirror/status.ts';
import { listMirrorDeployments, listMirrorStatuses, type MirrorPlace } from './find-mirrors.ts';
import { parseMirrorStatus } from './read-mirror-status.ts';

/** `alive`: its Lease is renewed. `dead`: it is not. `starting`: nothing has been said by it yet. `scaled-down`: no pod is wanted. */
export type MirrorLife = 'alive' | 'dead' | 'starting' | 'scaled-down';

export interface MirrorReportEntry {
  readonly context: string;
  readonly name: string;
  readonly namespace: string;
  readonly life: MirrorLife;
  /** What that rests on, one line. */
  readonly evidence: string;
  /** Absent for a mirror in the foreground. */
  readonly deployment?: { readonly name: string; readonly ready: number; readonly wanted: number };
  readonly preset: string;
  readonly version: string;
  /** RFC 3339, of its last word; empty where it has said nothing. */
  readonly updatedAt: string;
  readonly sources: readonly SourceStatus[];
  readonly objects: MirrorStatus['objects'];
  readonly problems: readonly (MirrorProblem & { readonly fix: string })[];
  readonly problemCount: number;
  readonly settingsError: string;
}

const NO_OBJECTS: MirrorStatus['objects'] = { services: 0, endpointSlices: 0, endpoints: 0, namespaces: 0 };

const FIXES: Readonly<Record<MirrorProblem['reason'], (problem: MirrorProblem) => string>> = {
  ForeignObject: ({ target }) => `${kubectl('get service', target)} -o yaml   # rename or remove it, or map the mirror to another name`,
  OtherSource: () => 'put that source first in the configuration if it is to win, or map the two to different names',
  NameCollision: () => 'map them to different names: --target-name "{namespace}/{name}"',
  NamespaceMissing: ({ target }) => `kubectl create namespace ${target.split('/')[0] ?? ''}   # or --namespace-policy create`,
  NamespaceTerminating: ({ target }) => `kubectl get namespace ${target.split('/')[0] ?? ''} -o yaml   # its conditions say what it waits for`,
  // a command would not do: the flag replaces the list that stands
  NamespaceRefused: ({ target }) => `if it is meant, add ${target.split('/')[0] ?? ''} to --target-namespaces, where "*" stands for all others; those of mcs are always refused`,
  NameInvalid: () => 'change --target-name',
  SourceInvalid: ({ service }) => `${kubectl('get service,endpointslices', service)} -o yaml   # in the source`,
  Refused: () => 'the message is the answer of the API server of the target',
};

function kubectl(verb: string, key: string): string {
  const [namespace = '', name = ''] = key.split('/');
  return `kubectl -n ${namespace} ${verb} ${name}`;
}

/** What to do about a problem, as a command where there is one. */
export function fixOf(problem: MirrorProblem): string {
  return Object.hasOwn(FIXES, problem.reason) ? FIXES[problem.reason](problem) : '';
}

export interface LifeReadings {
  readonly deployment: Workload | undefined;
  readonly before: Lease | undefined;
  /** Read a moment later. */
  readonly after: Lease | undefined;
  /** By the API server's clock, or ours where it does not tell. */
  readonly now: number;
}

/** Renewed within the last four durations by the clock of the API server, or seen to change: what skews between clocks must not look like death. */
export function judgeLife({ deployment, before, after, now }: LifeReadings): { readonly life: MirrorLife; readonly evidence: string } {
  if (deployment?.spec.replicas === 0) return { life: 'scaled-down', evidence: 'its Deployment has 0 replicas' };
  const lease = after ?? before;
  if (lease === undefined) return { life: deployment === undefined ? 'dead' : 'starting', evidence: 'it has no Lease yet' };
  const { holderIdentity = '', renewTime = '', leaseDurationSeconds = 15 } = lease.spec ?? {};
  if (holderIdentity === '') return { life: 'dead', evidence: 'nobody holds its Lease' };
  const age = Math.round((now - Date.parse(renewTime)) / 1000);
  const isMoving = before?.spec?.renewTime !== after?.spec?.renewTime;
  const evidence = `${holderIdentity} renewed its Lease ${Number.isNaN(age) ? 'at an unknown time' : `${Math.max(0, age)} s ago`}`;
  return { life: isMoving || age <= leaseDurationSeconds ? 'alive' : 'dead', evidence };
}

interface Found extends MirrorPlace {
  readonly deployment?: Workload;
  readonly status?: MirrorStatus;
}

async function findAll(client: KubeClient, signal: AbortSignal): Promise<Found[]> {
  const [deployments, statuses] = await Promise.all([listMirrorDeployments(client, signal), listMirrorStatuses(client, signal)]);
  const found = new Map<string, Found>();
  for (const deployment of deployments) {
    const place = { name: deployment.metadata.labels?.[MIRROR_NAME] ?? '', namespace: deployment.metadata.namespace ?? '' };
    found.set(`${place.namespace}/${place.name}`, { ...place, deployment });
  }
  for (const configMap of statuses) {
    const status = parseMirrorStatus(configMap);
    const place = { name: (configMap.metadata.labels?.[OWNER] ?? '').replace(/^mirror-/, ''), namespace: configMap.metadata.namespace ?? '' };
    const key = `${place.namespace}/${place.name}`;
    found.set(key, { ...place, ...found.get(key), ...(status !== undefined && { status }) });
  }
  return [...found.values()].toSorted((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
}

/** A holder that was slow to renew is given this time, ms. */
const SECOND_LOOK_MS = 3_000;

async function readLife(client: KubeClient, { name, namespace, deployment }: Found, clock: Clock, signal: AbortSignal): Promise<{ readonly life: MirrorLife; readonly evidence: string }> {
  const read = (): Promise<Lease | undefined> => client.find(resources.leases, mirrorObjectName(name), namespace, { signal });
  const before = await read();
  const now = (): number => client.serverTime?.() ?? clock.now();
  const first = judgeLife({ deployment, before, after: before, now: now() });
  if (first.life !== 'dead' || before === undefined) return first;
  await sleep(clock, SECOND_LOOK_MS, signal);
  return judgeLife({ deployment, before, after: await read(), now: now() });
}

/** What the mirrors of one cluster say of themselves, and whether they live. Throws ApiError and what the client throws. */
export async function readMirrors(context: string, client: KubeClient, { name, clock, signal }: { readonly name?: string; readonly clock: Clock; readonly signal: AbortSignal }): Promise<MirrorReportEntry[]> {
  const all = (await findAll(client, signal)).filter((found) => name === undefined || found.name === name);
  return Promise.all(
    all.map(async (found): Promise<MirrorReportEntry> => {
      const { deployment, status } = found;
      const place = { context, name: found.name, namespace: found.namespace };
      const scale = deployment && { name: deployment.metadata.name, ready: deployment.status?.readyReplicas ?? 0, wanted: deployment.spec.replicas ?? 1 };
      const { preset = '', version = '', updatedAt = '', sources = [], objects = NO_OBJECTS, problems = [], problemCount = 0, settingsError = '' } = status ?? {};
      return { ...place, ...(await readLife(client, found, clock, signal)), ...(scale && { deployment: scale }), preset, version, updatedAt, sources, objects, problems: problems.map((problem) => ({ ...problem, fix: fixOf(problem) })), problemCount, settingsError };
    }),
  );
}

/** Whether a mirror does what it is for: it lives, takes its settings, and follows all its sources. */
export function isWell({ life, settingsError, sources }: MirrorReportEntry): boolean {
  return (life === 'alive' || life === 'scaled-down') && settingsError === '' && sources.every(({ state }) => state === 'synced');
}
