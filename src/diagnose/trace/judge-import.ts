import { DERIVED_SERVICE, PLACEMENT_POLICY, SERVICE_NAME, WINNER } from '../../api/labels.ts';
import { MEMBER_NAMESPACE } from '../../api/names.ts';
import type { Condition, EndpointSlice, KubeObject } from '../../api/types/index.ts';
import { brokerObjectsOf, importedFrom } from '../../inspect/service/exporters.ts';
import { findLatestChange, lagOf, writersOf } from '../../inspect/service/last-change.ts';
import { brokerFields, endpointFields, importFields, type ServiceFields } from '../../inspect/service/service-fields.ts';
import { isOwnedBy } from '../../sync/ownership.ts';
import { readWithdrawn } from '../../sync/service/aggregated-import.ts';
import { SERVICE_OWNER } from '../../sync/service/broker-objects.ts';
import { namespaceRefusal } from '../../sync/service/namespace-policy.ts';
import { count } from '../check.ts';
import { countEndpoints } from './addresses.ts';
import { controllerLog, idleController, keyOf, kubectl, type PathFacts } from './facts.ts';
import { broken, ok, type Verdict, warning } from './hop.ts';
import { compareFields, judgeStale, type Staleness } from './stale.ts';

const describeCondition = ({ type, status, reason, message }: Condition): string => `${type}=${status} ${reason}: ${message.split('\n')[0] ?? ''}`;
const refusals = ({ from }: PathFacts): string[] => from.refused.map(({ object, reason, message }) => `refused here: ${object}: ${message} (${reason})`);

function judgeNamespace({ from, view: { namespace } }: PathFacts): Verdict | undefined {
  if (from.namespace === undefined) return { ...broken([`there is no namespace "${namespace}", so nothing is imported`], [`${kubectl(from)} create namespace ${namespace}`]), owner: `whoever makes namespaces in "${from.cluster}"` };
  if (from.namespace.metadata.deletionTimestamp !== undefined) return { ...broken([`namespace "${namespace}" is being deleted`]), owner: `whoever deletes namespace "${namespace}" in "${from.cluster}"` };
  const refusal = namespaceRefusal(namespace, { reserved: [MEMBER_NAMESPACE, from.config.brokerNamespace], ...from.config });
  if (refusal === undefined) return undefined;
  return { ...broken([`nothing is imported there: ${refusal}`], [`mcs join broker-info.subm --context ${from.context} --import-namespaces ${namespace}`]), owner: `whoever joined "${from.cluster}"` };
}

/** What the broker has of the exporter; the source itself where the broker was not read; no slices where neither was. */
function upstreamOf({ source, to, view }: PathFacts): { readonly settings: readonly (KubeObject | undefined)[]; readonly slices: readonly EndpointSlice[] | undefined } {
  const { serviceImport, slices } = brokerObjectsOf(view, to);
  if (view.broker !== undefined) return { settings: [serviceImport], slices };
  return { settings: [source?.service, source?.serviceExport], slices: source?.slices };
}

/** Where the import is not as its winner's copy on the broker is; several exporters make the ports together. */
export function findStaleSettings(facts: PathFacts): Staleness | undefined {
  const differences = compareSettings(facts);
  return differences.length === 0 ? undefined : { differences, changed: findLatestChange(upstreamOf(facts).settings) };
}

function compareSettings({ from, to, view }: PathFacts): readonly string[] {
  const copy = brokerFields(brokerObjectsOf(view, to).serviceImport, []);
  const here = importFields(from, []);
  if (copy === undefined || here === undefined || from.serviceImport?.metadata.annotations?.[WINNER] !== to) return [];
  const isAlone = view.broker?.imports.length === 1;
  const settings = (fields: ServiceFields): ServiceFields => Object.fromEntries(Object.entries(fields).filter(([field]) => isAlone || field !== 'ports'));
  return compareFields(settings(copy), settings(here), { here: `"${from.cluster}"`, there: 'the copy on the broker' });
}

export function judgeImport(facts: PathFacts): Verdict {
  const { from, now, to, view } = facts;
  const refused = judgeNamespace(facts);
  if (refused !== undefined) return refused;
  const { serviceImport } = from;
  const fix = [controllerLog(from)];
  if (serviceImport === undefined) return judgeStale([`there is no ServiceImport "${view.name}"`, ...idleController(from), ...refusals(facts)], { changed: findLatestChange(upstreamOf(facts).settings), now, fix, isFatal: true });
  if (!isOwnedBy(serviceImport, SERVICE_OWNER)) {
    const owner = writersOf(serviceImport).at(-1) ?? 'another engine';
    return { ...broken(['the ServiceImport was not made by mcs, which leaves it alone'], [`${kubectl(from)} -n ${view.namespace} get serviceimport ${view.name} -o yaml`]), owner };
  }
  const conditions = serviceImport.status?.conditions ?? [];
  const notReady = conditions.find(({ type, status }) => type === 'Ready' && status !== 'True');
  if (notReady !== undefined) return broken([describeCondition(notReady)], fix);
  const exported = brokerObjectsOf(view, to).serviceImport?.spec.type;
  if (exported !== undefined && exported !== serviceImport.spec.type) {
    const winner = serviceImport.metadata.annotations?.[WINNER] ?? '?';
    return { ...broken([`"${to}" exports it as ${exported}, but it is ${serviceImport.spec.type} as "${winner}" exports it, which was first`], [`mcs diff ${keyOf(facts)}`]), owner: `whoever exports ${keyOf(facts)} in "${to}"` };
  }
  const behind = findStaleSettings(facts);
  if (behind !== undefined) return judgeStale([...behind.differences, ...idleController(from)], { changed: behind.changed, now, fix: [...fix, `mcs diff ${keyOf(facts)}`], isFatal: false });
  const rejected = conditions.find(({ type, status }) => type.endsWith('/Rejected') && status === 'True');
  const seen = [serviceImport.spec.type, ...(serviceImport.spec.ips ?? [])].join(' ');
  return rejected === undefined ? ok(seen) : warning([seen, describeCondition(rejected)], fix);
}

/** Why the endpoints of one exporter are left out of an import on purpose; undefined where nothing says so. */
function leftOut({ from, to }: PathFacts): { readonly reason: string; readonly fix: readonly string[] } | undefined {
  const { serviceImport, imported } = from;
  if (serviceImport === undefined) return undefined;
  if (readWithdrawn(serviceImport).includes(to)) return { reason: `withdrawn: cluster "${to}" has been silent, its Lease on the broker was not renewed`, fix: [`mcs diagnose deployment   # with the context of "${to}"`] };
  const failing = serviceImport.status?.conditions?.find(({ type, status, message }) => type.endsWith('/Reachable') && status === 'False' && message.includes(`"${to}"`));
  if (failing !== undefined) return { reason: describeCondition(failing), fix: ['mcs show connections', 'mcs diagnose connections'] };
  const hasOthers = countEndpoints(imported).ready > 0;
  const policy = serviceImport.metadata.annotations?.[PLACEMENT_POLICY];
  return policy === undefined || !hasOthers ? undefined : { reason: `placement "${policy}" prefers other clusters`, fix: [] };
}

/** Endpoints of one exporter that an import has otherwise, or lacks; undefined where nothing, or where they are left out on purpose. */
export function findStaleEndpoints(facts: PathFacts): Staleness | undefined {
  const { from, to } = facts;
  const { slices: wanted } = upstreamOf(facts);
  const slices = importedFrom(from.imported, to);
  if (wanted === undefined || (slices.length === 0 && leftOut(facts) !== undefined)) return undefined;
  const differences = compareFields(addressesOf(wanted), addressesOf(slices), { here: `"${from.cluster}"`, there: 'the original' });
  return differences.length === 0 ? undefined : { differences, changed: findLatestChange(wanted) };
}

export function judgeSlices(facts: PathFacts): Verdict {
  const { from, now, to } = facts;
  const { slices: wanted } = upstreamOf(facts);
  const slices = importedFrom(from.imported, to);
  const { ready } = countEndpoints(slices);
  const reason = slices.length === 0 ? leftOut(facts) : undefined;
  if (reason !== undefined) {
    const seen = [`no endpoint of "${to}" is used here: ${reason.reason}`];
    return countEndpoints(from.imported).ready > 0 ? warning(seen, reason.fix) : broken(seen, reason.fix);
  }
  const fix = [controllerLog(from), `mcs diff ${keyOf(facts)}`];
  const stale = findStaleEndpoints(facts);
  if (stale !== undefined) return judgeStale([...stale.differences, ...idleController(from), ...refusals(facts)], { changed: stale.changed, now, fix, isFatal: ready === 0 });
  if (ready === 0) return broken([`no ready endpoint of "${to}"`], fix);
  return { ...ok(`${count(ready, 'ready endpoint')} of "${to}" in ${count(slices.length, 'slice')}`), ...lagOf({ originals: wanted ?? [], copies: slices }) };
}

/** Which addresses there are and which are ready: a slice here has only those ports that the service has. */
function addressesOf(slices: Parameters<typeof endpointFields>[0]): Record<string, string> {
  return Object.fromEntries(Object.entries(endpointFields(slices)).map(([field, value]) => [field, value.startsWith('ready') ? 'ready' : 'not ready']));
}

/** The Service that kube-proxy routes by; undefined for a headless service, which has none. */
export function judgeClustersetIP(facts: PathFacts): Verdict | undefined {
  const { derived, imported, serviceImport } = facts.from;
  if (serviceImport?.spec.type === 'Headless') return undefined;
  const name = serviceImport?.metadata.annotations?.[DERIVED_SERVICE] ?? '';
  const fix = [controllerLog(facts.from)];
  if (derived === undefined) return broken([`there is no Service "${name}" to carry the clusterset IP`], fix);
  if (!isOwnedBy(derived, SERVICE_OWNER)) return { ...broken([`Service "${name}" was not made by mcs, which leaves it alone`], [`${kubectl(facts.from)} -n ${facts.view.namespace} delete service ${name}`]), owner: writersOf(derived).at(-1) ?? 'unknown' };
  const [own, told] = [derived.spec.clusterIPs ?? [], serviceImport?.spec.ips ?? []];
  if (own.toSorted().join() !== told.toSorted().join()) return broken([`the ServiceImport says ${told.join(', ') || 'no address'}, but its Service has ${own.join(', ') || 'none'}`], fix);
  const loose = imported.filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] !== name);
  if (loose.length > 0) return broken(loose.map(({ metadata }) => `EndpointSlice ${metadata.name} does not belong to Service "${name}", so kube-proxy does not route to it`), fix);
  const [wanted, carried] = [serviceImport?.spec.ports ?? [], derived.spec.ports ?? []].map((ports) => ports.map(({ port, protocol = 'TCP' }) => `${port}/${protocol}`).toSorted());
  if (wanted?.join() !== carried?.join()) return broken([`the ServiceImport has the ports ${wanted?.join(', ') ?? ''}, its Service ${carried?.join(', ') ?? ''}`], fix);
  if (derived.spec.internalTrafficPolicy === 'Local') return broken(['internalTrafficPolicy is Local, which drops all traffic to other clusters'], fix);
  return ok(`${own.join(', ')} on Service ${name}, ${count(imported.length, 'slice')}`);
}
