import { systemErrorCode } from '../../base/errors.ts';
import { candidateFiles } from '../../kube/kubeconfig.ts';
import { dirname, resolve } from 'node:path';
import { invalidConfig } from './invalid.ts';
import { type KubeconfigAccess, type KubeconfigRules, type KubeconfigFile, readKubeconfigSource, type ReadFile, readNamed } from './kubeconfig-source.ts';

/** What settings are made of, besides flags. */
export interface SettingsInput {
  /** What kubeconfigs of sources may do; default: all, as those of the person who runs the process. */
  readonly kubeconfigRules?: KubeconfigRules;
  readonly env: NodeJS.ProcessEnv;
  /** Text of a file by its path; relative ones are those of the process. */
  readonly readFile: ReadFile;
  /** Namespace of the process, where flags do not say where Lease and status stand. */
  readonly namespace?: string;
  /** Present value of the key `source-api` of service-reflector's ConfigMap, where that is followed. */
  readonly sourceApi?: string;
}

/** Reads what a file names by a path that is relative to it. */
export function readerBeside(file: string, readFile: ReadFile): ReadFile {
  return (path) => readFile(resolve(dirname(file), path));
}

/** Access to a context of one kubeconfig file, the current one by default. Throws MCS_MIRROR_CONFIG_INVALID. */
export function kubeconfigAccess(file: string, context: string | undefined, { readFile, kubeconfigRules }: SettingsInput, place: string): KubeconfigAccess {
  return readKubeconfigSource([{ text: readNamed(readFile, file, place), readFile: readerBeside(file, readFile) }], context, place, kubeconfigRules);
}

/** Access to a context of the kubeconfig of the user, as kubectl finds it. Throws MCS_MIRROR_CONFIG_INVALID. */
export function ownKubeconfigAccess(context: string | undefined, { env, readFile, kubeconfigRules }: SettingsInput, place: string): KubeconfigAccess {
  const candidates = candidateFiles({ env });
  const files = candidates.flatMap((file): KubeconfigFile[] => {
    const text = findText(file, readFile, place);
    return text === undefined ? [] : [{ text, readFile: readerBeside(file, readFile) }];
  });
  if (files.length > 0) return readKubeconfigSource(files, context, place, kubeconfigRules);
  throw invalidConfig(place, `there is no kubeconfig: ${candidates.map((file) => `"${file}"`).join(', ')} does not exist`, { hints: ['export KUBECONFIG=<file>'] });
}

/** As with kubectl, KUBECONFIG may list files that do not exist. */
function findText(file: string, readFile: ReadFile, place: string): string | undefined {
  try {
    return readFile(file);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return undefined;
    return readNamed(readFile, file, place);
  }
}
