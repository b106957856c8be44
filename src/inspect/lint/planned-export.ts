import { cidrContains } from '../../api/cidr.ts';
import { SERVICE_NAME } from '../../api/labels.ts';
import { objectKey } from '../../api/resources.ts';
import type { EndpointSlice, IpFamily, Service, ServiceExport } from '../../api/types/index.ts';
import type { LintFacts, TargetFacts } from './lint-facts.ts';
import type { Located, LintObjects } from './read-objects.ts';
import { type LocalRecord, readLocalService } from '../../sync/service/service-record.ts';

/** An export as it will be once the files are applied. */
export interface PlannedExport {
  readonly key: string;
  /** What findings are about: the ServiceExport where the files have it, else the Service that they change. */
  readonly subject: Located<ServiceExport> | Located<Service>;
  readonly serviceExport: ServiceExport;
  /** Undefined where neither files nor cluster have it. */
  readonly service?: Service;
  /** The Service as it stands in a file. */
  readonly inFile?: Located<Service>;
  readonly slices: readonly EndpointSlice[];
}

/** Stands for the id of a cluster that is no member. */
export const THIS_CLUSTER = 'this-cluster';

/** kube-apiserver's default of sessionAffinityConfig.clientIP.timeoutSeconds, s. */
const AFFINITY_SECONDS = 10_800;

function familiesOf({ spec }: Service, families: readonly IpFamily[]): readonly IpFamily[] {
  const all = families.length > 0 ? families : (['IPv4'] as const);
  return spec.ipFamilyPolicy === 'PreferDualStack' || spec.ipFamilyPolicy === 'RequireDualStack' ? all : all.slice(0, 1);
}

/** A Service of a file with what the API server is going to fill in, as far as exporters must agree on it. */
function completeService(service: Service, standing: Service | undefined, families: readonly IpFamily[]): Service {
  const { spec } = service;
  const ipFamilies = spec.ipFamilies ?? standing?.spec.ipFamilies ?? [...familiesOf(service, families)];
  const wantsTimeout = spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined;
  const affinity = wantsTimeout ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: AFFINITY_SECONDS } } } : {};
  return { ...service, spec: { ...spec, ...affinity, ...(spec.type !== 'ExternalName' && { ipFamilies }) } };
}

function slicesOf(key: string, { slices }: LintObjects, target: TargetFacts | undefined): EndpointSlice[] {
  const own = slices.filter(({ object, key: sliceKey }) => objectKey({ namespace: namespaceOf(sliceKey), name: object.metadata.labels?.[SERVICE_NAME] ?? '' }) === key);
  const replaced = new Set(own.map(({ object }) => object.metadata.name));
  return [...own.map(({ object }) => object), ...(target?.slices.get(key) ?? []).filter(({ metadata }) => !replaced.has(metadata.name))];
}

export const namespaceOf = (key: string): string => key.slice(0, key.indexOf('/'));

/** All exports that the files make or change: a changed Service counts as well where it is exported already. */
export function plannedExports(objects: LintObjects, { target }: LintFacts): PlannedExport[] {
  const services = new Map(objects.services.map((one) => [one.key, one]));
  const exports = new Map(objects.exports.map((one) => [one.key, one]));
  return [...new Set([...exports.keys(), ...services.keys()])].flatMap((key) => {
    const inFile = services.get(key);
    const located = exports.get(key);
    const serviceExport = located?.object ?? target?.exports.get(key);
    const subject = located ?? inFile;
    if (serviceExport === undefined || subject === undefined) return [];
    const standing = target?.services.get(key);
    const service = inFile === undefined ? standing : completeService(inFile.object, standing, target?.families ?? []);
    return [{ key, subject, serviceExport, ...(service && { service }), ...(inFile && { inFile }), slices: slicesOf(key, objects, target) }];
  });
}

/** What the controller would export, by its own rules. */
export function toLocalRecord({ serviceExport, service, slices, key }: PlannedExport & { readonly service: Service }, target: TargetFacts | undefined): LocalRecord {
  const namespace = namespaceOf(key);
  const granted = target?.granted;
  const isRoutable = (address: string): boolean => granted === undefined || granted.some((range) => cidrContains(range, address));
  return readLocalService({ cluster: target?.cluster ?? THIS_CLUSTER, service: { ...service, metadata: { ...service.metadata, namespace } }, serviceExport, slices, isRoutable });
}
