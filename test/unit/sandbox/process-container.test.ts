import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/base/clock.ts';
import { ProcessContainer, type ProcessContainerOptions } from '../../../src/sandbox/kubelet/process-container.ts';
import { eventually } from '../../helpers/eventually.ts';

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH
  }
}

describe('ProcessContainer', () => {
  let folder: string;
  let container: ProcessContainer | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcs-process-'));
  });
  afterEach(async () => {
    await container?.stop(0);
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (script: string, more: Partial<ProcessContainerOptions> = {}): Promise<ProcessContainer> => {
    const path = join(folder, 'agent.mjs');
    await writeFile(path, script);
    container = new ProcessContainer({
      argv: [path],
      cwd: folder,
      env: { GREETING: 'hello' },
      logPath: join(folder, 'agent.log'),
      restartPolicy: 'Always',
      clock: systemClock,
      onChange: () => undefined,
      ...more,
    });
    await container.start();
    return container;
  };
  const log = (): Promise<string> => readFile(join(folder, 'agent.log'), 'utf8');

  it('runs a script with exactly the given environment, and keeps both outputs', async () => {
    await run('console.log(JSON.stringify(process.env)); console.error("trouble"); setInterval(() => {}, 1000)');
    const text = await eventually(async () => (await log()).includes('trouble') && log());
    expect(JSON.parse(text.split('\n')[0] ?? '')).toEqual({ GREETING: 'hello' });
    expect(container?.state).toMatchObject({ ready: true, restartCount: 0, state: { running: {} } });
  });

  it('starts it again when it ends, with a state that says so', async () => {
    const states: string[] = [];
    const started = await run('process.exit(3)', { onChange: () => void states.push(container?.state.state.waiting?.reason ?? 'other') });
    await eventually(() => started.state.restartCount >= 1);
    expect(states).toContain('CrashLoopBackOff');
    expect(started.state.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
  });

  it.each([
    ['Never', 1, 'Error'],
    ['OnFailure', 0, 'Completed'],
  ] as const)('does not start it again with restartPolicy %s after exit code %d', async (restartPolicy, exitCode, reason) => {
    const started = await run(`process.exit(${exitCode})`, { restartPolicy });
    await eventually(() => started.state.state.terminated !== undefined);
    expect(started.state).toMatchObject({ ready: false, restartCount: 0, state: { terminated: { exitCode, reason } } });
  });

  it('keeps the last words of a process that failed', async () => {
    const started = await run('console.error("no such port"); process.exit(1)', { restartPolicy: 'Never' });
    await eventually(() => started.state.state.terminated !== undefined);
    expect(started.state.state.terminated?.message).toContain('no such port');
  });

  it('asks it to end, and kills it after the grace period', async () => {
    const polite = await run('process.on("SIGTERM", () => process.exit(0)); console.log("up"); setInterval(() => {}, 1000)');
    await eventually(async () => (await log()).includes('up'));
    await polite.stop(10_000);
    expect(polite.state.state.terminated?.exitCode).toBe(0);
    const stubborn = await run('process.on("SIGTERM", () => console.log("no")); console.log("stubborn"); setInterval(() => {}, 1000)');
    await eventually(async () => (await log()).includes('stubborn'));
    const pid = stubborn.pid ?? 0;
    await stubborn.stop(50);
    expect([stubborn.state.state.terminated?.exitCode, isAlive(pid)]).toEqual([137, false]);
  });

  it('is ready when its probe is answered, and started anew when it no longer lives', async () => {
    const portFile = join(folder, 'port');
    const script = `import http from 'node:http'; import fs from 'node:fs';
      const server = http.createServer((request, response) => { response.writeHead(request.url === '/livez' && globalThis.sick ? 500 : 200).end(); if (request.url === '/sicken') globalThis.sick = true; });
      server.listen(fs.existsSync(${JSON.stringify(portFile)}) ? Number(fs.readFileSync(${JSON.stringify(portFile)})) : 0, '127.0.0.1');`;
    await writeFile(portFile, '0');
    const port = await freePort();
    await writeFile(portFile, String(port));
    const times = { host: '127.0.0.1', port, timeoutMs: 1000, initialDelayMs: 20, periodMs: 20, failureThreshold: 2 };
    const started = await run(script, { readiness: { ...times, path: '/readyz' }, liveness: { ...times, path: '/livez', initialDelayMs: 1000 } });
    expect(started.state.ready).toBe(false);
    await eventually(() => started.state.ready);
    await fetch(`http://127.0.0.1:${port}/sicken`);
    await eventually(() => started.state.restartCount === 1 && started.state.ready);
    expect(started.state.lastState?.terminated).toMatchObject({ exitCode: 143 });
  });

  it('ends with the process that started it, however that ended', async () => {
    const agent = join(folder, 'orphan.mjs');
    await writeFile(agent, `import fs from 'node:fs'; fs.writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid)); setInterval(() => {}, 1000)`);
    const source = join(import.meta.dirname, '../../../src/sandbox/kubelet/process-container.ts');
    const options = { argv: [agent], cwd: folder, env: {}, logPath: join(folder, 'orphan.log'), restartPolicy: 'Always' };
    const parent = await run(`const { ProcessContainer } = await import(${JSON.stringify(source)});
      const clock = { now: Date.now, monotonic: () => performance.now(), schedule: () => () => {} };
      await new ProcessContainer({ ...${JSON.stringify(options)}, clock, onChange: () => {} }).start();`, { restartPolicy: 'Never' });
    const pid = await eventually(async () => Number(await readFile(join(folder, 'pid'), 'utf8')) || false);
    process.kill(parent.pid ?? 0, 'SIGKILL');
    await eventually(() => !isAlive(pid));
    expect(isAlive(pid)).toBe(false);
  });
});

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => { resolve(port); });
    });
  });
}
