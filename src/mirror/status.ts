/** Why something is not mirrored, or not as it is in the source. For machines and for people. */
export type MirrorProblemReason =
  /** An object of that name stands in the target and is not the mirror's. */
  | 'ForeignObject'
  /** A more important source has a Service of the same target name. */
  | 'OtherSource'
  /** Two Services of one source map to one target name. */
  | 'NameCollision'
  /** The target has no such namespace, and the policy does not make it. */
  | 'NamespaceMissing'
  | 'NamespaceTerminating'
  /** A namespace that may not be written to. */
  | 'NamespaceRefused'
  /** The mapped name is none that Kubernetes takes. */
  | 'NameInvalid'
  /** The source said something that no API server takes, or that leads nowhere from here. */
  | 'SourceInvalid'
  /** The target's API server refused the object. */
  | 'Refused';

export interface MirrorProblem {
  readonly reason: MirrorProblemReason;
  readonly source: string;
  /** `namespace/name` in the source. */
  readonly service: string;
  /** `namespace/name` in the target. */
  readonly target: string;
  readonly message: string;
}

/**
 * `syncing`: never listed yet. `synced`: followed. `stale`: known, but not to be reached at present; its
 * mirrors stay. `refused`: not used at all (the target itself under another name).
 */
export type SourceState = 'syncing' | 'synced' | 'stale' | 'refused';

export interface SourceStatus {
  readonly name: string;
  /** URL of the API. */
  readonly server: string;
  readonly state: SourceState;
  /** RFC 3339; since when it has been in this state. */
  readonly since: string;
  /** Last trouble with it, without secrets; empty where there is none. */
  readonly message: string;
  /** Services that are selected, and those of them whose mirror is as it shall be. */
  readonly selected: number;
  readonly mirrored: number;
  /** Services whose namespace the target does not have, where that is a normal state (policy `skip`). */
  readonly waiting: number;
  /** Changes that have been seen and not been written yet; age of the oldest, s. */
  readonly pending: number;
  readonly oldestPendingSeconds: number;
  /** From the event of a change until its mirror was written, over the last 100 changes, ms; undefined before the first. */
  readonly lagMs?: { readonly p50: number; readonly p95: number };
}

/** What a mirror says of itself, as JSON in the ConfigMap of its status (key `status.json`). */
export interface MirrorStatus {
  readonly formatVersion: 1;
  readonly name: string;
  readonly preset: string;
  /** Of this package. */
  readonly version: string;
  /** RFC 3339; when this was written. Nothing is written while nothing changes: the Lease tells whether the mirror lives. */
  readonly updatedAt: string;
  readonly sources: readonly SourceStatus[];
  /** Objects that the mirror owns in the target. */
  readonly objects: { readonly services: number; readonly endpointSlices: number; readonly endpoints: number; readonly namespaces: number };
  /** The first 50, ordered by target; `problemCount` counts all. */
  readonly problems: readonly MirrorProblem[];
  readonly problemCount: number;
  /** Why the settings that were read last are not in use; empty where they are. */
  readonly settingsError: string;
}

/** Key of the status ConfigMap. */
export const STATUS_KEY = 'status.json';
