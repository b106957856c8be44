import { open, realpath, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorMessage, McsError, systemErrorCode } from '../../base/errors.ts';
import { replaceFile, temporaryFor } from '../../base/replace-file.ts';

function cannotWrite(path: string, why: string, cause?: unknown): McsError {
  return new McsError('MCS_REPORT_WRITE', `Cannot write the report "${path}": ${why}`, { ...(cause !== undefined && { cause }) });
}

/** What the system says, without the name that only we know: that of the temporary file. */
const reasonOf = (error: unknown): string => errorMessage(error).replace(/, \w+ '[^]*'$/, '');

/** The file behind a link, so that the link stays; the path itself where there is nothing yet. */
async function targetOf(path: string): Promise<string> {
  try {
    const target = await realpath(path);
    // a device or a pipe would be replaced by a file
    if (!(await stat(target)).isFile()) throw cannotWrite(path, 'it is there, and is no file');
    return target;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return resolve(path);
    throw error instanceof McsError ? error : cannotWrite(path, reasonOf(error), error);
  }
}

/** Throws MCS_REPORT_WRITE where `writeReportFile` could not write: to be asked before a long work for it begins. */
export async function requireWritableReport(path: string): Promise<void> {
  const temporary = temporaryFor(await targetOf(path));
  try {
    // permissions alone do not tell: there are folders in which nobody can make a file
    await (await open(temporary, 'wx')).close();
    await rm(temporary);
  } catch (error) {
    throw cannotWrite(path, reasonOf(error), error);
  }
}

/** Writes the whole file or leaves what was there. Throws MCS_REPORT_WRITE. */
export async function writeReportFile(path: string, text: string): Promise<void> {
  const target = await targetOf(path);
  try {
    await replaceFile(target, text, { flush: true });
  } catch (error) {
    throw cannotWrite(path, reasonOf(error), error);
  }
}
