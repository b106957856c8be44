import { count } from '../check.ts';
import type { Missing } from './collect-objects.ts';

/** A file to be, in text. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Files of one cluster. */
export interface ClusterFiles {
  readonly objects: readonly TextFile[];
  readonly logs: readonly TextFile[];
}

const sizeOf = ({ text }: TextFile): number => Buffer.byteLength(text);
/** Lists of objects come after what all checks begin with. */
const isList = ({ path }: TextFile): number => (path.startsWith('objects/') ? 1 : 0);

/** `1.5 MB` */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return count(bytes, 'byte');
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** The last lines of a text that fit; a line that was cut is left out. */
export function lastLines(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  const newline = bytes.indexOf('\n', bytes.length - maxBytes - 1);
  return newline < 0 ? '' : bytes.toString('utf8', newline + 1);
}

/**
 * What of a cluster fits into its share of the archive. Objects go before logs, small files before
 * large ones; logs are cut at their beginnings, each to the same length at most.
 */
export function fitFiles({ objects, logs }: ClusterFiles, maxBytes: number): { readonly files: readonly TextFile[]; readonly missing: readonly Missing[] } {
  const files: TextFile[] = [];
  const missing: Missing[] = [];
  let room = maxBytes;
  for (const file of objects.toSorted((a, b) => isList(a) - isList(b) || sizeOf(a) - sizeOf(b))) {
    const size = sizeOf(file);
    if (size <= room) {
      files.push(file);
      room -= size;
    } else missing.push({ what: file.path, reason: `too large: ${formatSize(size)}` });
  }
  let left = logs.length;
  for (const log of logs.toSorted((a, b) => sizeOf(a) - sizeOf(b))) {
    const size = sizeOf(log);
    const text = lastLines(log.text, Math.floor(room / left));
    left -= 1;
    room -= Buffer.byteLength(text);
    if (text !== '' || size === 0) files.push({ ...log, text });
    if (text !== log.text) missing.push({ what: log.path, reason: `only the last ${formatSize(Buffer.byteLength(text))} of ${formatSize(size)} fit` });
  }
  return { files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)), missing };
}
