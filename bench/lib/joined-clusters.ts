import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessForContext, loadKubeconfig } from '../../src/kube/access.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { runProgram } from '../../tools/demo/shell.ts';

/** Two clusters, both members: the first hosts the broker. */
export interface JoinedClusters {
  readonly kind: 'sandbox' | 'contexts';
  readonly names: readonly [string, string];
  readonly env: NodeJS.ProcessEnv;
  client(context: string): Promise<KubeClient>;
  /** Runs `mcs` and throws unless it ends with 0. */
  mcs(...args: string[]): Promise<string>;
  /** Where the name server of a cluster can be asked from here, over UDP. */
  nameServer(context: string): Promise<{ readonly address: string; readonly port: number }>;
  /** What a pod of the member namespace serves on /metrics. */
  metrics(context: string, pod: string): Promise<string>;
  stop(): Promise<void>;
}

/** What both kinds of clusters have in common; it knows neither how clusters come nor how they go. */
export interface Workshop extends Pick<JoinedClusters, 'env' | 'client' | 'mcs'> {
  readonly folder: string;
  close(): void;
}

/** Runs the CLI with folders of its own. `env` is added to the process's environment. */
export function openWorkshop(root: string, envFor: (folder: string) => NodeJS.ProcessEnv): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'mcs-bench-'));
  const env: NodeJS.ProcessEnv = { ...process.env, XDG_STATE_HOME: join(folder, 'state'), XDG_CONFIG_HOME: join(folder, 'config'), ...envFor(folder) };
  const clients: KubeClient[] = [];
  return {
    folder,
    env,
    client: async (context) => {
      const made = createKubeClient(accessForContext(await loadKubeconfig({ env }), context));
      clients.push(made);
      return made;
    },
    mcs: async (...args) => {
      const { exitCode, output, stdout } = await runProgram([process.execPath, join(root, 'bin', 'mcs.js'), ...args], { cwd: folder, env });
      if (exitCode !== 0) throw new Error(`mcs ${args.join(' ')} ended with ${exitCode}:\n${output}`);
      return stdout;
    },
    close: () => {
      for (const made of clients) made.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Puts the broker on the first cluster and joins both. */
export async function joinBoth({ mcs }: Workshop, names: readonly [string, string]): Promise<void> {
  await mcs('deploy-broker', '--context', names[0]);
  for (const cluster of names) await mcs('join', 'broker-info.subm', '--clusterid', cluster, '--context', cluster);
}
