import { McsError } from '../../base/errors.ts';
import type { TaskResult } from '../../base/tasks.ts';
import type { WaitFor } from '../deploy-context.ts';
import type { ImageOptions } from '../images.ts';

/** Parts of a clusterset that `--components` may name. */
export const COMPONENTS = ['service-discovery', 'connectivity'] as const;
export type Component = (typeof COMPONENTS)[number];

/** Checks the values of `--components`. Throws MCS_USAGE. */
export function parseComponents(names: readonly string[]): Component[] {
  const known = names.map((name) => COMPONENTS.find((component) => component === name));
  const unknown = names.find((_name, index) => known[index] === undefined);
  if (unknown === undefined && known.length > 0) return [...new Set(known.filter((component) => component !== undefined))].sort();
  const state = unknown === undefined ? 'it names none' : `"${unknown}" is none`;
  throw new McsError('MCS_USAGE', `Cannot use --components "${names.join(',')}": ${state}`, { hints: [`--components ${COMPONENTS.join(',')}`] });
}

export interface DeployBrokerOptions {
  /** `-n`, submariner-k8s-broker by default. */
  readonly brokerNamespace: string;
  readonly components: readonly Component[];
  readonly images: ImageOptions;
  /** Address under which members reach the broker; the kubeconfig's by default. */
  readonly brokerUrl?: string;
  /** CA of the kubeconfig, PEM; empty where it names none. */
  readonly kubeconfigCa: string;
  readonly tokenTtlSeconds: number;
  /** Path of the broker-info file. */
  readonly outputFile: string;
  /** The user's configuration directory, where the join key is kept. */
  readonly configDir: string;
  readonly wait: WaitFor;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface DeployBrokerResult {
  readonly server: string;
  readonly namespace: string;
  readonly components: readonly string[];
  /** The broker-info file; absent after a dry run. */
  readonly file?: { readonly path: string; readonly fingerprint: string; readonly expiresAt: string; readonly backup?: string };
  /** The join key, only when a new file was written. */
  readonly joinKey?: string;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly isUnchanged: boolean;
  /** YAML of everything that a dry run would write. */
  readonly manifests?: string;
}
