import { errorMessage } from '../../base/errors.ts';
import type { ClusterAccess } from '../../kube/client.ts';
import { chooseContext, type FoundEntry, KubeconfigFault, type KubeconfigFields, type KubeconfigText, stringifyContext } from '../../kube/kubeconfig-document.ts';
import { plainAccess, requireNoProgram } from '../../kube/plain-kubeconfig.ts';
import type { SourceAccess } from '../settings.ts';
import { invalidConfig } from './invalid.ts';

/** Text of a file; throws where there is none. */
export type ReadFile = (path: string) => string;

/** A kubeconfig that was read, and how what it names by path is read. */
export interface KubeconfigFile {
  readonly text: string;
  /** Paths are relative to this kubeconfig. */
  readonly readFile: ReadFile;
}

export interface KubeconfigAccess {
  readonly access: SourceAccess;
  /** URL of the API server. */
  readonly server: string;
}

/** What a kubeconfig may do. */
export interface KubeconfigRules {
  /**
   * It is somebody else's text, as in a pod, where the owner of a source has made it: it runs no program,
   * and names no file but those in its own folder.
   */
  readonly isForeign?: boolean;
}

/** File fields of a kubeconfig, with the field that holds the same in place, in base64 but for the token. */
const FILE_FIELDS: readonly (readonly [string, string])[] = [
  ['certificate-authority', 'certificate-authority-data'],
  ['client-certificate', 'client-certificate-data'],
  ['client-key', 'client-key-data'],
  ['tokenFile', 'token'],
];

function configError(fault: KubeconfigFault, place: string): Error {
  if (!fault.isProgram) return invalidConfig(place, fault.message, fault.hints.length > 0 ? { hints: fault.hints } : {});
  return invalidConfig(place, `${fault.message}, and a mirror in a cluster runs none for a source`, {
    hints: ['mcs mirror credential --context <source> --output-file <file>   # a kubeconfig with a token', 'mcs mirror install --from <source>'],
  });
}

/** Throws MCS_MIRROR_CONFIG_INVALID, naming `place`, for what is wrong with a kubeconfig. */
function at<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof KubeconfigFault ? configError(error, place) : error;
  }
}

/** Files of the pod, its own token first of all, are not for the server that a foreign kubeconfig names. */
function requireOwnFolder(readFile: ReadFile): ReadFile {
  return (path) => {
    if (path.startsWith('/') || path.split('/').includes('..')) throw new Error('it is not in the folder of the kubeconfig, by a relative path');
    return readFile(path);
  };
}

/** A field that names a file becomes one that holds its content: settings hold texts, so that a changed file is a changed setting. */
function withContents(fields: KubeconfigFields, readFile: ReadFile, place: string): KubeconfigFields {
  const result: Record<string, unknown> = { ...fields };
  for (const [fileField, dataField] of FILE_FIELDS) {
    const path = result[fileField];
    if (typeof path !== 'string' || path === '') continue;
    Reflect.deleteProperty(result, fileField);
    if (typeof result[dataField] === 'string' && result[dataField] !== '') continue; // the data counts, as with kubectl
    const content = readNamed(readFile, path, `${place}: ${fileField}`);
    result[dataField] = dataField === 'token' ? content.trim() : Buffer.from(content).toString('base64');
  }
  return result;
}

/** Text of a file that a setting names. Throws MCS_MIRROR_CONFIG_INVALID. */
export function readNamed(readFile: ReadFile, path: string, place: string): string {
  try {
    return readFile(path);
  } catch (error) {
    throw invalidConfig(place, `cannot read "${path}": ${errorMessage(error)}`, { cause: error });
  }
}

function hasFiles(fields: KubeconfigFields | undefined): boolean {
  return FILE_FIELDS.some(([fileField]) => typeof fields?.[fileField] === 'string' && fields[fileField] !== '');
}

/**
 * Access to one context of a kubeconfig, or of several that are merged as kubectl does. The text stays
 * as it is where it stands for itself; else it is one of that context alone, with the files in it.
 * Throws MCS_MIRROR_CONFIG_INVALID, naming `place`.
 */
export function readKubeconfigSource(files: readonly KubeconfigFile[], context: string | undefined, place: string, { isForeign = false }: KubeconfigRules = {}): KubeconfigAccess {
  const choice = at(place, () => {
    const chosen = chooseContext(files.map(({ text }) => text), context);
    if (isForeign) requireNoProgram(chosen);
    return chosen;
  });
  const { name, cluster, user, server } = choice;
  const [only] = files;
  if (files.length === 1 && only !== undefined && !hasFiles(cluster?.fields) && !hasFiles(user?.fields)) {
    return { access: { kind: 'kubeconfig', text: only.text, context: name }, server };
  }
  const embed = (found: FoundEntry | undefined): KubeconfigFields => {
    const readFile = found && files[found.index]?.readFile;
    if (readFile === undefined) return {};
    return withContents(found?.fields ?? {}, isForeign ? requireOwnFolder(readFile) : readFile, place);
  };
  return { access: { kind: 'kubeconfig', text: stringifyContext(choice, embed(cluster), user && embed(user)), context: name }, server };
}

/** How a source with a foreign kubeconfig is reached (`plainAccess`). Throws MCS_MIRROR_CONFIG_INVALID. */
export function foreignAccess(kubeconfig: KubeconfigText, place: string, env: NodeJS.ProcessEnv): ClusterAccess {
  return at(place, () => plainAccess(kubeconfig, env));
}
