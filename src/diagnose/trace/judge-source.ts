import { cidrContains, parseCidr } from '../../api/cidr.ts';
import { EXPORT_POLICY } from '../../api/labels.ts';
import type { Condition, Service } from '../../api/types/index.ts';
import { brokerObjectsOf } from '../../inspect/service/exporters.ts';
import { findLastChange, findLatestChange, lagOf, secondsBetween, writersOf } from '../../inspect/service/last-change.ts';
import { brokerFields, ENDPOINT_FIELD, type ServiceFields, sourceFields } from '../../inspect/service/service-fields.ts';
import { isCopy } from '../../sync/ownership.ts';
import { readBrokerImport } from '../../sync/service/read-broker-import.ts';
import { count } from '../check.ts';
import { countEndpoints } from './addresses.ts';
import { controllerLog, controllerOf, idleController, keyOf, kubectl, type PathFacts } from './facts.ts';
import { broken, ok, untested, type Verdict, warning } from './hop.ts';
import { compareFields, judgeStale, type Staleness } from './stale.ts';

const notRead = ({ to }: PathFacts): Verdict => untested(`cluster "${to}" was not read`);

function describeService({ spec }: Service): string {
  const ports = (spec.ports ?? []).map(({ name = '', port, protocol = 'TCP' }) => `${name} ${port}/${protocol}`.trim());
  const address = spec.clusterIP === 'None' ? 'headless' : (spec.clusterIPs ?? [spec.clusterIP ?? '']).join(', ');
  return [address, ...ports].join(', ');
}

export function judgeService(facts: PathFacts): Verdict {
  const { source, view } = facts;
  if (source === undefined) return notRead(facts);
  const { namespace, service, slices } = source;
  const get = `${kubectl(source)} -n ${view.namespace} get`;
  if (namespace === undefined) return broken([`there is no namespace "${view.namespace}"`], [`${kubectl(source)} get namespaces`]);
  if (service === undefined) return broken([`there is no Service "${view.name}"`], [`${get} services`]);
  if (isCopy(service)) return broken(['the Service is itself a copy made by mcs, which is never exported']);
  if (service.spec.type === 'ExternalName') return broken(['a Service of type ExternalName cannot be exported'], [`mcs unexport service ${view.name} -n ${view.namespace} --context ${source.context}`]);
  if ((service.spec.clusterIP ?? '') === '') return broken(['the Service has no ClusterIP yet']);
  const { all, ready } = countEndpoints(slices);
  const endpoints = `${ready} of ${all} endpoints ready`;
  if (ready > 0) return ok(describeService(service), endpoints);
  const selector = Object.entries(service.spec.selector ?? {}).map(([key, value]) => `${key}=${value}`).join(',');
  return broken([endpoints, describeService(service)], [selector === '' ? `${get} endpointslices -l kubernetes.io/service-name=${view.name}` : `${get} pods -l ${selector}`]);
}

function find(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** A line for each fault that a condition tells of. */
const conditionLines = ({ type, status, reason, message }: Condition): readonly string[] => `${type}=${status} ${reason}: ${message}`.split('\n');

/** Conditions that mean a part of what was asked for is not done. */
function sideConditions(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.filter(({ type, status }) => (type === 'Conflict' ? status === 'True' : type.includes('/') && status === 'False'));
}

export function judgeExport(facts: PathFacts): Verdict {
  const { now, source, to, view } = facts;
  if (source === undefined) return notRead(facts);
  const { serviceExport } = source;
  if (serviceExport === undefined) {
    const left = brokerObjectsOf(view, to).serviceImport === undefined ? [] : ['the broker still has a copy: the controller has not withdrawn it'];
    return broken([`there is no ServiceExport "${view.name}"`, ...left], [`mcs export service ${view.name} -n ${view.namespace} --context ${source.context}`, ...(left.length > 0 ? [controllerLog(source)] : [])]);
  }
  const describe = `${kubectl(source)} -n ${view.namespace} describe serviceexport ${view.name}`;
  const conditions = serviceExport.status?.conditions ?? [];
  const [valid, ready] = [find(conditions, 'Valid'), find(conditions, 'Ready')];
  const lagSeconds = secondsBetween(findLastChange(serviceExport), now);
  if (valid === undefined) {
    const verdict = broken(['the controller has not looked at it', ...idleController(source)], [`mcs diagnose deployment --context ${source.context}`, controllerLog(source)]);
    return { ...verdict, owner: controllerOf(to), ...(lagSeconds !== undefined && { lagSeconds }) };
  }
  if (valid.status !== 'True') return broken(conditionLines(valid), [describe]);
  if (ready?.status !== 'True') return { ...broken(ready === undefined ? ['it has no condition Ready'] : conditionLines(ready), [describe, controllerLog(source)]), owner: controllerOf(to), ...(lagSeconds !== undefined && { lagSeconds }) };
  const side = sideConditions(conditions);
  const policy = serviceExport.metadata.labels?.[EXPORT_POLICY];
  const evidence = ['Valid and Ready', ...(policy === undefined ? [] : [`exported by policy "${policy}"`])];
  return side.length === 0 ? ok(...evidence) : warning(side.flatMap(conditionLines), [describe, `mcs diff ${keyOf(facts)}`]);
}

/** The source without endpoints outside the ranges granted to its cluster: those are not exported, and a condition says so. */
function exportable({ source, to, view }: PathFacts): ServiceFields | undefined {
  const fields = source && sourceFields(source);
  const granted = view.broker?.members.find(({ clusterID }) => clusterID === to);
  if (fields === undefined || granted === undefined) return fields;
  const ranges = [...granted.podCIDRs, ...granted.nodeCIDRs].flatMap((text) => parseCidr(text) ?? []);
  const isExported = (field: string): boolean => !field.startsWith(ENDPOINT_FIELD) || ranges.some((range) => cidrContains(range, field.slice(ENDPOINT_FIELD.length)));
  return Object.fromEntries(Object.entries(fields).filter(([field]) => isExported(field)));
}

/** What of an export the broker has otherwise, or lacks; undefined where nothing, or where importers do not take the copy. */
export function findStaleExport(facts: PathFacts): Staleness | undefined {
  const { source, to, view } = facts;
  const { serviceImport, slices } = brokerObjectsOf(view, to);
  const [wanted, copied] = [exportable(facts), brokerFields(serviceImport, slices)];
  const [settings, endpoints] = [[source?.service, source?.serviceExport], source?.slices ?? []];
  if (serviceImport === undefined) return { differences: [`the broker has no copy of the export of "${to}"`], changed: findLatestChange(settings) };
  const differences = wanted === undefined || copied === undefined ? [] : compareFields(wanted, copied, { here: 'the broker', there: `"${to}"` });
  if (differences.length === 0) return undefined;
  const isOfEndpoints = differences.every((line) => line.startsWith(ENDPOINT_FIELD));
  return { differences, changed: findLatestChange(isOfEndpoints ? endpoints : settings) };
}

export function judgeBroker(facts: PathFacts): Verdict {
  const { now, source, to, view } = facts;
  if (view.broker === undefined) return untested('no cluster that was read hosts the broker');
  const { serviceImport, slices } = brokerObjectsOf(view, to);
  const [settings, endpoints] = [[source?.service, source?.serviceExport], source?.slices ?? []];
  const fix = [...(source === undefined ? [] : [controllerLog(source)]), `mcs diff ${keyOf(facts)}`];
  const stale = findStaleExport(facts);
  if (serviceImport === undefined) return judgeStale([...(stale?.differences ?? []), ...idleController(source)], { changed: stale?.changed, now, fix, isFatal: true });
  const { accepted, rejections } = readBrokerImport(serviceImport);
  if (accepted === undefined) return { ...broken(rejections.map(({ reason, message }) => `no cluster takes it: ${reason}: ${message}`), fix), owner: writersOf(serviceImport).at(-1) ?? controllerOf(to) };
  const { ready } = countEndpoints(slices);
  if (stale !== undefined) {
    const isOfEndpoints = stale.differences.every((line) => line.startsWith(ENDPOINT_FIELD));
    return judgeStale([...stale.differences, ...idleController(source)], { changed: stale.changed, now, fix, isFatal: ready === 0 || !isOfEndpoints });
  }
  if (ready === 0) return broken(['no ready endpoint on the broker'], fix);
  return { ...ok(`${count(ready, 'ready endpoint')} in ${count(slices.length, 'slice')}`), ...lagOf({ originals: settings, copies: [serviceImport] }, { originals: endpoints, copies: slices }) };
}
