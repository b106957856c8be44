/*
 * What a mirror is told, whatever it was told by: flags, a file, a ConfigMap, or the flags of a
 * system that it takes the place of. Everything is filled in: defaults are the reader's affair.
 */

/** Whose flags, names and marks a mirror uses. */
export type MirrorPreset = 'none' | 'reflector' | 'cross-cluster';

/** How a source is reached. Contents of files stand in here, not their paths: a change of a file is a change of the settings. */
export type SourceAccess =
  /** A kubeconfig's text, and one of its contexts; its current one where none is named. */
  | { readonly kind: 'kubeconfig'; readonly text: string; readonly context?: string }
  /** An emitter, or any Kubernetes-style API. PEM texts; `token` is a bearer token. */
  | { readonly kind: 'url'; readonly url: string; readonly ca?: string; readonly token?: string; readonly cert?: string; readonly key?: string };

/** Which Services of a source are mirrored. All conditions hold at once. */
export interface SourceSelection {
  /** Equality and set requirements, asked of the source. Empty: every Service. */
  readonly labelSelector: string;
  /** Namespaces of the source; undefined: all. */
  readonly namespaces?: readonly string[];
  /** Only Services that have a ServiceExport (`multicluster.x-k8s.io`) of their name. */
  readonly exportedOnly: boolean;
}

/**
 * What is done where the target has no namespace for a mirror. `create`: makes it. `skip`: waits for
 * it, as a normal state. `fail`: waits for it, and reports that as trouble.
 */
export type NamespacePolicy = 'create' | 'skip' | 'fail';

/** Names in the target, from `{namespace}`, `{name}` and `{source}` (the source's name). */
export interface NameMapping {
  readonly namespace: string;
  readonly name: string;
}

export interface SourceSettings {
  /** DNS label, unique in the mirror: it stands in the ownership tag as the origin cluster. */
  readonly name: string;
  readonly access: SourceAccess;
  readonly selection: SourceSelection;
  readonly namespacePolicy: NamespacePolicy;
  readonly mapping: NameMapping;
  /** `keep`: endpoints that are not ready are mirrored as such. `drop`: they are left out. */
  readonly notReady: 'keep' | 'drop';
}

export interface MirrorSettings {
  /** Name of the installation, a DNS label: `mirror-<name>` owns what is written, and names the Lease and status. */
  readonly name: string;
  /** Namespace of the Lease, the status and the configuration in the target. */
  readonly namespace: string;
  readonly preset: MirrorPreset;
  /** The most important first: of several sources of one name the first one that has it wins. */
  readonly sources: readonly SourceSettings[];
  /** Namespaces of the target that may be written to; undefined: all but those of the system (`namespaceRefusal`). */
  readonly targetNamespaces?: readonly string[];
  readonly denyNamespaces?: readonly string[];
  /** Writes core/v1 Endpoints too, for readers that know no EndpointSlices. */
  readonly endpoints: boolean;
  /** Whether namespaces that the mirror made are removed once nothing but its mirrors was ever left in them. */
  readonly removeNamespaces: boolean;
  /** Between two sweeps for orphans, s. */
  readonly sweepSeconds: number;
}

/** Value of the ownership label on what a mirror writes. */
export function mirrorOwner(name: string): string {
  return `mirror-${name}`;
}

/** Name of nearly everything that an installation has: ConfigMap, Secret, Deployment, ServiceAccount, rights, Lease. */
export function mirrorObjectName(name: string): string {
  return `mcs-mirror-${name}`;
}

/** Name of the ConfigMap with the status of an installation. */
export function mirrorStatusName(name: string): string {
  return `${mirrorObjectName(name)}-status`;
}
