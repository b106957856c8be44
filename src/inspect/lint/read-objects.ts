import { isDnsLabel } from '../../api/names.ts';
import { apiVersionOf, objectKey, resources } from '../../api/resources.ts';
import type { EndpointSlice, KubeObject, Service, ServiceExport, ServiceExportPolicy, ServiceImport } from '../../api/types/index.ts';
import { endpointSliceSchema } from '../../kube-serve/builtin/other-schemas.ts';
import { serviceSchema } from '../../kube-serve/builtin/core-schemas.ts';
import { object, text, textMap } from '../../kube-serve/schema/builders.ts';
import type { Schema } from '../../kube-serve/schema/schema.ts';
import { createValidator, type Validator } from '../../kube-serve/schema/validate.ts';
import type { Finding, LintRule } from './finding.ts';
import type { FieldPath, LocatedObject } from './parse-file.ts';

/** An object of a kind that is looked at, whose fields have the types that the API gives them. */
export interface Located<T extends KubeObject> extends LocatedObject {
  readonly object: T;
  /** `namespace/name`; the namespace is the default one where the file names none. */
  readonly key: string;
}

/** What of a file matters to the clusterset. */
export interface LintObjects {
  readonly services: readonly Located<Service>[];
  readonly exports: readonly Located<ServiceExport>[];
  readonly imports: readonly Located<ServiceImport>[];
  readonly slices: readonly Located<EndpointSlice>[];
  readonly policies: readonly Located<ServiceExportPolicy>[];
  /** Objects of other kinds. */
  readonly ignored: number;
  readonly findings: readonly Finding[];
}

const metadata = object({ name: { ...text, minLength: 1 }, namespace: text, labels: textMap, annotations: textMap }, ['name']);

function validatorOf({ properties = {}, required = [] }: Schema): Validator {
  return createValidator(object({ ...properties, metadata }, [...required, 'metadata']));
}

const LOOKED_AT = {
  services: { resource: resources.services, validate: validatorOf({ ...serviceSchema, required: ['spec'] }) },
  exports: { resource: resources.serviceExports, validate: validatorOf(object({ spec: object({ exportedLabels: textMap, exportedAnnotations: textMap }) })) },
  imports: { resource: resources.serviceImports, validate: validatorOf(object({})) },
  slices: { resource: resources.endpointSlices, validate: validatorOf(endpointSliceSchema) },
  policies: { resource: resources.exportPolicies, validate: validatorOf(object({ spec: object({}) })) },
} as const;

/** Versions under which our CRDs are served. */
const SERVED: readonly string[] = ['multicluster.x-k8s.io/v1beta1', 'multicluster.x-k8s.io/v1alpha1'];

/** `ServiceExport shop/nginx` */
export function describeLocated({ object: { kind, metadata: meta }, key }: Pick<Located<KubeObject>, 'object' | 'key'>): string {
  return `${kind} ${key === '' ? meta.name : key}`;
}

export function findingAt(where: Located<KubeObject>, path: FieldPath, severity: Finding['severity'], rule: LintRule, message: string, fix?: string): Finding {
  return { severity, rule, file: where.file, ...where.at(path), object: describeLocated(where), message, ...(fix !== undefined && { fix }) };
}

/** `spec.ports[0].port` as a path. */
function pathOf(field: string): FieldPath {
  return field.split(/[.[\]]+/).filter((part) => part !== '').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** Sorts the objects by kind, and leaves out, with a finding, those that no API server would take. */
export function readObjects(located: readonly LocatedObject[], defaultNamespace: string): LintObjects {
  const found = { services: [], exports: [], imports: [], slices: [], policies: [] } as { [K in keyof typeof LOOKED_AT]: Located<KubeObject>[] };
  const findings: Finding[] = [];
  let ignored = 0;
  for (const one of located) {
    const list = listOf(one.object);
    if (list === undefined) {
      ignored += 1;
      continue;
    }
    const causes = LOOKED_AT[list].validate(one.object);
    const foreign = foreignGroup(one.object);
    const key = causes.length === 0 ? keyOf(one.object, LOOKED_AT[list].resource, defaultNamespace) : '';
    const where = { ...one, key };
    if (causes.length === 0 && foreign === undefined) found[list].push(where);
    if (causes.length > 0) findings.push(...causes.map(({ field, message }) => ({ ...where.at(pathOf(field)), severity: 'error' as const, rule: 'schema' as const, file: one.file, object: one.object.kind, message: `${field}: ${message}` })));
    else if (foreign !== undefined) findings.push(findingAt(where, ['apiVersion'], 'error', 'schema', foreign, `apiVersion: ${SERVED[0] ?? ''}`));
  }
  const all = found as unknown as Pick<LintObjects, keyof typeof LOOKED_AT>;
  return { ...all, ignored, findings: [...findings, ...Object.values(found).flatMap((list) => [...duplicates(list), ...list.flatMap(nameFindings)])] };
}

function keyOf({ metadata: { name, namespace } }: KubeObject, { namespaced }: { readonly namespaced: boolean }, defaultNamespace: string): string {
  return namespaced ? objectKey({ namespace: namespace ?? defaultNamespace, name }) : name;
}

function listOf({ apiVersion, kind }: KubeObject): keyof typeof LOOKED_AT | undefined {
  const isMcs = kind === 'ServiceExport' || kind === 'ServiceImport';
  return Object.entries(LOOKED_AT).find(([, { resource }]) => resource.kind === kind && (isMcs || apiVersionOf(resource) === apiVersion))?.[0] as keyof typeof LOOKED_AT | undefined;
}

/** Other engines have kinds of the same names in groups of their own. */
function foreignGroup({ apiVersion, kind }: KubeObject): string | undefined {
  if (!['ServiceExport', 'ServiceImport'].includes(kind) || SERVED.includes(apiVersion)) return undefined;
  return `Nobody looks at a ${kind} of ${apiVersion}: mcs serves ${SERVED.join(' and ')}`;
}

function duplicates(list: readonly Located<KubeObject>[]): Finding[] {
  const first = new Map<string, Located<KubeObject>>();
  return list.flatMap((one) => {
    const earlier = first.get(one.key);
    if (earlier === undefined) first.set(one.key, one);
    return earlier === undefined ? [] : [findingAt(one, ['metadata', 'name'], 'error', 'duplicate', `It stands twice: also in ${earlier.file}:${earlier.at(['metadata', 'name']).line}, and the last one applied wins`)];
  });
}

function nameFindings(one: Located<KubeObject>): Finding[] {
  const { kind, metadata: { name, namespace } } = one.object;
  const wrong: [string, string][] = [];
  if (!['EndpointSlice', 'ServiceExportPolicy'].includes(kind)) wrong.push(['name', name]);
  if (namespace !== undefined) wrong.push(['namespace', namespace]);
  return wrong.flatMap(([field, value]) => {
    if (isDnsLabel(value)) return [];
    const state = value.length > 63 ? `has ${value.length} characters, and a label of a DNS name holds 63` : 'is no DNS label (a-z, 0-9 and "-", with no "-" at either end)';
    return [findingAt(one, ['metadata', field], 'error', 'name', `The ${field} "${value}" ${state}: nobody could resolve it`)];
  });
}
