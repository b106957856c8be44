import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { accessForContext, loadKubeconfig } from '../../src/kube/access.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { eventually } from '../helpers/eventually.ts';
import { startTestSandbox } from '../helpers/test-sandbox.ts';

jest.setTimeout(30_000);

let folder: string;
const started: Sandbox[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcs-lifecycle-'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((sandbox) => sandbox.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function start(name: string): Promise<Sandbox> {
  const sandbox = await createSandbox({ name, stateDir: join(folder, name), packageRoot: folder, clusters: 2 });
  started.push(sandbox);
  return sandbox;
}

const isOpen = (host: string, port: number): Promise<boolean> => {
  const socket = connect(port, host);
  return once(socket, 'connect').then(
    () => {
      socket.destroy();
      return true;
    },
    () => false,
  );
};

describe('createSandbox', () => {
  it('gives clusters and contexts cluster0, cluster1 in a kubeconfig that only the user can read', async () => {
    const sandbox = await start('a');
    expect((await stat(sandbox.kubeconfig)).mode & 0o777).toBe(0o600);
    const loaded = await loadKubeconfig({ env: { KUBECONFIG: sandbox.kubeconfig } });
    for (const context of ['cluster0', 'cluster1']) {
      const client = createKubeClient(accessForContext(loaded, context));
      expect((await client.list(resources.nodes)).items.map(({ metadata }) => metadata.name)).toEqual([context]);
      client.close();
    }
  });

  it('runs beside another one, without an address in common', async () => {
    const [a, b] = await Promise.all([start('a'), start('b')]);
    const octets = [...a.clusters, ...b.clusters].map(({ plan }) => plan.octet);
    expect(new Set(octets).size).toBe(4);
  });

  it('leaves no listening socket and no file behind', async () => {
    const sandbox = await start('a');
    const [cluster] = sandbox.clusters;
    const { apiServer, kubernetesServiceIP } = cluster!.plan;
    await eventually(() => isOpen(kubernetesServiceIP, 10_443));
    started.pop();
    await sandbox.stop();
    expect([await isOpen(apiServer.address, 6443), await isOpen(kubernetesServiceIP, 10_443)]).toEqual([false, false]);
    expect(await readdir(join(folder, 'a'))).toEqual([]);
  });

  it('stops what it has started when it is interrupted', async () => {
    const sandbox = createSandbox({ stateDir: join(folder, 'c'), packageRoot: folder, signal: AbortSignal.abort(new Error('enough')) });
    await expect(sandbox).rejects.toThrow('enough');
    expect(await readdir(join(folder, 'c'))).toEqual([]);
  });
});

describe('faults of a cluster', () => {
  it('can be set and lifted while it runs', async () => {
    const test = await startTestSandbox();
    const client = test.client();
    const lift = test.cluster().faults.fail({ resource: 'nodes' }, { code: 429, retryAfterSeconds: 7 });
    await expect(client.list(resources.nodes)).rejects.toMatchObject({ code: 429, retryAfterMs: 7_000 });
    lift();
    expect((await client.list(resources.nodes)).items).toHaveLength(1);
    const heal = test.cluster().faults.partition();
    await expect(client.list(resources.nodes)).rejects.toMatchObject({ code: 'MCS_CLUSTER_UNREACHABLE' });
    heal();
    expect((await client.list(resources.nodes)).items).toHaveLength(1);
    await test.stop();
  });
});

describe('the manifests of a sandbox', () => {
  it('never set MCS_SIMULATED themselves: only the kubelet does', async () => {
    const templates = join(import.meta.dirname, '../../templates');
    const files = (await readdir(templates, { recursive: true })).filter((file) => file.endsWith('.yaml'));
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) expect(await readFile(join(templates, file), 'utf8')).not.toContain('MCS_SIMULATED');
  });
});
