import { type Resource, resources } from '../../api/resources.ts';
import type { KubeObject, Namespace, Pod } from '../../api/types/index.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import * as columns from './core-columns.ts';
import { completeNamespace, completePod, completeSecret, completeService } from './complete.ts';
import * as schemas from './core-schemas.ts';
import { podSchema } from './pod-schema.ts';

const endpoints: Resource<KubeObject> = { group: '', version: 'v1', plural: 'endpoints', kind: 'Endpoints', namespaced: true };

/** Seconds that a pod gets to end: none while no kubelet has it, or when it has ended. */
function podGrace(object: KubeObject): number {
  const { metadata, spec, status } = object as Pod;
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  if (spec.nodeName === undefined || spec.nodeName === '' || isOver) return 0;
  return (metadata as { deletionGracePeriodSeconds?: number }).deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
}

function hasNamespaceFinalizers(object: KubeObject): boolean {
  return ((object as Namespace).spec?.finalizers ?? []).length > 0;
}

export const coreDefinitions: readonly ResourceDefinition[] = [
  {
    resource: resources.namespaces,
    singular: 'namespace',
    shortNames: ['ns'],
    hasStatus: true,
    nameForm: 'label',
    schema: schemas.namespaceSchema,
    columns: columns.namespaceColumns,
    selectableFields: ['status.phase'],
    complete: completeNamespace,
    isHeld: hasNamespaceFinalizers,
  },
  {
    resource: resources.nodes,
    singular: 'node',
    shortNames: ['no'],
    hasStatus: true,
    statusOnCreate: true,
    schema: schemas.nodeSchema,
    columns: columns.nodeColumns,
    selectableFields: ['spec.unschedulable'],
  },
  {
    resource: resources.pods,
    singular: 'pod',
    shortNames: ['po'],
    categories: ['all'],
    hasStatus: true,
    schema: podSchema,
    columns: columns.podColumns,
    selectableFields: ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'spec.hostNetwork', 'status.phase', 'status.podIP', 'status.nominatedNodeName'],
    complete: completePod,
    graceSeconds: podGrace,
  },
  {
    resource: resources.services,
    singular: 'service',
    shortNames: ['svc'],
    categories: ['all'],
    hasStatus: true,
    nameForm: 'service',
    schema: schemas.serviceSchema,
    columns: columns.serviceColumns,
    selectableFields: ['spec.clusterIP', 'spec.type'],
    complete: completeService,
  },
  { resource: endpoints, singular: 'endpoints', shortNames: ['ep'], schema: schemas.endpointsSchema, columns: columns.endpointsColumns },
  { resource: resources.secrets, singular: 'secret', schema: schemas.secretSchema, columns: columns.secretColumns, selectableFields: ['type'], complete: completeSecret },
  { resource: resources.configMaps, singular: 'configmap', shortNames: ['cm'], schema: schemas.configMapSchema, columns: columns.configMapColumns },
  { resource: resources.serviceAccounts, singular: 'serviceaccount', shortNames: ['sa'], schema: schemas.serviceAccountSchema, columns: columns.serviceAccountColumns },
  {
    resource: resources.events,
    singular: 'event',
    shortNames: ['ev'],
    schema: schemas.eventSchema,
    columns: columns.eventColumns,
    selectableFields: [
      ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map((field) => `involvedObject.${field}`),
      ...['reason', 'reportingComponent', 'source', 'type'],
    ],
  },
];
