import { resources } from '../../api/resources.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import { completeEndpointSlice, completeNetworkPolicy, completeRoleBinding, completeWorkload } from './complete.ts';
import * as columns from './other-columns.ts';
import * as schemas from './other-schemas.ts';

const APPS = { categories: ['all'], hasStatus: true, hasGeneration: true, complete: completeWorkload };
const REPLICAS = { specReplicas: ['spec', 'replicas'], statusReplicas: ['status', 'replicas'], selector: ['spec', 'selector'] };

export const otherDefinitions: readonly ResourceDefinition[] = [
  { ...APPS, resource: resources.deployments, singular: 'deployment', shortNames: ['deploy'], schema: schemas.deploymentSchema, columns: columns.deploymentColumns, scale: REPLICAS },
  { ...APPS, resource: resources.replicaSets, singular: 'replicaset', shortNames: ['rs'], schema: schemas.replicaSetSchema, columns: columns.replicaSetColumns, scale: REPLICAS },
  { ...APPS, resource: resources.daemonSets, singular: 'daemonset', shortNames: ['ds'], schema: schemas.daemonSetSchema, columns: columns.daemonSetColumns },
  { resource: resources.endpointSlices, singular: 'endpointslice', hasGeneration: true, schema: schemas.endpointSliceSchema, columns: columns.endpointSliceColumns, complete: completeEndpointSlice },
  { resource: resources.leases, singular: 'lease', schema: schemas.leaseSchema, columns: columns.leaseColumns },
  { resource: resources.roles, singular: 'role', nameForm: 'path', schema: schemas.roleSchema, columns: columns.createdAtColumns },
  { resource: resources.roleBindings, singular: 'rolebinding', nameForm: 'path', schema: schemas.roleBindingSchema, columns: columns.roleBindingColumns, complete: completeRoleBinding },
  { resource: resources.clusterRoles, singular: 'clusterrole', nameForm: 'path', schema: schemas.roleSchema, columns: columns.createdAtColumns },
  { resource: resources.clusterRoleBindings, singular: 'clusterrolebinding', nameForm: 'path', schema: schemas.roleBindingSchema, columns: columns.roleBindingColumns, complete: completeRoleBinding },
  {
    resource: resources.podDisruptionBudgets,
    singular: 'poddisruptionbudget',
    shortNames: ['pdb'],
    hasStatus: true,
    hasGeneration: true,
    schema: schemas.podDisruptionBudgetSchema,
    columns: columns.disruptionBudgetColumns,
  },
  { resource: resources.networkPolicies, singular: 'networkpolicy', shortNames: ['netpol'], hasGeneration: true, schema: schemas.networkPolicySchema, columns: columns.networkPolicyColumns, complete: completeNetworkPolicy },
  { resource: resources.serviceCIDRs, singular: 'servicecidr', hasStatus: true, schema: schemas.serviceCIDRSchema, columns: columns.serviceCIDRColumns },
  { resource: resources.flowSchemas, singular: 'flowschema', hasStatus: true, hasGeneration: true, schema: schemas.flowSchemaSchema, columns: columns.flowSchemaColumns },
];
