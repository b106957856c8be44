import { isDeepStrictEqual } from 'node:util';
import { describeObject, resourceOf } from '../../api/kinds.ts';
import { LAST_APPLIED } from '../../api/labels.ts';
import { type Resource, resources } from '../../api/resources.ts';
import type { ConfigMap, KubeObject, UnknownObject, Workload } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskOutcome } from '../../base/tasks.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import type { Draft, KubeClient } from '../../kube/client.ts';
import { FIELD_MANAGER } from '../deploy-context.ts';
import { ensureGroup, summarize } from '../ensure-group.ts';
import type { ManifestGroup } from '../manifests.ts';
import { deleteSeen, type ObjectRef } from '../remove/delete-owned.ts';
import type { Steps } from '../steps.ts';
import type { Deadline } from '../wait-rollout.ts';
import { PATCHER } from './render.ts';

/** An object of cross-cluster-connectivity, and what takes its place. */
export interface Original {
  readonly standing: KubeObject;
  readonly wanted: UnknownObject;
}

const NAMESPACE = resources.namespaces.kind;

/** Whether it runs what the manifests of cross-cluster-connectivity run under that name, whatever the image is. */
function isTheirProgram({ standing, wanted }: Original): boolean {
  const { containers } = (standing as Workload).spec.template.spec;
  return containers.some(({ name, args = [], env = [] }) => name === wanted.metadata.name && (args.includes('-conf') || env.some((variable) => variable.name === 'DOMAIN_SUFFIX')));
}

/** Names like `dns-server` are anybody's. Another selector is another program, too: of a Deployment it cannot be changed, and its pods would be nobody's. */
function isReplaceable(original: Original): boolean {
  const { standing, wanted } = original;
  if (wanted.kind !== resources.deployments.kind && wanted.kind !== resources.services.kind) return true;
  const selector = (object: unknown): unknown => (object as Workload).spec.selector;
  return isDeepStrictEqual(selector(standing), selector(wanted)) && (wanted.kind === resources.services.kind || isTheirProgram(original));
}

/** Objects that stand under the names of ours and that `mcs` did not make. Namespaces are anybody's. */
export async function findOriginals(client: KubeClient, objects: readonly UnknownObject[], signal: AbortSignal): Promise<Original[]> {
  const candidates = objects.filter(({ kind }) => kind !== NAMESPACE);
  const found = await Promise.all(candidates.map(async (wanted) => ({ wanted, standing: await client.find(resourceOf(wanted), wanted.metadata.name, wanted.metadata.namespace, { signal }) })));
  return found.flatMap(({ wanted, standing }) => (standing === undefined || isOurs(standing) || !isReplaceable({ wanted, standing }) ? [] : [{ wanted, standing }]));
}

/** Throws MCS_XCC_INSTALLED where they are in the way and nobody said that they may be taken over. */
export function requireReplace(originals: readonly Original[], command: string, replace: boolean): void {
  const [first] = originals;
  if (first === undefined || replace) return;
  const names = originals.map(({ wanted }) => describeObject(wanted));
  throw new McsError('MCS_XCC_INSTALLED', `Cannot install over cross-cluster-connectivity: ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} not of mcs`, {
    hints: [`${command} --replace   # takes them over in place, with their settings; names go on resolving`],
    details: { objects: names },
  });
}

/** The fields of others, such as arguments of the original's program, must not stay beside ours: the whole spec is replaced. */
async function replaceDeployment(client: KubeClient, { standing, wanted }: Original, signal: AbortSignal): Promise<void> {
  const { labels, annotations, uid, resourceVersion } = standing.metadata;
  const kept = Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => key !== LAST_APPLIED));
  const metadata = { ...wanted.metadata, labels: { ...labels, ...wanted.metadata.labels }, annotations: { ...kept, ...wanted.metadata.annotations }, ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
  await client.update(resources.deployments, { ...wanted, metadata } as unknown as Draft<Workload>, { fieldManager: FIELD_MANAGER, signal });
}

async function takeOne(client: KubeClient, original: Original, signal: AbortSignal): Promise<void> {
  const { standing, wanted } = original;
  if (wanted.kind === resources.deployments.kind) return replaceDeployment(client, original, signal);
  const { name, namespace, labels } = wanted.metadata;
  // what it holds is brought about by the usual steps, once it is ours
  const body = { metadata: { labels, annotations: { [LAST_APPLIED]: null }, resourceVersion: standing.metadata.resourceVersion } };
  await client.patch(resourceOf(wanted), name, namespace, 'application/merge-patch+json', body, { fieldManager: FIELD_MANAGER, signal });
}

async function takeAll(client: KubeClient, originals: readonly Original[], signal: AbortSignal): Promise<TaskOutcome> {
  for (const original of originals) await takeOne(client, original, signal);
  return summarize(originals.map(({ wanted }) => ({ state: 'updated', object: wanted })));
}

/** Installs groups, over objects of cross-cluster-connectivity where there are any: accounts and rights before what runs with them. */
export async function installOver(client: KubeClient, groups: readonly ManifestGroup[], originals: readonly Original[], deadline: Deadline, steps: Steps): Promise<void> {
  const programs = originals.filter(({ wanted }) => wanted.kind === resources.deployments.kind);
  const others = originals.filter((original) => !programs.includes(original));
  const later = new Set(programs.map(({ wanted }) => wanted));
  if (others.length > 0) await steps.do('Take over cross-cluster-connectivity', ({ signal }) => takeAll(client, others, signal));
  for (const { title, objects } of groups) {
    await steps.do(`Install ${title}`, (progress) => ensureGroup(client, objects.filter((object) => !later.has(object)), deadline, progress));
  }
  if (programs.length > 0) await steps.do('Replace its programs', ({ signal }) => takeAll(client, programs, signal));
}

/** Of the original only; `mcs` makes none. */
const JOBS: Resource<KubeObject> = { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job', namespaced: true };
const COREFILE = 'dns-server-corefile';

/** What nothing uses any more once the name server is ours: the Job that edits once, and the Corefile of the old name server. */
export async function removeRemains(client: KubeClient, namespace: string, signal: AbortSignal): Promise<ObjectRef[]> {
  const [job, map] = await Promise.all([client.find(JOBS, PATCHER, namespace, { signal }), client.find(resources.configMaps, COREFILE, namespace, { signal })]);
  const isTheirs = (found: ConfigMap): boolean => /^\s*crosscluster\b/m.test(found.data?.Corefile ?? '');
  const removed: ObjectRef[] = [];
  if (job !== undefined && !isOurs(job) && (await deleteSeen(client, JOBS, job.metadata, { signal }))) removed.push({ resource: JOBS, name: PATCHER, namespace });
  if (map !== undefined && isTheirs(map) && (await deleteSeen(client, resources.configMaps, map.metadata, { signal }))) removed.push({ resource: resources.configMaps, name: COREFILE, namespace });
  return removed;
}
