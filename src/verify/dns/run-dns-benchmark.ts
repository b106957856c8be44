import { CLUSTERSET_DOMAIN, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { ServiceImport } from '../../api/types/index.ts';
import type { McsError } from '../../base/errors.ts';
import type { TaskRunner } from '../../base/tasks.ts';
import { describeApiError } from '../../kube/describe-api-error.ts';
import type { DnsGroup, DnsLoad, DnsLoadRequest } from '../../probe/dns-load.ts';
import { benchmarkPod, placeObjects, toManifests } from '../benchmark/objects.ts';
import { type BenchmarkCluster, findImage, withPlaces } from '../benchmark/place.ts';
import { type BenchmarkSite, runClient } from '../benchmark/pods.ts';

export interface DnsSettings {
  readonly seconds: number;
  readonly clients: number;
  /** Of all clients of a cluster together, questions per second. */
  readonly rate: number;
  /** For pulling the image and starting a pod, seconds. */
  readonly startSeconds: number;
}

export interface DnsSite extends BenchmarkSite {
  readonly context: string;
  readonly groups: readonly DnsGroup[];
}

/** What was asked in one cluster; the error where nothing was. */
export interface DnsResult {
  readonly context: string;
  readonly loads: readonly DnsLoad[];
  readonly error?: { readonly code: McsError['code']; readonly message: string; readonly hints: readonly string[] };
}

export interface DnsReport {
  readonly results: readonly DnsResult[];
  /** What was not asked, and why. */
  readonly leftOut: readonly string[];
}

/** Names of a large set: asking for more of them says nothing new. */
const MAX_NAMES = 200;
const ASK_TIMEOUT_MS = 2000;
const POD = 'dns';
const SHARED = 'shared services';
const MISSING = 'a missing name';

/** Names that have an address as long as their service has. */
export function sharedNames(imports: readonly ServiceImport[]): readonly string[] {
  const answered = imports.filter(({ spec, status }) => (spec.ips ?? []).length > 0 || (spec.type === 'Headless' && (status?.clusters ?? []).length > 0));
  const names = answered.map(({ metadata }) => `${metadata.name}.${metadata.namespace ?? ''}.svc.${CLUSTERSET_DOMAIN}`);
  return names.toSorted().slice(0, MAX_NAMES);
}

export interface DnsNames {
  readonly shared: readonly string[];
  /** Address of the name server of mcs. */
  readonly nameServer?: string;
  /** Of this run alone: nobody has a service of that name. */
  readonly namespace: string;
}

/** What is asked: the cluster's own DNS for all sorts of names, and the name server of mcs without it. */
export function planGroups({ nameServer, namespace, shared }: DnsNames): readonly DnsGroup[] {
  const type = nameServer?.includes(':') === true ? 'AAAA' : 'A';
  const missing = [`missing.${namespace}.svc.${CLUSTERSET_DOMAIN}`];
  return [
    ...(shared.length === 0 ? [] : [{ id: SHARED, type, names: shared } as const]),
    { id: MISSING, type, names: missing },
    { id: 'cluster.local', type, names: ['kubernetes.default.svc.cluster.local'] },
    ...(nameServer === undefined ? [] : [{ id: `${shared.length === 0 ? MISSING : SHARED}, of mcs-dns`, type, names: shared.length === 0 ? missing : shared, server: nameServer } as const]),
  ];
}

/** Looks what can be asked. Throws MCS_NOT_JOINED. */
export async function prepareDnsBenchmark(cluster: BenchmarkCluster, namespace: string, signal: AbortSignal): Promise<DnsSite> {
  const { client, context } = cluster;
  const image = await findImage(cluster, signal);
  const [imports, service] = await Promise.all([client.list(resources.serviceImports, { signal }), client.find(resources.services, 'mcs-dns', MEMBER_NAMESPACE, { signal })]);
  const nameServer = service?.spec.clusterIP;
  // copies of other members that a broker holds in this cluster are no imports of it
  const own = imports.items.filter(({ metadata }) => metadata.name.split('.').length === 1);
  return { client, context, image, groups: planGroups({ shared: sharedNames(own), namespace, ...(nameServer !== undefined && { nameServer }) }) };
}

function requestOf({ groups }: DnsSite, { clients, rate, seconds }: DnsSettings): DnsLoadRequest {
  return { groups, clients, rate, seconds, timeoutMs: ASK_TIMEOUT_MS };
}

const lifeOf = ({ groups }: DnsSite, { seconds, startSeconds }: DnsSettings): number => Math.ceil(groups.length * (seconds + ASK_TIMEOUT_MS / 1000) + startSeconds);

function podOf(site: DnsSite, settings: DnsSettings): { name: string; args: readonly string[]; deadlineSeconds: number } {
  return { name: POD, args: ['dns', '--request', JSON.stringify(requestOf(site, settings))], deadlineSeconds: lifeOf(site, settings) };
}

/** All that would be created, as YAML, cluster by cluster. */
export function describeDnsBenchmark(sites: readonly DnsSite[], settings: DnsSettings, namespace: string): string {
  const place = placeObjects(namespace);
  return sites
    .map((site) => {
      const pod = benchmarkPod({ ...podOf(site, settings), namespace, image: site.image });
      return `# in ${site.context}\n${toManifests([{ resource: resources.namespaces, object: place.namespace }, { resource: resources.serviceAccounts, object: place.account }, { resource: resources.pods, object: pod }])}`;
    })
    .join('---\n');
}

export interface DnsRunOptions {
  readonly settings: DnsSettings;
  /** Of this run alone. */
  readonly namespace: string;
  readonly runTasks: TaskRunner;
  readonly signal: AbortSignal;
}

/** Asks in one cluster after the other; one that fails is part of the report. What it made is removed, also after an abort. */
export async function runDnsBenchmark(sites: readonly DnsSite[], { namespace, runTasks, settings, signal }: DnsRunOptions): Promise<DnsReport> {
  const results: DnsResult[] = [];
  const tasks = sites.map((site) => ({
    title: `${site.groups.length} sorts of names in ${site.context}, ${settings.seconds} s each`,
    run: async (progress: { update(text: string): void }) => {
      const { context } = site;
      try {
        const run = { site, cluster: context, namespace, goal: 'measure the DNS', signal, progress: (text: string) => progress.update(text) };
        const { loads } = await runClient<{ readonly loads: readonly DnsLoad[] }>(run, podOf(site, settings), lifeOf(site, settings));
        results.push({ context, loads });
        return { state: 'done' } as const;
      } catch (error) {
        signal.throwIfAborted();
        const { code, hints, message } = describeApiError(error, { verb: 'measure in', object: `"${context}"`, server: site.client.server });
        results.push({ context, loads: [], error: { code, message, hints } });
        return { state: 'warning', detail: message } as const;
      }
    },
  }));
  await withPlaces(sites.map(({ client }) => client), namespace, signal, () => runTasks(tasks, signal));
  return { results, leftOut: results.flatMap((result) => findLeftOut(result, sites)) };
}

function findLeftOut({ context, error, loads }: DnsResult, sites: readonly DnsSite[]): readonly string[] {
  if (error !== undefined) return [];
  const planned = sites.find((site) => site.context === context)?.groups ?? [];
  const unasked = planned.filter(({ id }) => !loads.some((load) => load.id === id)).map(({ id }) => `${id} in ${context}: the pod has no name server of its own`);
  const hasShared = planned.some(({ id }) => id === SHARED);
  return hasShared ? unasked : [`${SHARED} in ${context}: it imports none that has an address`, ...unasked];
}
