import { resources } from '../../api/resources.ts';
import { matchesLabels, type Requirement } from '../../api/selectors.ts';
import type { EndpointSlice, KubeObject, Namespace, NetworkPolicy, Pod, Secret, Service, ServicePort, Workload } from '../../api/types/index.ts';
import { sameJson, valueAt } from '../json.ts';
import { type FieldCause, invalid } from '../status-error.ts';

type Complete = (object: KubeObject, old: KubeObject | undefined) => KubeObject;

/** Binds the type of the objects that a definition stores. */
function forKind<T extends KubeObject>(complete: (object: T, old: T | undefined) => T): Complete {
  return complete as unknown as Complete;
}

const NAMESPACE_FINALIZER = 'kubernetes';

export const completeNamespace = forKind<Namespace>((namespace, old) => {
  const spec = old === undefined ? { finalizers: [NAMESPACE_FINALIZER] } : (namespace.spec ?? {});
  const phase = namespace.metadata.deletionTimestamp === undefined ? 'Active' : 'Terminating';
  const labels = { ...namespace.metadata.labels, 'kubernetes.io/metadata.name': namespace.metadata.name };
  return { ...namespace, metadata: { ...namespace.metadata, labels }, spec, status: { ...namespace.status, phase } };
});

export const completePod = forKind<Pod>((pod, old) => ({
  ...pod,
  spec: { ...pod.spec, serviceAccountName: pod.spec.serviceAccountName ?? 'default' },
  status: old === undefined ? { phase: 'Pending', qosClass: 'BestEffort' } : (pod.status ?? {}),
}));

function completePort(port: ServicePort): ServicePort {
  return port.targetPort === undefined || port.targetPort === 0 ? { ...port, targetPort: port.port } : port;
}

function portCauses(ports: readonly ServicePort[] = []): readonly FieldCause[] {
  return ports.flatMap(({ name = '', port, protocol }, index): FieldCause[] => {
    const before = ports.slice(0, index);
    const field = `spec.ports[${index}]`;
    if (name === '' && ports.length > 1) return [{ field: `${field}.name`, message: 'Required value', reason: 'FieldValueRequired' }];
    if (before.some((each) => each.name === name)) return [{ field: `${field}.name`, message: `Duplicate value: "${name}"`, reason: 'FieldValueDuplicate' }];
    const isDouble = before.some((each) => each.port === port && each.protocol === protocol);
    return isDouble ? [{ field, message: `Duplicate value: {"port":${port},"protocol":"${protocol ?? ''}"}`, reason: 'FieldValueDuplicate' }] : [];
  });
}

function serviceCauses({ spec, status }: Service): readonly FieldCause[] {
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (ingress.length === 0 || spec.type === 'LoadBalancer') return portCauses(spec.ports);
  return [{ field: 'status.loadBalancer.ingress', message: "Forbidden: may only be used when `spec.type` is 'LoadBalancer'", reason: 'FieldValueForbidden' }];
}

/** What is the same for every API server; addresses are given by who allocates them. */
export const completeService = forKind<Service>((service, old) => {
  const { metadata, spec } = service;
  const causes = serviceCauses(service);
  if (causes.length > 0) throw invalid(resources.services, metadata.name, causes);
  const status = old === undefined ? { status: { loadBalancer: {} } } : {};
  if (spec.type === 'ExternalName') return { ...service, ...status };
  const { ports, sessionAffinityConfig, ...rest } = spec;
  const affinity = spec.sessionAffinity === 'ClientIP' ? { sessionAffinityConfig: sessionAffinityConfig ?? { clientIP: { timeoutSeconds: 10_800 } } } : {};
  return {
    ...service,
    spec: { ...rest, ...affinity, internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster', ...(ports && { ports: ports.map(completePort) }) },
    ...status,
  };
});

function validateUnchanged(object: KubeObject, old: KubeObject | undefined, path: readonly string[]): void {
  if (old === undefined || sameJson(valueAt(object, path), valueAt(old, path))) return;
  const [group = ''] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : [''];
  const message = `Invalid value: ${JSON.stringify(valueAt(object, path) ?? null)}: field is immutable`;
  throw invalid({ group, plural: '', kind: object.kind }, object.metadata.name, [{ field: path.join('.'), message }]);
}

export const completeSecret = forKind<Secret>((secret, old) => {
  validateUnchanged(secret, old, ['type']);
  const { stringData, ...rest } = secret;
  if (stringData === undefined) return secret;
  const encoded = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return { ...rest, data: { ...secret.data, ...(Object.fromEntries(encoded) as Record<string, string>) } };
});

export const completeRoleBinding: Complete = (binding, old) => {
  validateUnchanged(binding, old, ['roleRef']);
  return binding;
};

/** Without types, a policy is of Ingress, and of Egress if it has rules for that. */
export const completeNetworkPolicy = forKind<NetworkPolicy>((policy) => {
  const { spec } = policy;
  const types = ['Ingress' as const, ...(spec.egress === undefined ? [] : ['Egress' as const])];
  return { ...policy, spec: { ...spec, policyTypes: spec.policyTypes ?? types } };
});

interface SelectorExpression {
  readonly key: string;
  readonly operator: Requirement['operator'];
  readonly values?: readonly string[];
}

function workloadCauses({ spec }: Workload): readonly FieldCause[] {
  const { matchExpressions = [], matchLabels = {} } = spec.selector as { matchLabels?: Record<string, string>; matchExpressions?: SelectorExpression[] };
  const requirements: Requirement[] = [
    ...Object.entries(matchLabels).map(([key, value]): Requirement => ({ key, operator: 'In', values: [value] })),
    ...matchExpressions.map(({ key, operator, values = [] }) => ({ key, operator, values })),
  ];
  if (requirements.length === 0) return [{ field: 'spec.selector', message: 'Invalid value: empty selector is invalid for deployment' }];
  if (matchesLabels(requirements, spec.template.metadata?.labels)) return [];
  return [{ field: 'spec.template.metadata.labels', message: 'Invalid value: `selector` does not match template `labels`' }];
}

export const completeWorkload = forKind<Workload>((workload, old) => {
  validateUnchanged(workload, old, ['spec', 'selector']);
  const causes = old === undefined || old.spec !== workload.spec ? workloadCauses(workload) : [];
  if (causes.length > 0) throw invalid({ group: 'apps', plural: '', kind: workload.kind }, workload.metadata.name, causes);
  return workload;
});

/** A list of `[]` or none becomes a nil slice on its way through protobuf storage, and Go writes that as null. */
function nilIfEmpty<T>(list: T[] | null | undefined): T[] | null {
  return list === undefined || list?.length === 0 ? null : list;
}

export const completeEndpointSlice = forKind<EndpointSlice>((slice) => ({ ...slice, endpoints: nilIfEmpty(slice.endpoints), ports: nilIfEmpty(slice.ports) }));
