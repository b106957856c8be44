import { invalidConfig } from './invalid.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Fields of clusters and users that lead neither to a file nor to a program. */
const PLAIN_FIELDS: readonly string[] = [
  ...['server', 'certificate-authority-data', 'tls-server-name', 'insecure-skip-tls-verify', 'proxy-url'],
  ...['token', 'client-certificate-data', 'client-key-data', 'username', 'password', 'as'],
];

/** Fields of users that run a program, or let an SDK do so (`cmd-path` of an auth-provider). */
const PROGRAM_FIELDS = ['exec', 'auth-provider'];

/** Those of the fields that say something themselves. */
export function plainFields(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([field, value]) => PLAIN_FIELDS.includes(field) && typeof value !== 'object'));
}

/** Throws MCS_MIRROR_CONFIG_INVALID for a user that signs in by a program. */
export function requireNoProgram(user: Fields, place: string): void {
  const field = PROGRAM_FIELDS.find((name) => user[name] !== undefined && user[name] !== null);
  if (field === undefined) return;
  throw invalidConfig(place, `its user signs in by a program (${field}), and a mirror in a cluster runs none for a source`, {
    hints: ['mcs mirror credential --context <source> --output-file <file>   # a kubeconfig with a token', 'mcs mirror install --from <source>'],
  });
}

/** Files of the pod, its own token first of all, are not for the server that a foreign kubeconfig names. */
export function requireOwnFolder(readFile: (path: string) => string): (path: string) => string {
  return (path) => {
    if (path.startsWith('/') || path.split('/').includes('..')) throw new Error('it is not in the folder of the kubeconfig, by a relative path');
    return readFile(path);
  };
}
