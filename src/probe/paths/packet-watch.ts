import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type Clock, sleep } from '../../base/clock.ts';
import type { Exec } from '../../base/exec.ts';
import type { PathsRequest, SeenDatagrams } from './paths-request.ts';
import { readTable, renderTable } from './watch-rules.ts';

/** Notes what arrives, until it is ended. */
export interface PacketWatch {
  /** Throws where the table is not there any more. */
  read(): Promise<readonly SeenDatagrams[]>;
  end(): Promise<void>;
}

const APPEARS_MS = 2_000;
const LOOK_MS = 100;
/** Looks at the table at the end: nft 1.0.6 crashes now and then where it lists one with an owner as JSON. */
const LOOKS = 4;

async function list(exec: Exec, table: string): Promise<string | undefined> {
  const { stdout, code } = await exec('nft', ['--json', 'list', 'table', 'inet', table]);
  return code === 0 ? stdout : undefined;
}

async function appears(exec: Exec, table: string, child: ChildProcess, clock: Clock): Promise<boolean> {
  const until = clock.monotonic() + APPEARS_MS;
  while (clock.monotonic() < until && child.exitCode === null) {
    if ((await list(exec, table)) !== undefined) return true;
    await sleep(clock, LOOK_MS);
  }
  return false;
}

/** A table that an interactive nft owns: it goes when that ends, for whatever reason. Undefined for a kernel before 5.12. */
async function ownTable(exec: Exec, request: PathsRequest, clock: Clock): Promise<(() => Promise<void>) | undefined> {
  // its history of commands has no place on a node, nor in a file system that is read-only
  const child = spawn('nft', ['--interactive'], { stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, HOME: '/nonexistent' } });
  const ended = once(child, 'close').catch(() => undefined);
  child.stdin.on('error', () => undefined); // that it is gone is seen by its table
  child.stdin.write(`${renderTable(request, true)}\n`);
  const end = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  if (await appears(exec, request.table, child, clock)) return end;
  await end();
  return undefined;
}

/** Begins to watch. Throws with the reason where no table can be made. */
export async function watchPackets(exec: Exec, request: PathsRequest, clock: Clock): Promise<PacketWatch> {
  const { table, await: awaited } = request;
  const read = async (): Promise<readonly SeenDatagrams[]> => {
    for (let look = 0; look < LOOKS; look += 1) {
      const text = await list(exec, table);
      if (text !== undefined) return readTable(text, awaited);
    }
    throw new Error(`the table ${table} of nftables was removed`);
  };
  const end = await ownTable(exec, request, clock);
  if (end !== undefined) return { read, end };
  const { code, stderr } = await exec('nft', ['--file', '-'], { input: `${renderTable(request, false)}\n` });
  if (code !== 0) throw new Error(`nftables: ${stderr.trim().split('\n')[0] ?? `exit code ${code}`}`);
  return {
    read,
    end: async () => {
      await exec('nft', ['delete', 'table', 'inet', table]);
    },
  };
}
