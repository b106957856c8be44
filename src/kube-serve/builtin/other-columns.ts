import type { EndpointSlice, NetworkPolicy, RoleBinding, UnknownObject, Workload } from '../../api/types/index.ts';
import type { PrinterColumn } from '../resource-definition.ts';
import { AGE_COLUMN, NAME_COLUMN } from '../table/render-table.ts';
import { addressesOf, column, joined, labelsText, WIDE } from './core-columns.ts';

const selector = column<Workload>('Selector', ({ spec }) => labelsText(spec.selector.matchLabels), WIDE);
const images = column<Workload>('Images', ({ spec }) => joined(spec.template.spec.containers.map(({ image }) => image)), WIDE);
const containers = column<Workload>('Containers', ({ spec }) => joined(spec.template.spec.containers.map(({ name }) => name)), WIDE);

function count(name: string, key: keyof NonNullable<Workload['status']>): PrinterColumn {
  return column<Workload>(name, ({ status }) => Number(status?.[key] ?? 0), { type: 'integer' });
}

export const deploymentColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  column<Workload>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`),
  count('Up-to-date', 'updatedReplicas'),
  count('Available', 'availableReplicas'),
  AGE_COLUMN,
  containers,
  images,
  selector,
];

export const replicaSetColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  column<Workload>('Desired', ({ spec }) => spec.replicas ?? 1, { type: 'integer' }),
  count('Current', 'replicas'),
  count('Ready', 'readyReplicas'),
  AGE_COLUMN,
  containers,
  images,
  selector,
];

export const daemonSetColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  count('Desired', 'desiredNumberScheduled'),
  count('Current', 'currentNumberScheduled'),
  count('Ready', 'numberReady'),
  count('Up-to-date', 'updatedNumberScheduled'),
  count('Available', 'numberAvailable'),
  column<Workload>('Node Selector', ({ spec }) => labelsText(spec.template.spec.nodeSelector)),
  AGE_COLUMN,
  containers,
  images,
  selector,
];

export const endpointSliceColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  column<EndpointSlice>('AddressType', ({ addressType }) => addressType),
  column<EndpointSlice>('Ports', ({ ports }) => joined((ports ?? []).map(({ port }) => String(port ?? '*')), '<unset>')),
  column<EndpointSlice>('Endpoints', ({ endpoints }) => addressesOf(endpoints)),
  AGE_COLUMN,
];

export const leaseColumns: readonly PrinterColumn[] = [NAME_COLUMN, { name: 'Holder', type: 'string', jsonPath: '.spec.holderIdentity' }, AGE_COLUMN];

const createdAt = column('Created At', ({ metadata }) => metadata.creationTimestamp ?? '');

export const createdAtColumns: readonly PrinterColumn[] = [NAME_COLUMN, createdAt];

export const roleBindingColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  column<RoleBinding>('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  AGE_COLUMN,
  column<RoleBinding>('Users', ({ subjects = [] }) => joined(subjects.filter(({ kind }) => kind === 'User').map(({ name }) => name), ''), WIDE),
  column<RoleBinding>('Groups', ({ subjects = [] }) => joined(subjects.filter(({ kind }) => kind === 'Group').map(({ name }) => name), ''), WIDE),
  column<RoleBinding>(
    'ServiceAccounts',
    ({ subjects = [] }) => joined(subjects.filter(({ kind }) => kind === 'ServiceAccount').map(({ name, namespace = '' }) => `${namespace}/${name}`), ''),
    WIDE,
  ),
];

function specValue(name: string, key: string): PrinterColumn {
  return column<UnknownObject & { spec?: Record<string, string | number> }>(name, ({ spec }) => spec?.[key] ?? 'N/A');
}

export const disruptionBudgetColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  specValue('Min Available', 'minAvailable'),
  specValue('Max Unavailable', 'maxUnavailable'),
  { name: 'Allowed Disruptions', type: 'integer', jsonPath: '.status.disruptionsAllowed' },
  AGE_COLUMN,
];

export const networkPolicyColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  column<NetworkPolicy>('Pod-Selector', ({ spec }) => labelsText(spec.podSelector?.matchLabels)),
  AGE_COLUMN,
];

export const serviceCIDRColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  column<UnknownObject & { spec?: { cidrs?: string[] } }>('CIDRs', ({ spec }) => joined(spec?.cidrs ?? [])),
  AGE_COLUMN,
];

export const flowSchemaColumns: readonly PrinterColumn[] = [
  NAME_COLUMN,
  { name: 'PriorityLevel', type: 'string', jsonPath: '.spec.priorityLevelConfiguration.name' },
  { name: 'MatchingPrecedence', type: 'integer', jsonPath: '.spec.matchingPrecedence' },
  { name: 'DistinguisherMethod', type: 'string', jsonPath: '.spec.distinguisherMethod.type' },
  AGE_COLUMN,
];
