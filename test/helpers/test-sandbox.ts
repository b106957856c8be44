import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directAccess } from '../../src/kube/direct-access.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import type { SandboxCluster } from '../../src/sandbox/cluster.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';

/** A sandbox in this process, with clients that are closed with it. */
export interface TestSandbox {
  readonly sandbox: Sandbox;
  readonly folder: string;
  cluster(index?: number): SandboxCluster;
  /** Client of the administrator, or of whoever has the token. */
  client(index?: number, token?: string): KubeClient;
  stop(): Promise<void>;
}

/** Starts one. Without a `packageRoot` its pods of our own image find no script. */
export async function startTestSandbox(options: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'mcs-sandbox-'));
  const sandbox = await createSandbox({ stateDir: join(folder, 'state'), packageRoot: folder, clusters: 1, ...options });
  const clients: KubeClient[] = [];
  const cluster = (index = 0): SandboxCluster => {
    const found = sandbox.clusters[index];
    if (found === undefined) throw new Error(`there is no cluster ${index}`);
    return found;
  };
  return {
    sandbox,
    folder,
    cluster,
    client: (index = 0, token = cluster(index).entry.token) => {
      const { ca, server } = cluster(index).entry;
      const client = createKubeClient(directAccess({ server, ca, token: () => token }));
      clients.push(client);
      return client;
    },
    stop: async () => {
      for (const client of clients) client.close();
      await sandbox.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
