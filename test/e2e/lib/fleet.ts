/** The clusters that the e2e runs on, as tools/e2e.ts names them in the environment. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runProgram } from '../../../tools/demo/shell.ts';
import { accessForContext, loadKubeconfig } from '../../../src/kube/access.ts';
import type { ClusterAccess, KubeClient } from '../../../src/kube/client.ts';
import { createKubeClient } from '../../../src/kube/kube-client.ts';
import { execIn } from './exec.ts';

const root = resolve(import.meta.dirname, '../../..');

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  /** stdout and stderr as they came. */
  readonly output: string;
}

export interface E2eCluster {
  /** Context of the kubeconfig; the cluster id too. */
  readonly name: string;
  readonly access: ClusterAccess;
  readonly client: KubeClient;
  /** Runs a command in a pod of this cluster. */
  exec(namespace: string, pod: string, command: readonly string[]): Promise<Ran>;
  /** Runs `mcs` with this cluster's context. */
  mcs(...args: string[]): Promise<Ran>;
}

export interface Fleet {
  /** Some parts have more than two. */
  readonly clusters: readonly [E2eCluster, E2eCluster, ...E2eCluster[]];
  /** Runs `mcs` without a context: on all clusters of the kubeconfig. */
  mcs(...args: string[]): Promise<Ran>;
  /** Runs `lab ...`; undefined where the clusters are not of the lab. */
  readonly lab?: (...args: string[]) => Promise<Ran>;
  /** Whether pods are containers that a command can be run in. */
  readonly hasContainers: boolean;
}

const folder = mkdtempSync(join(tmpdir(), 'mcs-e2e-'));
/** Join keys and the broker-info file stay out of the user's own folders. */
const env: NodeJS.ProcessEnv = { ...process.env, XDG_CONFIG_HOME: join(folder, 'config'), MCS_NO_PROMPT: '1' };

function mcs(args: readonly string[]): Promise<Ran> {
  return runProgram([process.execPath, join(root, 'bin/mcs.js'), ...args], { cwd: folder, env });
}

async function connect(name: string): Promise<E2eCluster> {
  const kubeconfig = await loadKubeconfig({ env: process.env });
  const access = accessForContext(kubeconfig, name);
  return {
    name,
    access,
    client: createKubeClient(access),
    exec: (namespace, pod, command) => execIn(kubeconfig.configFor(name), namespace, pod, command),
    mcs: (...args) => mcs([...args, '--context', name]),
  };
}

async function connectFleet(): Promise<Fleet> {
  const names = (process.env.MCS_E2E_CONTEXTS ?? '').split(',');
  const [first, second, ...more] = names;
  if (first === undefined || first === '' || second === undefined) throw new Error('Cannot run the e2e: "npm run e2e" names its clusters');
  const lab = process.env.MCS_E2E_LAB;
  return {
    clusters: [await connect(first), await connect(second), ...(await Promise.all(more.map(connect)))],
    mcs: (...args) => mcs([...args, '--contexts', names.join(',')]),
    ...(lab !== undefined && { lab: (...args: string[]) => runProgram([lab, ...args], { cwd: folder, env: process.env }) }),
    hasContainers: process.env.MCS_E2E_SANDBOX !== '1',
  };
}

export const fleet: Fleet = await connectFleet();
