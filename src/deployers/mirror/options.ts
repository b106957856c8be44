import type { TaskResult } from '../../base/tasks.ts';
import type { ClusterAccess, KubeClient } from '../../kube/client.ts';
import type { WaitFor } from '../deploy-context.ts';
import type { ImageOptions } from '../images.ts';
import type { GeneralSettings, PreparedSource } from './merge-documents.ts';
import type { SourceChoices } from './prepare-source.ts';

/** A source that install makes a credential in. */
export interface SourceContext {
  /** Name of the source. */
  readonly name: string;
  readonly context: string;
  readonly client: KubeClient;
  readonly access: Pick<ClusterAccess, 'tls'>;
  /** Address of its API server as pods of the target see it. */
  readonly server?: string;
}

export interface InstallMirrorOptions {
  readonly name: string;
  readonly namespace: string;
  readonly general: GeneralSettings;
  readonly from: readonly SourceContext[];
  /** What is said of the sources in `from`. */
  readonly choices: SourceChoices;
  readonly sources: readonly PreparedSource[];
  readonly replacesSources: boolean;
  readonly credentialSeconds: number;
  readonly images: ImageOptions;
  readonly wait: WaitFor;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface InstalledSource {
  readonly name: string;
  readonly server: string;
}

/** Said wherever the right to remove namespaces is given: it is wider than it looks. */
export const REMOVAL_NOTE = 'To know that a namespace is empty, the mirror may list objects of every kind in every namespace, Secrets among them';

export interface InstallMirrorResult {
  readonly name: string;
  readonly namespace: string;
  /** In the order of their precedence. */
  readonly sources: readonly InstalledSource[];
  /** Names of sources that stood before and were not given now. */
  readonly keptSources: readonly string[];
  readonly removedSources: readonly string[];
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly isUnchanged: boolean;
  /** YAML of everything that a dry run would have applied. */
  readonly manifests?: string;
  readonly notes: readonly string[];
}
