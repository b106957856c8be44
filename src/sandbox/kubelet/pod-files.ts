import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Container, Pod, Volume } from '../../api/types/index.ts';
import { replaceFile } from '../../base/replace-file.ts';
import { ContainerConfigError } from './config-error.ts';
import type { PodInputs } from './pod-inputs.ts';

/** What a container finds in its file system, by absolute path inside the container. */
export interface FilePlan {
  readonly directories: readonly string[];
  readonly files: ReadonlyMap<string, Buffer>;
}

interface KeyToPath {
  readonly key: string;
  readonly path: string;
}

interface DataSource {
  readonly kind: string;
  readonly name: string;
  readonly optional: boolean;
  readonly items: readonly KeyToPath[] | undefined;
  readonly data: Readonly<Record<string, Buffer>> | undefined;
}

function bufferValues(data: Readonly<Record<string, string>> | undefined, encoding: 'base64' | 'utf8'): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, encoding)]));
}

/** A simulated node has no kernel of its own: what pods look for in these places is not there. */
function isKernelPath(path: string | undefined): boolean {
  return path !== undefined && /^\/(proc|sys|dev|run)\//.test(path) && !path.includes('..');
}

function sourceOf(volume: Volume, namespace: string, inputs: PodInputs): DataSource | undefined {
  const { secret, configMap } = volume as { secret?: Volume['secret'] & { items?: KeyToPath[] }; configMap?: Volume['configMap'] & { items?: KeyToPath[] } };
  if (secret !== undefined) {
    const found = inputs.findSecret(namespace, secret.secretName);
    return { kind: 'Secret', name: secret.secretName, optional: secret.optional === true, items: secret.items, data: found && bufferValues(found.data, 'base64') };
  }
  if (configMap !== undefined) {
    const found = inputs.findConfigMap(namespace, configMap.name);
    return { kind: 'ConfigMap', name: configMap.name, optional: configMap.optional === true, items: configMap.items, data: found && bufferValues(found.data, 'utf8') };
  }
  if (volume.emptyDir !== undefined || isKernelPath(volume.hostPath?.path)) return undefined;
  throw new ContainerConfigError(`volume "${volume.name}" is of a kind that is not simulated`);
}

function filesOf(source: DataSource): ReadonlyMap<string, Buffer> {
  const { kind, name, optional, items, data } = source;
  if (data === undefined && !optional) throw new ContainerConfigError(`${kind} "${name}" not found`);
  const wanted = items ?? Object.keys(data ?? {}).map((key) => ({ key, path: key }));
  const files = new Map<string, Buffer>();
  for (const { key, path } of wanted) {
    const content = data?.[key];
    if (content !== undefined) files.set(path, content);
    else if (!optional) throw new ContainerConfigError(`${kind} "${name}" has no key "${key}"`);
  }
  return files;
}

/** The files of a container's mounts. Throws ContainerConfigError for what is missing or not simulated. */
export function planFiles(pod: Pod, container: Container, inputs: PodInputs): FilePlan {
  const directories: string[] = [];
  const files = new Map<string, Buffer>();
  for (const mount of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find(({ name }) => name === mount.name);
    if (volume === undefined) throw new ContainerConfigError(`volume "${mount.name}" is not declared`);
    if ('subPath' in mount) throw new ContainerConfigError(`subPath of volume "${mount.name}" is not simulated`);
    directories.push(mount.mountPath);
    const source = sourceOf(volume, pod.metadata.namespace ?? '', inputs);
    if (source === undefined) continue;
    for (const [path, content] of filesOf(source)) files.set(join(mount.mountPath, path), content);
  }
  return { directories, files };
}

/** Keeps the files below one root as the last plan says; only what differs is written. */
export class FileKeeper {
  readonly #root: string;
  #written = new Map<string, Buffer>();

  constructor(root: string) {
    this.#root = root;
  }

  async apply({ directories, files }: FilePlan): Promise<void> {
    for (const directory of directories) await mkdir(join(this.#root, directory), { recursive: true, mode: 0o700 });
    for (const path of this.#written.keys()) if (!files.has(path)) await rm(join(this.#root, path), { force: true });
    for (const [path, content] of files) if (this.#written.get(path)?.equals(content) !== true) await this.#write(path, content);
    this.#written = new Map(files);
  }

  async #write(path: string, content: Buffer): Promise<void> {
    const target = join(this.#root, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await replaceFile(target, content, { mode: 0o600 });
  }
}
