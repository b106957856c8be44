import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiagnoseReport } from '../../diagnose/report.ts';

/** The pages in docs/checks of all checks that found something, by id. A page that is not installed is left out. */
export async function readCheckPages(packageRoot: string, { clusters }: DiagnoseReport): Promise<ReadonlyMap<string, string>> {
  const found = clusters.flatMap(({ checks }) => checks.filter(({ status }) => status === 'fail' || status === 'warn').map(({ id }) => id));
  // ids of a report from a pod could be anything
  const ids = [...new Set(found)].filter((id) => /^MCS(-[A-Z0-9]+)+$/.test(id));
  const pages = await Promise.all(ids.map(async (id): Promise<[string, string] | undefined> => {
    const text = await readFile(join(packageRoot, 'docs', 'checks', `${id}.md`), 'utf8').catch(() => undefined); // not installed
    return text === undefined ? undefined : [id, text];
  }));
  return new Map(pages.filter((page) => page !== undefined));
}
