import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import type { User } from '../user.ts';

export type AnyResource = Resource<KubeObject>;

export interface ObjectRef {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** Who writes, and how. */
export interface WriteOptions {
  readonly user?: User;
  /** Takes the changed fields over in managedFields; without one nobody owns them. */
  readonly fieldManager?: string;
  /** Everything but storing. */
  readonly dryRun?: boolean;
}

export interface UpdateOptions extends WriteOptions {
  /** `status`: only the status is written; otherwise all but the status. */
  readonly subresource?: 'status';
}

export interface ApplyOptions extends UpdateOptions {
  readonly fieldManager: string;
  readonly force?: boolean;
}

export interface DeleteOptions extends WriteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
}

export interface Selection {
  readonly namespace?: string | undefined;
  /** In text form. */
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListOptions extends Selection {
  readonly limit?: number;
  readonly continue?: string;
  /** Refused with 410 (Expired) when it is older than what is kept, with 504 when it is ahead. */
  readonly resourceVersion?: string;
}

export interface ListResult<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export interface WatchOptions extends Selection {
  /** Begins after this version; without one (or `0`) with what stands, told as ADDED. */
  readonly resourceVersion?: string;
  /** Called when the resource is no longer served. */
  readonly onEnd?: () => void;
}

/** A change as one watcher is to see it. Objects are frozen and shared. */
export interface StoreEvent<T extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
  readonly resourceVersion: number;
}

export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly definition: ResourceDefinition;
  readonly resource: AnyResource;
  readonly subresource?: 'status';
  /** What is to be stored; for DELETE what stands. */
  readonly object: KubeObject;
  readonly old?: KubeObject;
  /** Absent for writes from inside the process. */
  readonly user?: User;
  readonly dryRun: boolean;
}

/** Refuses a write by throwing a StatusError, or returns the object to store in its place. It must not take anything: the write may still fail. */
export type Admitter = (request: AdmissionRequest) => KubeObject | undefined;
