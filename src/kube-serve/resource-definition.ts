import type { Resource } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { Schema } from './schema/schema.ts';

/** One column of `kubectl get`. Give `jsonPath` or `value`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  /** Above 0: only shown with `-o wide`. */
  readonly priority?: number;
  readonly jsonPath?: string;
  readonly value?: (object: KubeObject, now: number) => string | number | boolean | undefined;
}

/** One version under which a kind is served. Its objects are stored once, without conversion of fields. */
export interface ServedVersion {
  readonly name: string;
  readonly schema?: Schema;
  readonly columns?: readonly PrinterColumn[];
}

/** Where the `scale` subresource finds its numbers, as paths. */
export interface ScaleDefinition {
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  /** Of a `metav1.LabelSelector` or of a selector in text form. */
  readonly selector?: readonly string[];
}

/** How a kind is named, served, checked and shown. */
export interface ResourceDefinition {
  /** Its version is the one that objects are stored under. */
  readonly resource: Resource<KubeObject>;
  readonly singular: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly hasStatus?: boolean;
  /** What discovery and OpenAPI say that can be done. Default: everything. */
  readonly verbs?: readonly string[];
  /** A status given at creation is kept (Nodes). */
  readonly statusOnCreate?: boolean;
  readonly scale?: ScaleDefinition;
  /** Every version served, the stored one included. Default: that one alone. */
  readonly versions?: readonly ServedVersion[];
  /** Of the stored version; types, defaults, merge keys and printed documentation. */
  readonly schema?: Schema;
  /** Fields that the schema does not know are dropped (CustomResourceDefinitions). */
  readonly prune?: boolean;
  /** Strategic merge patch is for built-in kinds only. */
  readonly strategicMerge?: boolean;
  readonly columns?: readonly PrinterColumn[];
  /** What field selectors may name, besides metadata.name and metadata.namespace. */
  readonly selectableFields?: readonly string[];
  /** Form of the object's name. Default `subdomain`. `path`: all but `/`, `%`, `.` and `..` (RBAC). */
  readonly nameForm?: 'label' | 'service' | 'subdomain' | 'path';
  /** metadata.generation counts the changes outside of metadata and status. */
  readonly hasGeneration?: boolean;
  /** Refuses or completes what is to be stored, after the schema. Throws StatusError. */
  readonly complete?: (object: KubeObject, old: KubeObject | undefined) => KubeObject;
  /** Seconds of grace that a deletion gives an object, 0 for none: who then ends it deletes it with grace 0. */
  readonly graceSeconds?: (object: KubeObject) => number;
  /** Holds a deleted object besides metadata.finalizers (spec.finalizers of a Namespace). */
  readonly isHeld?: (object: KubeObject) => boolean;
}
