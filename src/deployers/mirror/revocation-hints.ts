import { parse } from '../../base/yaml.ts';
import { findAccountToken } from '../../mirror/service-account-token.ts';

function contextOf(text: string): string {
  const { 'current-context': context = '<context>' } = parse(text) as { readonly 'current-context'?: string };
  return context;
}

/** Commands that take away the accounts whose tokens stand in these kubeconfigs. */
export function revocationHints(files: Readonly<Record<string, string>>): string[] {
  return Object.values(files).flatMap((text) => {
    const token = findAccountToken({ kind: 'kubeconfig', text });
    return token === undefined ? [] : [`mcs mirror credential --revoke --context ${contextOf(text)} --namespace ${token.namespace} --name ${token.account}`];
  });
}
