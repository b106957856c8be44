import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * When a process began, as text that no later process of the same id shares; undefined if there is
 * no such process. A process id alone may have been given to somebody else.
 */
export async function findStartIdentity(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? findLinuxIdentity(pid) : findPsIdentity(pid);
}

async function findLinuxIdentity(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // the name, in parentheses, may hold blanks; the start time is field 22 of proc_pid_stat(5)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined; // has ended, and waits for its parent to notice
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()}:${fields[19] ?? ''}`;
  } catch {
    return undefined; // ENOENT: no such process
  }
}

async function findPsIdentity(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    return undefined; // ps ends with 1 where there is no such process
  }
}
