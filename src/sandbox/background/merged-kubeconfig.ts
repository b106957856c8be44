import { mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { systemErrorCode } from '../../base/errors.ts';
import { replaceFile } from '../../base/replace-file.ts';
import { type ClusterEntry, mergeKubeconfig, unmergeKubeconfig } from '../kubeconfig.ts';
import { type SandboxPlace, type SandboxState, writeState } from './state.ts';

/** The file that kubectl itself would write to: the first of KUBECONFIG, else `~/.kube/config`. */
export function userKubeconfig(env: NodeJS.ProcessEnv, home: string): string {
  return env.KUBECONFIG?.split(delimiter).find((path) => path !== '') ?? join(home, '.kube', 'config');
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

/** Keeps the mode of the file, and follows a symbolic link. */
async function rewriteFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const target = await realpath(path).catch(() => path);
  const mode = await stat(target).then((found) => found.mode & 0o777, () => 0o600);
  await replaceFile(target, text, { mode });
}

interface Kubeconfig {
  readonly clusters: { readonly name: string; readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } }[];
  readonly users: { readonly name: string; readonly user: { readonly token: string } }[];
}

async function entriesOf(kubeconfig: string): Promise<ClusterEntry[]> {
  const { clusters, users } = parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  return clusters.map(({ cluster, name }) => ({
    name,
    server: cluster.server,
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString('utf8'),
    token: users.find((each) => each.name === name)?.user.token ?? '',
  }));
}

/** Puts the contexts of a running sandbox into the user's kubeconfig, and remembers where. */
export async function mergeIntoUser(place: SandboxPlace, state: SandboxState, path: string): Promise<SandboxState> {
  const before = await readOrEmpty(path);
  const after = mergeKubeconfig(before, state.name, await entriesOf(state.kubeconfig));
  if (after !== before) await rewriteFile(path, after);
  const merged = { ...state, mergedInto: path };
  await writeState(place, merged);
  return merged;
}

/** Takes them out again, wherever they were put. */
export async function unmergeFromUser({ mergedInto, name }: SandboxState): Promise<void> {
  if (mergedInto === undefined) return;
  const before = await readOrEmpty(mergedInto);
  const after = before === '' ? '' : unmergeKubeconfig(before, name);
  if (after !== before) await rewriteFile(mergedInto, after);
}
