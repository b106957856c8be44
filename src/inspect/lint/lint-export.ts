import { CLUSTERSET_DOMAIN, isDnsLabel } from '../../api/names.ts';
import { PLACEMENT_POLICY } from '../../api/labels.ts';
import type { SyncRecord } from '../../sync/record.ts';
import { toBrokerObjects } from '../../sync/service/broker-objects.ts';
import { describeInvalid, findExportProblem } from '../../sync/service/export-problem.ts';
import { namespaceRefusal } from '../../sync/service/namespace-policy.ts';
import { readBrokerImport } from '../../sync/service/read-broker-import.ts';
import type { LocalRecord } from '../../sync/service/service-record.ts';
import type { Finding } from './finding.ts';
import { lintConflicts } from './lint-conflicts.ts';
import type { LintFacts } from './lint-facts.ts';
import type { FieldPath } from './parse-file.ts';
import { namespaceOf, type PlannedExport, toLocalRecord } from './planned-export.ts';
import { findingAt } from './read-objects.ts';

/** What is wrong with one export, in itself and beside the others. */
export function lintExport(planned: PlannedExport, facts: LintFacts): Finding[] {
  const namespaces = lintNamespace(planned, facts);
  const { service, key } = planned;
  const name = key.slice(key.indexOf('/') + 1);
  if (!isDnsLabel(name)) return namespaces; // reported with the object
  if (service === undefined) return [...namespaces, missingService(planned, facts, name)];
  const invalid = describeInvalid(findExportProblem(service), name);
  if (invalid !== undefined) return [...namespaces, atService(planned, ['spec', 'type'], 'error', 'service-type', invalid.message)];
  const local = toLocalRecord({ ...planned, service }, facts.target);
  const own = [...lintPorts(planned, local.record), ...lintSettings(planned, local, facts), ...lintEndpoints(planned, local)];
  // what no importer takes can conflict with nothing
  return own.some(({ rule }) => rule === 'ports') ? [...namespaces, ...own] : [...namespaces, ...own, ...lintConflicts(planned, local.record, facts)];
}

/** At the Service where the files have it, for that is what has to change. */
export function atService({ inFile, subject }: PlannedExport, path: FieldPath, ...rest: [Finding['severity'], Finding['rule'], string, string?]): Finding {
  return inFile === undefined ? findingAt(subject, ['metadata', 'name'], ...rest) : findingAt(inFile, path, ...rest);
}

function missingService({ subject }: PlannedExport, { target }: LintFacts, name: string): Finding {
  if (target === undefined) return findingAt(subject, ['metadata', 'name'], 'warning', 'no-service', `Service "${name}" is not in these files, and the cluster could not be asked`);
  return findingAt(subject, ['metadata', 'name'], 'error', 'no-service', `Service "${name}" is neither in these files nor in cluster "${target.cluster}"`);
}

function lintNamespace({ key, subject }: PlannedExport, { target, policies }: LintFacts): Finding[] {
  const namespace = namespaceOf(key);
  const refusals = policies.flatMap(({ cluster, policy }) => {
    const reason = namespaceRefusal(namespace, policy);
    return reason === undefined ? [] : [{ cluster, reason, isReserved: policy.reserved.includes(namespace) }];
  });
  const reserved = refusals.find(({ isReserved }) => isReserved);
  const at = ['metadata', 'namespace'];
  if (reserved !== undefined) return [findingAt(subject, at, 'error', 'namespace', `Nothing is exported from it: ${reserved.reason}`)];
  const others = policies.filter(({ cluster }) => cluster !== target?.cluster).length;
  const refusing = refusals.filter(({ cluster }) => cluster !== target?.cluster);
  if (refusing.length > 0 && refusing.length === others) return [findingAt(subject, at, 'error', 'namespace', `No other member imports it: ${refusing[0]?.reason ?? ''}`, 'mcs join broker-info.subm --import-namespaces ...   # in the clusters that shall use it')];
  return refusals.map(({ cluster, reason }) => findingAt(subject, at, 'warning', 'namespace', `Cluster "${cluster}" does not import it: ${reason}`));
}

function lintPorts(planned: PlannedExport, record: SyncRecord): Finding[] {
  const { ports } = record;
  const error = (index: number, message: string): Finding => atService(planned, ['spec', 'ports', index], 'error', 'ports', message);
  if (ports.length > 1) {
    const unnamed = ports.findIndex(({ name }) => name === '');
    if (unnamed >= 0) return [error(unnamed, 'Of several ports each needs a name: ports are merged by name, and no API server takes this')];
  }
  const seen = new Map<string, string>();
  for (const [index, { name, protocol, port }] of ports.entries()) {
    for (const what of [`name "${name}"`, `number ${port}/${protocol}`]) {
      if (seen.has(what)) return [error(index, `Two ports have the ${what}: they cannot be merged with those of other clusters`)];
      seen.set(what, name);
    }
  }
  const refused = rejectionsOf(record).find(({ reason }) => reason === 'PortInvalid');
  return refused === undefined ? [] : [error(0, `Every importer is going to refuse it: ${refused.message}`)];
}

/** What any importer would say to the object that the controller is going to write to the broker. */
function rejectionsOf(record: SyncRecord): ReturnType<typeof readBrokerImport>['rejections'] {
  const { object } = toBrokerObjects(record, 'broker').serviceImport;
  return readBrokerImport({ ...object, apiVersion: '', kind: 'ServiceImport' }).rejections;
}

function lintSettings({ subject, serviceExport }: PlannedExport, { record, ignored }: LocalRecord, { members }: LintFacts): Finding[] {
  const isExport = subject.object.kind === serviceExport.kind;
  const warn = (path: FieldPath, message: string): Finding => findingAt(subject, isExport ? path : ['metadata', 'name'], 'warning', 'settings', message);
  const { placement } = record;
  const unknown = placement.mode === 'failover' && members !== undefined ? placement.clusters.filter((cluster) => !members.includes(cluster)) : [];
  return [
    ...ignored.map(({ reason, message }) => warn(reason === 'InvalidPlacement' ? ['metadata', 'annotations', PLACEMENT_POLICY] : ['spec'], message)),
    ...unknown.map((cluster) => warn(['metadata', 'annotations', PLACEMENT_POLICY], `The placement names cluster "${cluster}", which is no member`)),
  ];
}

/** Longest name as text (RFC 1035 allows 255 bytes on the wire). */
const MAX_NAME = 253;

function lintEndpoints(planned: PlannedExport, { record, unroutable }: LocalRecord): Finding[] {
  const { cluster, name, namespace } = record.origin;
  const hosts = record.kind === 'Headless' ? record.groups.flatMap(({ endpoints }) => endpoints.flatMap(({ hostname }) => hostname ?? [])) : [];
  const long = hosts.filter((host) => `${host}.${cluster}.${name}.${namespace}.svc.${CLUSTERSET_DOMAIN}`.length > MAX_NAME);
  const warn = (message: string): Finding => findingAt(planned.subject, ['metadata', 'name'], 'warning', 'endpoints', message);
  return [
    ...(unroutable === 0 ? [] : [warn(`${unroutable} of its endpoints lie outside the ranges granted to cluster "${cluster}" and are not going to be exported`)]),
    ...(long.length === 0 ? [] : [warn(`The names of ${long.length} of its endpoints have more than ${MAX_NAME} characters, "${long[0] ?? ''}..." for one: they get no DNS name of their own`)]),
  ];
}
