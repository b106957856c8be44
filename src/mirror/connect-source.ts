import type { ClusterAccess } from '../kube/client.ts';
import { proxyFor, throughProxy } from '../kube/access.ts';
import { accessForContext } from '../kube/kubeconfig-access.ts';
import { loadKubeconfigText } from '../kube/kubeconfig-text.ts';
import type { SourceAccess } from './settings.ts';

/**
 * How a source is reached, through the proxy of the environment if that has one for it.
 * Throws MCS_KUBECONFIG_INVALID and MCS_UNKNOWN_CONTEXT.
 */
export function sourceAccess(access: SourceAccess, label: string, env: NodeJS.ProcessEnv): ClusterAccess {
  if (access.kind === 'kubeconfig') return accessForContext(loadKubeconfigText(access.text, label), access.context, { env });
  const { url, ca, cert, key, token } = access;
  const direct: ClusterAccess = {
    server: url,
    tls: { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) },
    headers: () => Promise.resolve(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const proxy = proxyFor(url, env);
  return proxy === undefined ? direct : throughProxy(direct, proxy);
}
