import { resources } from '../../api/resources.ts';
import { createdAtColumns } from '../builtin/other-columns.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import { anything, atomicList, flag, object, oneOf, text } from '../schema/builders.ts';
import { conditions } from '../builtin/pod-schema.ts';
import { completeCrd } from './complete-crd.ts';

const names = object({ plural: text, singular: text, kind: text, listKind: text, shortNames: atomicList(text), categories: atomicList(text) }, ['plural', 'kind']);

const column = object({ name: text, type: text, jsonPath: text, description: text, format: text, priority: { type: 'integer' } }, ['name', 'type', 'jsonPath']);

const version = object(
  {
    name: text,
    served: flag,
    storage: flag,
    deprecated: flag,
    deprecationWarning: text,
    schema: object({ openAPIV3Schema: anything }),
    subresources: object({ status: anything, scale: anything }),
    additionalPrinterColumns: atomicList(column),
    selectableFields: atomicList(object({ jsonPath: text }, ['jsonPath'])),
  },
  ['name', 'served', 'storage'],
);

/** apiextensions.k8s.io/v1 CustomResourceDefinition */
export const customResourceDefinition: ResourceDefinition = {
  resource: resources.customResourceDefinitions,
  singular: 'customresourcedefinition',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  hasStatus: true,
  hasGeneration: true,
  columns: createdAtColumns,
  complete: completeCrd,
  schema: object(
    {
      spec: object(
        {
          group: text,
          scope: oneOf('Namespaced', 'Cluster'),
          names,
          versions: atomicList(version),
          conversion: anything,
          preserveUnknownFields: flag,
        },
        ['group', 'scope', 'names', 'versions'],
      ),
      status: object({ conditions, acceptedNames: names, storedVersions: atomicList(text) }),
    },
    ['spec'],
  ),
};

