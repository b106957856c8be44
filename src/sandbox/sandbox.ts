import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import { type Logger, silentLogger } from '../base/log.ts';
import { createSandboxCluster, type SandboxCluster } from './cluster.ts';
import { renderKubeconfig } from './kubeconfig.ts';

export interface SandboxOptions {
  /** Marks what belongs to it. Default `default`. */
  readonly name?: string;
  /** Folder of its own, for kubeconfig, pods and logs. */
  readonly stateDir: string;
  /** How many clusters, or for each the names of its nodes. Default 2, of one node each. */
  readonly clusters?: number | readonly (readonly string[])[];
  /** Folder below which `dist/agents` lies. */
  readonly packageRoot: string;
  /** Where the search for free 127.X.0.0/16 begins. */
  readonly firstOctet?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly signal?: AbortSignal;
}

/** Clusters `cluster0`, `cluster1`, ... that run until stopped. */
export interface Sandbox {
  readonly name: string;
  readonly clusters: readonly SandboxCluster[];
  /** Path of its own kubeconfig; contexts are named as the clusters. */
  readonly kubeconfig: string;
  /** Ends everything that it started, and removes the files that it made. */
  stop(): Promise<void>;
}

function nodeNames(clusters: number | readonly (readonly string[])[]): readonly (readonly string[])[] {
  return typeof clusters === 'number' ? Array.from({ length: clusters }, (_, index) => [`cluster${index}`]) : clusters;
}

/** Starts a sandbox: when it resolves, all its API servers answer. Stops what it started if one fails. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock = systemClock, clusters = 2, firstOctet, logger = silentLogger, name = 'default', packageRoot, signal, stateDir } = options;
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await chmod(stateDir, 0o700);
  const started: SandboxCluster[] = [];
  const kubeconfig = join(stateDir, 'kubeconfig');
  const stop = async (): Promise<void> => {
    const all = started.splice(0);
    await Promise.all(all.map((cluster) => cluster.stopPods()));
    await Promise.all(all.map((cluster) => cluster.stop()));
    await rm(kubeconfig, { force: true });
  };
  try {
    // one after the other, so that cluster0 gets the first free range
    for (const [index, nodes] of nodeNames(clusters).entries()) {
      signal?.throwIfAborted();
      const cluster = `cluster${index}`;
      const from = started.at(-1)?.plan.octet;
      const octet = from === undefined ? firstOctet : from + 1;
      started.push(await createSandboxCluster({ name: cluster, nodes, ...(octet !== undefined && { firstOctet: octet }), directory: join(stateDir, cluster), packageRoot, clock, logger: logger.child({ cluster }) }));
    }
    await writeFile(kubeconfig, renderKubeconfig(name, started.map(({ entry }) => entry)), { mode: 0o600 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { name, clusters: [...started], kubeconfig, stop };
}
