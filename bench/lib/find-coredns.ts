import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { isInstalled } from '../../tools/demo/shell.ts';

/**
 * The CoreDNS to compare with: on the PATH, else the packed one beside the lab of real clusters
 * (`MCS_LAB`, by default a neighbour of this repository), unpacked into `folder`. Undefined where
 * there is none.
 */
export function findCoreDns(root: string, folder: string): string | undefined {
  if (isInstalled('coredns', process.env)) return 'coredns';
  const lab = process.env.MCS_LAB ?? resolve(root, '../shared/lab/lab');
  const packed = join(dirname(lab), 'bin', 'coredns.zst');
  if (!existsSync(packed)) return undefined;
  const unpacked = join(folder, 'coredns');
  writeFileSync(unpacked, zstdDecompressSync(readFileSync(packed)), { mode: 0o755 });
  return unpacked;
}
