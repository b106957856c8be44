/** What `mcs lint` calls a mistake; scripts may select by it. */
export type LintRule =
  | 'yaml'
  | 'schema'
  | 'name'
  | 'duplicate'
  | 'no-service'
  | 'service-type'
  | 'ports'
  | 'endpoints'
  | 'settings'
  | 'namespace'
  | 'policy'
  | 'import-by-hand'
  | 'conflict'
  | 'not-merged';

export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly rule: LintRule;
  /** Path as it was given; `-` is the standard input. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** `ServiceExport shop/nginx`; absent where there is no object. */
  readonly object?: string;
  readonly message: string;
  /** What cures it. */
  readonly fix?: string;
}

/** A place in a file. */
export interface Place {
  readonly line: number;
  readonly column: number;
}
