import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { systemClock } from '../../src/base/clock.ts';
import { accessForContext, loadKubeconfig } from '../../src/kube/access.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { endWith, isRunning, startBackground, stopBackground } from '../../src/sandbox/background/index.ts';
import { logPathOf, sandboxPlace, type SandboxPlace } from '../../src/sandbox/background/state.ts';

jest.setTimeout(30_000);

const AGENT = join(import.meta.dirname, '../../src/agents/sandbox.ts');
const signal = new AbortController().signal;
let folder: string;
let place: SandboxPlace;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcs-background-'));
  place = sandboxPlace(folder, 'demo');
});
afterEach(async () => {
  await stopBackground({ place, timeoutMs: 20_000, signal, clock: systemClock });
  await rm(folder, { recursive: true, force: true });
});

const start = (attached: boolean): ReturnType<typeof startBackground> =>
  startBackground({ place, clusters: 2, agentScript: AGENT, packageRoot: folder, timeoutMs: 30_000, signal, attached, onProgress: () => undefined });

async function nodesOf(kubeconfig: string, context: string): Promise<string[]> {
  const client = createKubeClient(accessForContext(await loadKubeconfig({ env: { KUBECONFIG: kubeconfig } }), context));
  const { items } = await client.list(resources.nodes);
  client.close();
  return items.map(({ metadata }) => metadata.name);
}

describe('agents/sandbox', () => {
  it('runs clusters that its kubeconfig reaches, and is gone after a stop, with its files', async () => {
    const { state } = await start(false);
    expect(state.clusters.map(({ name }) => name)).toEqual(['cluster0', 'cluster1']);
    expect(await nodesOf(state.kubeconfig, 'cluster1')).toEqual(['cluster1']);
    expect(await readFile(logPathOf(place), 'utf8')).toContain('The sandbox runs');
    expect((await stopBackground({ place, timeoutMs: 20_000, signal, clock: systemClock })).outcome).toBe('deleted');
    expect(await isRunning(state)).toBe(false);
    await expect(stat(place.directory)).rejects.toThrow('ENOENT');
    await expect(fetch(state.clusters[0]?.server ?? '')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it('keeps no token and no key in its state and its log', async () => {
    const { state } = await start(false);
    const kubeconfig = await readFile(state.kubeconfig, 'utf8');
    const tokens = [...kubeconfig.matchAll(/token: (\S+)/g)].map(([, token]) => token ?? '');
    expect(tokens).toHaveLength(2);
    const written = (await readFile(join(place.directory, 'state.json'), 'utf8')) + (await readFile(logPathOf(place), 'utf8'));
    for (const token of tokens) expect(written).not.toContain(token);
  });

  it('ends with the command that it is attached to', async () => {
    const { child, state } = await start(true);
    const end = new AbortController();
    const ended = endWith(place, child!, end.signal);
    expect(await nodesOf(state.kubeconfig, 'cluster0')).toEqual(['cluster0']);
    end.abort();
    await ended;
    expect([await isRunning(state), child?.exitCode]).toEqual([false, 0]);
    await expect(stat(place.directory)).rejects.toThrow('ENOENT');
  });
});
