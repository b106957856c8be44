import { isDnsLabel } from './names.ts';
import type { ConfigMap } from './types/index.ts';

/** Namespaces whose shared services are found as names of `cluster.local` too. */
export type NamespaceChoice = '*' | ReadonlySet<string>;

/** What the ConfigMap `mcs-cluster-local` of a member says. */
export interface ClusterLocal {
  /** `<service>.<namespace>.svc.cluster.local`, answered by our name server. */
  readonly fallthrough: NamespaceChoice;
  /** `<service>-<cluster>.<namespace>.svc.cluster.local`, as Services. */
  readonly reflection: NamespaceChoice;
}

export type ClusterLocalKey = keyof ClusterLocal;

const NONE: ReadonlySet<string> = new Set();

/** Namespaces from `a,b` or `*`; what can be no namespace is left out. */
export function parseNamespaceChoice(text: string | undefined): NamespaceChoice {
  const names = (text ?? '').split(/[\s,]+/);
  return names.includes('*') ? '*' : new Set(names.filter(isDnsLabel));
}

/** The text that `parseNamespaceChoice` reads; undefined for no namespace at all. */
export function formatNamespaceChoice(choice: NamespaceChoice): string | undefined {
  if (choice === '*') return choice;
  return choice.size === 0 ? undefined : [...choice].toSorted().join(',');
}

export function includesNamespace(choice: NamespaceChoice, namespace: string): boolean {
  return choice === '*' || choice.has(namespace);
}

/** Nothing where there is no ConfigMap. */
export function readClusterLocal(configMap: Pick<ConfigMap, 'data'> | undefined): ClusterLocal {
  const { fallthrough, reflection } = configMap?.data ?? {};
  return {
    fallthrough: fallthrough === undefined ? NONE : parseNamespaceChoice(fallthrough),
    reflection: reflection === undefined ? NONE : parseNamespaceChoice(reflection),
  };
}
