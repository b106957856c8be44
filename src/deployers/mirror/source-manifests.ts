import { MAX_OBJECT_NAME, fitName } from '../../api/names.ts';
import { type ManifestGroup, renderAll } from '../manifests.ts';
import type { TemplateSource } from '../templates.ts';

const MAX_LABEL_VALUE = 63;

/** Longest life of a token that a mirror obtains, s. */
export const MAX_CREDENTIAL_SECONDS = 604_800;

export interface SourceAccount {
  readonly account: string;
  readonly namespace: string;
}

/** Name of the rights of an account: of the ClusterRole, and of the Roles in single namespaces. */
export function sourceRoleName({ account, namespace }: SourceAccount): string {
  return fitName(`mcs-mirror-source.${namespace}.${account}`, MAX_OBJECT_NAME);
}

/** Value of the label on all that belongs to an account. */
export function sourceLabel({ account, namespace }: SourceAccount): string {
  return fitName(`${namespace}.${account}`, MAX_LABEL_VALUE);
}

export interface SourceManifestOptions extends SourceAccount {
  readonly version: string;
  /** Undefined: all. */
  readonly namespaces?: readonly string[];
  /** Whether the API server evaluates ValidatingAdmissionPolicies. */
  readonly hasAdmissionPolicies: boolean;
}

/** What a source gets: an account that reads what mirrors need, and nothing else. */
export async function renderSource(source: TemplateSource, { account, namespace, namespaces, hasAdmissionPolicies, version }: SourceManifestOptions): Promise<ManifestGroup[]> {
  const vars = { account, namespace, role: sourceRoleName({ account, namespace }), credential: sourceLabel({ account, namespace }), maxSeconds: MAX_CREDENTIAL_SECONDS, version };
  const cluster = await renderAll(source, ['mirror/source-cluster-role.yaml'], vars);
  const inNamespaces = await Promise.all((namespaces ?? []).map((readNamespace) => renderAll(source, ['mirror/source-namespace-role.yaml'], { ...vars, readNamespace })));
  // its first rule alone: which cluster this is
  const rights = namespaces === undefined ? cluster : [...cluster.map((object) => ('rules' in object ? { ...object, rules: (object.rules as readonly unknown[]).slice(0, 1) } : object)), ...inNamespaces.flat()];
  return [
    { title: `Namespace ${namespace}`, objects: await renderAll(source, ['mirror/namespace.yaml'], vars) },
    // before anybody has rights that it limits
    ...(hasAdmissionPolicies ? [{ title: 'Admission policy', objects: await renderAll(source, ['mirror/source-policy.yaml'], vars) }] : []),
    { title: 'Account and rights', objects: [...(await renderAll(source, ['mirror/source-account.yaml'], vars)), ...rights] },
  ];
}
