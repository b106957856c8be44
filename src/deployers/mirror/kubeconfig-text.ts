import { McsError } from '../../base/errors.ts';
import { parse, stringify } from '../../base/yaml.ts';

export interface KubeconfigParts {
  /** Name of its cluster and of its context. */
  readonly name: string;
  readonly user: string;
  readonly server: string;
  /** PEM; empty for the system's trust store. */
  readonly ca: string;
  /** Name that the server's certificate has, where that is not its address. */
  readonly servername?: string;
  /** The server's certificate is not checked: only where the context that it was made with does not either. */
  readonly skipsVerification?: boolean;
  readonly token: string;
}

/** A kubeconfig with one context, whose user is a bearer token. */
export function kubeconfigText({ name, user, server, ca, servername, skipsVerification = false, token }: KubeconfigParts): string {
  const cluster = {
    server,
    ...(ca !== '' && { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
    ...(servername !== undefined && { 'tls-server-name': servername }),
    ...(skipsVerification && { 'insecure-skip-tls-verify': true }),
  };
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster }],
      users: [{ name: user, user: { token } }],
      contexts: [{ name, context: { cluster: name, user } }],
      'current-context': name,
    },
    { lineWidth: 0 },
  );
}

interface Entry {
  readonly name?: string;
  readonly context?: { readonly cluster?: string; readonly user?: string };
  readonly user?: Readonly<Record<string, unknown>>;
}

interface Kubeconfig {
  readonly clusters?: readonly Entry[];
  readonly users?: readonly Entry[];
  readonly contexts?: readonly Entry[];
}

/**
 * The kubeconfig with one of its contexts only: credentials of other clusters do not belong into the
 * mirror's Secret. Throws MCS_USAGE for a user that signs in by a program, which the image does not have.
 */
export function onlyContext(text: string, context: string, source: string): string {
  const { clusters = [], users = [], contexts = [] } = parse(text) as Kubeconfig;
  const chosen = contexts.find(({ name }) => name === context);
  const user = users.find(({ name }) => name === chosen?.context?.user);
  if (user?.user?.exec !== undefined || user?.user?.['auth-provider'] !== undefined) {
    throw new McsError('MCS_USAGE', `Cannot use context "${context}" for source "${source}": its user signs in by a program on this workstation, which a pod does not have`, {
      hints: [`--from ${context}   # makes a credential of its own there`],
    });
  }
  const kept = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: clusters.filter(({ name }) => name === chosen?.context?.cluster),
    users: user === undefined ? [] : [user],
    contexts: chosen === undefined ? [] : [chosen],
    'current-context': context,
  };
  return stringify(kept, { lineWidth: 0 });
}
