import { McsError } from '../base/errors.ts';
import type { ClusterAccess, TlsMaterial } from './client.ts';
import { chooseContext, type ChosenContext, KubeconfigFault, type KubeconfigFields, type KubeconfigText } from './kubeconfig-document.ts';
import { throughProxy } from './proxied-access.ts';
import { proxyFor } from './proxy-env.ts';

/** Fields of clusters and users that lead neither to a file nor to a program. */
const PLAIN_FIELDS: readonly string[] = [
  ...['server', 'certificate-authority-data', 'tls-server-name', 'insecure-skip-tls-verify', 'proxy-url'],
  ...['token', 'client-certificate-data', 'client-key-data', 'username', 'password', 'as'],
];

/** Fields of users that run a program, or let an SDK do so (`cmd-path` of an auth-provider). */
const PROGRAM_FIELDS = ['exec', 'auth-provider'];

/** Those of the fields that say something themselves. */
function plainFields(fields: KubeconfigFields): KubeconfigFields {
  return Object.fromEntries(Object.entries(fields).filter(([field, value]) => PLAIN_FIELDS.includes(field) && typeof value !== 'object'));
}

/** Throws KubeconfigFault for a user that signs in by a program. */
export function requireNoProgram({ user }: Pick<ChosenContext, 'user'>): void {
  const field = PROGRAM_FIELDS.find((name) => user?.fields[name] !== undefined && user.fields[name] !== null);
  if (field !== undefined) throw new KubeconfigFault(`its user signs in by a program (${field})`, { isProgram: true });
}

const textOf = (fields: KubeconfigFields, name: string): string | undefined => (typeof fields[name] === 'string' && fields[name] !== '' ? fields[name] : undefined);

function pemOf(fields: KubeconfigFields, name: string): string | undefined {
  const base64 = textOf(fields, name);
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('utf8');
}

function tlsOf(cluster: KubeconfigFields, user: KubeconfigFields): TlsMaterial {
  const [ca, cert, key] = [pemOf(cluster, 'certificate-authority-data'), pemOf(user, 'client-certificate-data'), pemOf(user, 'client-key-data')];
  const servername = textOf(cluster, 'tls-server-name');
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(servername !== undefined && { servername }),
    ...(cluster['insecure-skip-tls-verify'] === true && { rejectUnauthorized: false }),
  };
}

function headersOf(user: KubeconfigFields): Record<string, string> {
  const [token, name, as] = [textOf(user, 'token'), textOf(user, 'username'), textOf(user, 'as')];
  const basic = name === undefined ? undefined : `Basic ${Buffer.from(`${name}:${textOf(user, 'password') ?? ''}`).toString('base64')}`;
  const authorization = token === undefined ? basic : `Bearer ${token}`;
  return { ...(authorization !== undefined && { Authorization: authorization }), ...(as !== undefined && { 'Impersonate-User': as }) };
}

/**
 * Access with somebody else's kubeconfig, such as one of a Secret, through the proxy of the environment
 * if that has one for it. It runs no program and reads no file: a client library would follow
 * fields that are not asked about here (those of other users, merge keys), and takes some 25 MB. Throws KubeconfigFault.
 */
export function plainAccess({ text, context }: KubeconfigText, env: NodeJS.ProcessEnv): ClusterAccess {
  const choice = chooseContext([text], context);
  requireNoProgram(choice);
  const [cluster, user] = [choice.cluster, choice.user].map((entry) => plainFields(entry?.fields ?? {})) as [KubeconfigFields, KubeconfigFields];
  const headers = headersOf(user);
  const access = { server: choice.server, tls: tlsOf(cluster, user), headers: () => Promise.resolve(headers) };
  const proxy = textOf(cluster, 'proxy-url') ?? proxyFor(choice.server, env);
  return proxy === undefined ? access : throughProxy(access, proxy);
}

/** `plainAccess` to one of a Secret. `label` stands for it in messages. Throws MCS_KUBECONFIG_INVALID. */
export function secretKubeconfigAccess(text: string, label: string, env: NodeJS.ProcessEnv): ClusterAccess {
  try {
    return plainAccess({ text }, env);
  } catch (error) {
    if (!(error instanceof KubeconfigFault)) throw error;
    const state = error.isProgram ? `${error.message}, and a kubeconfig of a Secret runs none` : error.message;
    throw new McsError('MCS_KUBECONFIG_INVALID', `Cannot use the kubeconfig of ${label}: ${state}`, { hints: error.hints, details: { label } });
  }
}
