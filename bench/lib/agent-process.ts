import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import type { MemberConfig } from '../../src/api/types/index.ts';
import { type PinnedProcess, startPinned } from './pinned-process.ts';

/** Where programs find the API server. */
export interface ApiAccess {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

export interface AgentOptions {
  /** Of the package. */
  readonly root: string;
  /** For the files of the pod. */
  readonly folder: string;
  /** Of a member's agents. */
  readonly config?: MemberConfig;
  readonly access: ApiAccess;
  /** Of the program, in place of those of the Deployment. */
  readonly args?: readonly string[];
  /** Added to what the Deployment gives. */
  readonly env?: NodeJS.ProcessEnv;
  readonly core?: number;
}

export interface AgentProcess extends PinnedProcess {
  /** What the agent serves on /metrics; undefined while it does not answer. */
  metrics(): Promise<string | undefined>;
  isReady(): Promise<boolean>;
}

/** Where the Deployment of each stands, and the program that it runs. */
const DEPLOYMENTS = {
  controller: { template: 'member/controller.yaml', program: 'controller' },
  dns: { template: 'member/dns.yaml', program: 'dns' },
  mirror: { template: 'mirror/mirror.yaml', program: 'mirror' },
  emitter: { template: 'mirror/emitter.yaml', program: 'emitter' },
  'xcc-dns-controller': { template: 'gateway-dns/controller.yaml', program: 'gateway-dns' },
  'dns-server': { template: 'gateway-dns/dns-server.yaml', program: 'dns' },
} as const;

type Part = keyof typeof DEPLOYMENTS;

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A port that is free for TCP, and so most likely for UDP. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** An agent as a plain process, with the files and environment of its pod. */
export async function startAgent(part: Part, { root, folder, config, access, args = [], env = {}, core }: AgentOptions): Promise<AgentProcess> {
  writeFiles(folder, { [`${ACCOUNT}/token`]: access.token, [`${ACCOUNT}/ca.crt`]: access.ca, ...(config && { '/etc/mcs/config.json': JSON.stringify(config) }) });
  const { hostname, port } = new URL(access.url);
  const healthPort = await freePort();
  const given = readDeployment(root, part);
  const whole = {
    MCS_SIMULATED: '1',
    MCS_SIMULATED_ROOT: folder,
    POD_UID: `bench-${part}`,
    POD_IP: '127.0.0.1',
    MCS_HEALTH_PORT: String(healthPort),
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    MALLOC_ARENA_MAX: given.arenas,
    ...env,
  };
  const argv = [process.execPath, ...given.options, join(root, 'dist', 'agents', `${DEPLOYMENTS[part].program}.js`), ...args];
  const ask = (path: string): Promise<Response | undefined> => fetch(`http://127.0.0.1:${healthPort}${path}`).catch(() => undefined); // it does not listen yet
  return {
    ...startPinned(`mcs ${part}`, argv, { env: whole, ...(core !== undefined && { core }) }),
    metrics: async () => (await ask('/metrics'))?.text(),
    isReady: async () => {
      const answer = await ask('/readyz');
      await answer?.body?.cancel();
      return answer?.ok === true;
    },
  };
}

/** What the Deployment gives to Node, for it decides how much memory is taken. */
function readDeployment(root: string, part: Part): { readonly options: readonly string[]; readonly arenas: string } {
  const { template: path, program } = DEPLOYMENTS[part];
  const template = join('templates', path);
  const manifest = readFileSync(join(root, template), 'utf8');
  const command = new RegExp(String.raw`command: \[node, (.*)/app/dist/agents/${program}\.js\]`).exec(manifest)?.[1];
  const arenas = /name: MALLOC_ARENA_MAX.*\n +value: '(\d+)'/.exec(manifest)?.[1];
  if (command === undefined || arenas === undefined) throw new Error(`${template} starts the agent in a way that this benchmark does not know`);
  return { options: command.split(/,\s*/).filter((option) => option !== ''), arenas };
}
