import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ERROR_CODES } from '../../base/error-codes.ts';
import { errorMessage, McsError } from '../../base/errors.ts';
import { readTar } from '../../base/tar.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { objectKey } from '../../api/resources.ts';
import { type Fleet, type FleetSource, surveyFleet, type SurveyOptions } from '../../inspect/survey-fleet.ts';
import type { DiagnoseReport } from '../report.ts';
import { createArchiveClient } from './archive-client.ts';
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, type ArchivedCluster, type ArchiveIndex } from './archive-format.ts';
import { createRecording, type Recording, type RecordedList, type RecordedMiss, type RecordedPath } from './recording.ts';

export interface Archive {
  readonly path: string;
  readonly index: ArchiveIndex;
  /** What the checks found when it was made. */
  readonly report: DiagnoseReport;
  /** By context. */
  readonly recordings: ReadonlyMap<string, Recording>;
}

/** No archive that `mcs gather` writes unpacks to more, nor to so many times its size; a crafted one could fill the memory. */
const MAX_UNPACKED = 2_000_000_000;
const MAX_RATIO = 250;
const ALWAYS_UNPACKED = 16_000_000;
const inflate = promisify(gunzip);

function malformed(path: string, why: string, cause?: unknown): McsError {
  return new McsError('MCS_ARCHIVE_MALFORMED', `Cannot read the archive "${path}": ${why}`, { hints: ['mcs gather'], cause });
}

async function unpack(path: string): Promise<ReadonlyMap<string, Buffer>> {
  const packed = await readFile(path).catch((error: unknown) => {
    throw new McsError('MCS_ARCHIVE_UNREADABLE', `Cannot read the archive "${path}": ${errorMessage(error)}`, { cause: error });
  });
  const unpacked = await inflate(packed, { maxOutputLength: Math.min(MAX_UNPACKED, Math.max(ALWAYS_UNPACKED, packed.length * MAX_RATIO)) }).catch((error: unknown) => {
    throw malformed(path, `it cannot be unpacked (${errorMessage(error)})`, error);
  });
  try {
    return readTar(unpacked);
  } catch (error) {
    throw malformed(path, errorMessage(error), error);
  }
}

/** Whether a value is what it should be; one that cannot even be asked is not. */
function holds<T>(value: T, isValid: (value: T) => boolean): boolean {
  try {
    return typeof value === 'object' && value !== null && isValid(value);
  } catch {
    return false;
  }
}

/** Files by their paths in the one folder of the archive. */
class Folder {
  readonly #path: string;
  readonly #files: ReadonlyMap<string, Buffer>;

  constructor(path: string, files: ReadonlyMap<string, Buffer>) {
    const root = [...files.keys()].find((name) => /^(\.\/)?[^/]+\/index\.json$/.test(name))?.slice(0, -'index.json'.length);
    if (root === undefined) throw malformed(path, 'it has no index.json');
    this.#path = path;
    this.#files = new Map([...files].flatMap(([name, content]) => (name.startsWith(root) ? [[name.slice(root.length), content] as const] : [])));
  }

  under(prefix: string): readonly string[] {
    return [...this.#files.keys()].filter((name) => name.startsWith(prefix));
  }

  /** Parsed and judged by `isValid`, undefined where there is no such file. */
  json<T>(name: string, isValid: (value: T) => boolean): T | undefined {
    const content = this.#files.get(name);
    if (content === undefined) return undefined;
    let value: T;
    try {
      value = JSON.parse(content.toString('utf8')) as T;
    } catch (error) {
      throw malformed(this.#path, `${name} is no JSON`, error);
    }
    if (!holds(value, isValid)) throw malformed(this.#path, `${name} is not what mcs gather writes`);
    return value;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

function isCluster({ context, name, missing, folder, error, leftOut }: Partial<ArchivedCluster>): boolean {
  const isError = error === undefined || (Object.hasOwn(ERROR_CODES, error.code) && isText(error.message) && Array.isArray(error.hints));
  return isText(context) && isText(name) && Array.isArray(missing) && isError && [folder, leftOut].every((text) => text === undefined || isText(text));
}

function isIndex({ clusters, createdAt, types }: Partial<ArchiveIndex>): boolean {
  return Array.isArray(clusters) && clusters.every(isCluster) && !Number.isNaN(Date.parse(createdAt ?? '')) && Array.isArray(types);
}

function readIndex(path: string, folder: Folder): ArchiveIndex {
  const index = folder.json<Partial<ArchiveIndex>>('index.json', ({ format }) => format === ARCHIVE_FORMAT) ?? {};
  const { formatVersion, mcsVersion } = index;
  if (formatVersion !== ARCHIVE_VERSION) throw new McsError('MCS_ARCHIVE_VERSION', `Cannot read the archive "${path}": its format is ${String(formatVersion)}, written by mcs ${String(mcsVersion)}, and this is the reader of format ${ARCHIVE_VERSION}`);
  if (!holds(index, isIndex)) throw malformed(path, 'index.json is not what mcs gather writes');
  return index as ArchiveIndex;
}

interface ArchivedList {
  readonly items: readonly KubeObject[];
  readonly mcs: { readonly requests: readonly RecordedList[]; readonly misses: readonly RecordedMiss[] };
}

const isObject = ({ kind, metadata }: Partial<KubeObject>): boolean => isText(kind) && isText(metadata?.name);
const isList = ({ items, mcs }: Partial<ArchivedList>): boolean => Array.isArray(items) && items.every(isObject) && Array.isArray(mcs?.requests) && Array.isArray(mcs.misses);

function readRecording(folder: Folder, { folder: name = '', server = '', serverTime }: ArchivedCluster): Recording {
  const recording = { ...createRecording(server), ...(serverTime !== undefined && { serverTime }) };
  const prefix = `clusters/${name}/objects/`;
  for (const file of folder.under(prefix)) {
    const { items, mcs } = folder.json<ArchivedList>(file, isList) ?? { items: [], mcs: { requests: [], misses: [] } };
    const objects = new Map(items.map((object) => [objectKey(object.metadata), object]));
    recording.collections.set(file.slice(prefix.length).replace(/\.json$/, ''), { objects, lists: [...mcs.requests], misses: [...mcs.misses] });
  }
  recording.paths.push(...(folder.json<RecordedPath[]>(`clusters/${name}/paths.json`, (paths) => Array.isArray(paths) && paths.every(({ path }) => isText(path))) ?? []));
  return recording;
}

/** Reads an archive. Throws MCS_ARCHIVE_UNREADABLE, MCS_ARCHIVE_MALFORMED and MCS_ARCHIVE_VERSION. */
export async function openArchive(path: string): Promise<Archive> {
  const folder = new Folder(path, await unpack(path));
  const index = readIndex(path, folder);
  const report = folder.json<DiagnoseReport>('report.json', ({ clusters }) => clusters.every(({ name, checks }) => isText(name) && checks.every(({ id, evidence }) => isText(id) && Array.isArray(evidence))));
  if (report === undefined) throw malformed(path, 'it has no report.json');
  const read = index.clusters.filter((cluster) => cluster.folder !== undefined);
  return { path, index, report, recordings: new Map(read.map((cluster) => [cluster.context, readRecording(folder, cluster)])) };
}

/** The clusters of an archive, as a survey of them found them at the time. Throws MCS_ARCHIVE_MALFORMED where it holds no objects. */
export async function fleetOf({ path, index, recordings }: Archive, options: SurveyOptions): Promise<Fleet> {
  if (!index.types.includes('resources')) throw malformed(path, 'it holds logs only, and no objects to look at');
  const sources = index.clusters.flatMap(({ context, error }): FleetSource[] => {
    const recording = recordings.get(context);
    if (error !== undefined) return [{ context, connect: () => Promise.reject(new McsError(error.code, error.message, { hints: error.hints })) }];
    return recording === undefined ? [] : [{ context, connect: () => Promise.resolve(createArchiveClient(recording)) }];
  });
  const fleet = await surveyFleet(sources, options);
  const leftOut = index.clusters.flatMap(({ context, leftOut: reason }) => (reason === undefined ? [] : [{ context, reason }]));
  return { ...fleet, leftOut: [...fleet.leftOut, ...leftOut] };
}
