import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { resources } from '../../src/api/resources.ts';
import type { KubeObject, Role, RoleBinding } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { TestApiServer } from './api-server.ts';
import { eventually } from './eventually.ts';

const ROOT = join(import.meta.dirname, '../..');
const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface AgentProcessOptions {
  /** The account and its rights as they are shipped, with the placeholder of the namespace; undefined where they stand already. */
  readonly shipped?: { readonly template: string; readonly placeholder: string };
  readonly account: string;
  /** Exists. */
  readonly namespace: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Mounted files by path, beside those of the account. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A program of `mcs`, as a process with the files, rights and environment of its pod. */
export interface AgentProcess {
  readonly process: ChildProcess;
  /** Waits until it says that it is ready. */
  ready(): Promise<void>;
  /** GET of a path of the health port. */
  get(path: string): Promise<string>;
  log(): string;
  stop(): Promise<void>;
}

/** A port of loopback that is free, and may be somebody else's a moment later. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Installs a ServiceAccount with the rights that it is shipped with. */
async function installAccount(client: KubeClient, namespace: string, { template, placeholder }: NonNullable<AgentProcessOptions['shipped']>): Promise<void> {
  const text = await readFile(join(ROOT, 'templates', template), 'utf8');
  for (const document of parseAllDocuments(text.replaceAll(placeholder, namespace))) {
    const object = document.toJS() as KubeObject;
    if (object.kind === 'ServiceAccount') await client.create(resources.serviceAccounts, object);
    else if (object.kind === 'ClusterRole') await client.create(resources.clusterRoles, object as Role);
    else if (object.kind === 'ClusterRoleBinding') await client.create(resources.clusterRoleBindings, object as RoleBinding);
    else if (object.kind === 'Role') await client.create(resources.roles, object as Role);
    else if (object.kind === 'RoleBinding') await client.create(resources.roleBindings, object as RoleBinding);
  }
}

/** Starts `src/agents/<name>.ts`. */
export async function startAgentProcess(name: string, api: TestApiServer, options: AgentProcessOptions): Promise<AgentProcess> {
  const { account, namespace, shipped, files = {}, args = [], env } = options;
  const client = api.client();
  if (shipped !== undefined) await installAccount(client, namespace, shipped);
  const folder = await mkdtemp(join(tmpdir(), `mcs-${name}-`));
  const token = (await client.createToken(account, namespace, { expirationSeconds: 3600 })).token;
  for (const [path, content] of Object.entries({ [`${MOUNT}/token`]: token, [`${MOUNT}/ca.crt`]: api.ca, ...files })) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const healthPort = await freePort();
  const { hostname, port } = new URL(api.url);
  const own = { MCS_SIMULATED: '1', MCS_SIMULATED_ROOT: folder, POD_IP: '127.0.0.1', POD_NAMESPACE: namespace, MCS_HEALTH_PORT: String(healthPort), KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  const agent = spawn(process.execPath, [join(ROOT, `src/agents/${name}.ts`), ...args], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...own, ...env } });
  let log = '';
  agent.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const health = `http://127.0.0.1:${healthPort}`;
  return {
    process: agent,
    log: () => log,
    ready: async () => {
      await eventually(async () => {
        if ((await fetch(`${health}/readyz`)).status !== 200) throw new Error(`it is not ready: ${log}`);
      }, { timeoutMs: 20_000 });
    },
    get: async (path) => (await fetch(`${health}${path}`)).text(),
    stop: async () => {
      agent.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
