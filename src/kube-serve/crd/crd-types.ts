import type { Condition, KubeObject } from '../../api/types/index.ts';
import type { Schema } from '../schema/schema.ts';

export interface CrdNames {
  plural: string;
  singular?: string;
  kind: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
}

export interface CrdVersion {
  name: string;
  served: boolean;
  storage: boolean;
  schema?: { openAPIV3Schema?: Schema };
  subresources?: { status?: object; scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string } };
  additionalPrinterColumns?: { name: string; type: string; jsonPath: string; description?: string; format?: string; priority?: number }[];
  selectableFields?: { jsonPath: string }[];
}

/** apiextensions.k8s.io/v1 CustomResourceDefinition, as far as it is read here. */
export interface Crd extends KubeObject {
  spec: { group: string; scope: 'Namespaced' | 'Cluster'; names: CrdNames; versions: CrdVersion[]; conversion?: { strategy: string } };
  status?: { conditions?: Condition[]; acceptedNames?: CrdNames; storedVersions?: string[] };
}
