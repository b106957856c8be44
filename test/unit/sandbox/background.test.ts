import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';
import { mergeIntoUser, unmergeFromUser, userKubeconfig } from '../../../src/sandbox/background/merged-kubeconfig.ts';
import { findStartIdentity } from '../../../src/sandbox/background/process-identity.ts';
import { startBackground, type StartOptions } from '../../../src/sandbox/background/start.ts';
import { claimState, findState, isRunning, sandboxPlace, type SandboxPlace, writeState } from '../../../src/sandbox/background/state.ts';
import { stopBackground } from '../../../src/sandbox/background/stop.ts';
import { renderKubeconfig } from '../../../src/sandbox/kubeconfig.ts';
import { eventually } from '../../helpers/eventually.ts';

const STATE_MODULE = join(import.meta.dirname, '../../../src/sandbox/background/state.ts');
const IDENTITY_MODULE = join(import.meta.dirname, '../../../src/sandbox/background/process-identity.ts');
/** Plays the background process: claims the state as it does, then does as told. */
const fakeAgent = (then: string): string => `
  const { claimState, writeState } = await import(${JSON.stringify(STATE_MODULE)});
  const { findStartIdentity } = await import(${JSON.stringify(IDENTITY_MODULE)});
  const place = { name: process.argv[3], directory: process.argv[5] };
  const state = { name: place.name, phase: 'running', pid: process.pid, identity: await findStartIdentity(process.pid), startedAt: 'now', kubeconfig: '', clusters: Array.from({ length: Number(process.argv[7]) }, (_, index) => ({ name: 'cluster' + index })) };
  ${then}`;
const RUNS = "await claimState(place, state); process.send({ type: 'progress', text: 'the API servers' }); process.send({ type: 'ready', state }); process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);";

let folder: string;
let place: SandboxPlace;
const pids = new Set<number>();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcs-background-'));
  place = sandboxPlace(folder, 'demo');
});
afterEach(async () => {
  for (const pid of pids) if ((await findStartIdentity(pid)) !== undefined) process.kill(pid, 'SIGKILL');
  pids.clear();
  await rm(folder, { recursive: true, force: true });
});

async function start(script: string, more: Partial<StartOptions> = {}): ReturnType<typeof startBackground> {
  const agentScript = join(folder, 'agent.mjs');
  await writeFile(agentScript, fakeAgent(script));
  const result = await startBackground({ place, clusters: 2, agentScript, packageRoot: folder, timeoutMs: 20_000, signal: new AbortController().signal, attached: false, onProgress: () => undefined, ...more });
  pids.add(result.state.pid);
  return result;
}
const stop = (): ReturnType<typeof stopBackground> => stopBackground({ place, timeoutMs: 20_000, signal: new AbortController().signal, clock: systemClock });

describe('findStartIdentity', () => {
  it('is the same for one process, another for another, and none for one that has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const identity = await findStartIdentity(child.pid ?? 0);
    expect(identity).toBe(await findStartIdentity(child.pid ?? 0));
    expect(identity).not.toBe(await findStartIdentity(process.pid));
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    expect(await findStartIdentity(child.pid ?? 0)).toBeUndefined();
  });
});

describe('startBackground', () => {
  it('waits until the process says that it is ready, and passes on what it waits for', async () => {
    const progress: string[] = [];
    const { outcome, state } = await start(RUNS, { onProgress: (text) => void progress.push(text) });
    expect([outcome, progress, await isRunning(state)]).toEqual(['created', ['the API servers'], true]);
    expect((await stat(place.directory)).mode & 0o777).toBe(0o700);
  });

  it('leaves one that runs as it is, and refuses another number of clusters', async () => {
    const first = await start(RUNS);
    const again = await start(RUNS);
    expect([again.outcome, again.state.pid]).toEqual(['unchanged', first.state.pid]);
    await expect(start(RUNS, { clusters: 3 })).rejects.toMatchObject({ code: 'MCS_SANDBOX_RUNNING' });
  });

  it('clears away what a killed one left, and starts', async () => {
    const { state } = await start(RUNS);
    process.kill(state.pid, 'SIGKILL');
    await eventually(async () => !(await isRunning(state)));
    await writeFile(join(place.directory, 'left'), '');
    expect((await start(RUNS)).outcome).toBe('created');
    expect(await readdir(place.directory)).not.toContain('left');
  });

  it.each<[string, string, Partial<StartOptions>, object]>([
    ['ends early', "console.error('no luck today'); process.exit(7)", {}, { code: 'MCS_SANDBOX_START', message: expect.stringMatching(/exit code 7[^]*no luck today/) }],
    ['says why', "process.send({ type: 'failed', code: 'MCS_SANDBOX_LOOPBACK', message: 'Cannot x', hints: ['y'] }); setInterval(() => {}, 1000)", {}, { code: 'MCS_SANDBOX_LOOPBACK', hints: ['y'] }],
    ['takes too long', 'setInterval(() => {}, 1000)', { timeoutMs: 300 }, { code: 'MCS_SANDBOX_START', message: expect.stringContaining('after 0.3 s it still waited for') }],
    ['is interrupted', 'setInterval(() => {}, 1000)', { signal: AbortSignal.abort() }, { code: 'MCS_INTERRUPTED' }],
  ])('ends a process that %s, and reports it', async (_title, script, more, expected) => {
    await expect(start(script, more)).rejects.toMatchObject(expected);
  });

  it('says where it cannot write', async () => {
    await writeFile(join(folder, 'mcs'), 'a file in the way');
    await expect(start(RUNS)).rejects.toMatchObject({ code: 'MCS_SANDBOX_START', message: expect.stringContaining('cannot be written') });
  });

  it('ends an attached process with its own end', async () => {
    const { child, state } = await start(RUNS.replace('setInterval', "process.stdin.on('end', () => process.exit(0)).resume(); setInterval"), { attached: true });
    child?.stdin?.end();
    await eventually(async () => !(await isRunning(state)));
    // the process is gone a moment before Node says how it ended
    await eventually(() => expect(child?.exitCode).toBe(0));
  });
});

describe('stopBackground', () => {
  it('ends the process of the state file and removes its folder', async () => {
    const { state } = await start(RUNS);
    expect((await stop()).outcome).toBe('deleted');
    expect(await isRunning(state)).toBe(false);
    await expect(stat(place.directory)).rejects.toThrow('ENOENT');
    expect((await stop()).outcome).toBe('unchanged');
  });

  it('leaves a process alone that only has the same id', async () => {
    const { state } = await start(RUNS);
    await writeState(place, { ...state, identity: 'another boot:1' });
    await stop();
    expect(await isRunning(state)).toBe(true);
  });
});

describe('claimState', () => {
  it('lets one of two starts win, and a cut file counts as none', async () => {
    const { state } = await start(RUNS);
    await expect(claimState(place, state)).rejects.toMatchObject({ code: 'EEXIST' });
    await writeFile(join(place.directory, 'state.json'), '{"name":');
    expect(await findState(place)).toBeUndefined();
  });
});

describe('mergeIntoUser', () => {
  const entries = [{ name: 'cluster0', server: 'https://127.40.0.1:6443', ca: 'PEM', token: 't' }];

  it('changes the file behind a link, keeps its mode, and takes out what it put in', async () => {
    const { state } = await start(RUNS);
    const own = join(place.directory, 'kubeconfig');
    await writeFile(own, renderKubeconfig('demo', entries));
    const target = join(folder, 'real');
    const path = join(folder, 'config');
    await writeFile(target, 'apiVersion: v1\nkind: Config\n', { mode: 0o640 });
    await symlink(target, path);
    const merged = await mergeIntoUser(place, { ...state, kubeconfig: own }, path);
    expect(await readFile(target, 'utf8')).toContain('cluster0');
    expect((await stat(target)).mode & 0o777).toBe(0o640);
    expect(await findState(place)).toMatchObject({ mergedInto: path });
    await unmergeFromUser(merged);
    expect(await readFile(path, 'utf8')).not.toContain('cluster0');
  });

  it('userKubeconfig is the first of KUBECONFIG, else the file in the home directory', () => {
    expect(userKubeconfig({ KUBECONFIG: ':/a:/b' }, '/home/x')).toBe('/a');
    expect(userKubeconfig({}, '/home/x')).toBe('/home/x/.kube/config');
  });
});

