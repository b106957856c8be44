import { findKubeconfigToken, type ServiceAccountToken } from '../kube/service-account-token.ts';
import type { SourceAccess } from './settings.ts';

/** The ServiceAccount token that a source is read with; undefined for any other way to sign in. */
export function findAccountToken(access: SourceAccess): ServiceAccountToken | undefined {
  return access.kind === 'kubeconfig' ? findKubeconfigToken(access) : undefined;
}
