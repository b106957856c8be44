import type { TaskResult } from '../../base/tasks.ts';
import type { WaitFor } from '../deploy-context.ts';
import type { ImageOptions } from '../images.ts';

export interface UpgradeOptions {
  /** Namespace of a broker that may be in this cluster. */
  readonly brokerNamespace: string;
  /** What is left out stays as installed, except the tag: that is the version of this package. */
  readonly images: ImageOptions;
  /** Go back to this version although a later one is installed. CRDs stay. */
  readonly allowDowngrade: boolean;
  readonly wait: WaitFor;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export const PARTS = ['broker', 'member'] as const;
export type PartName = (typeof PARTS)[number];

/** One part of the cluster, and what becomes of it. */
export interface UpgradedPart {
  readonly part: PartName;
  readonly from: string;
  readonly to: string;
  /** `update Deployment submariner-operator/mcs-dns`, in order; empty where all stands as it should. */
  readonly changes: readonly string[];
}

export interface UpgradeResult {
  readonly parts: readonly UpgradedPart[];
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly isUnchanged: boolean;
  /** YAML of everything that a dry run would have applied. */
  readonly manifests?: string;
}
