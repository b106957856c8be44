import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessForContext, loadKubeconfig } from '../../src/kube/access.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { runProgram } from '../../tools/demo/shell.ts';

/** A sandbox of two clusters, both members, with folders of its own. */
export interface JoinedSandbox {
  readonly env: NodeJS.ProcessEnv;
  client(context: string): Promise<KubeClient>;
  /** Runs `mcs` and throws unless it ends with 0. */
  mcs(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function startJoinedSandbox(root: string): Promise<JoinedSandbox> {
  const folder = mkdtempSync(join(tmpdir(), 'mcs-bench-'));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    KUBECONFIG: join(folder, 'state', 'mcs', 'sandbox', 'bench', 'kubeconfig'),
  };
  const mcs = async (...args: string[]): Promise<string> => {
    const { exitCode, output, stdout } = await runProgram([process.execPath, join(root, 'bin', 'mcs.js'), ...args], { cwd: folder, env });
    if (exitCode !== 0) throw new Error(`mcs ${args.join(' ')} ended with ${exitCode}:\n${output}`);
    return stdout;
  };
  const clients: KubeClient[] = [];
  const client = async (context: string): Promise<KubeClient> => {
    const made = createKubeClient(accessForContext(await loadKubeconfig({ env }), context));
    clients.push(made);
    return made;
  };
  const stop = async (): Promise<void> => {
    for (const made of clients) made.close();
    await mcs('sandbox', 'down', '--name', 'bench');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await mcs('sandbox', 'up', '--name', 'bench');
    await mcs('deploy-broker', '--context', 'cluster0');
    for (const cluster of ['cluster0', 'cluster1']) await mcs('join', 'broker-info.subm', '--clusterid', cluster, '--context', cluster);
    return { env, client, mcs, stop };
  } catch (error) {
    await stop().catch(() => undefined); // the start failure is the one to report
    throw error;
  }
}
