import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MemberConfig } from '../../src/api/types/index.ts';
import type { TestNode } from './net-clusters.ts';

const CLOCK_MODULE = join(import.meta.dirname, 'net-clock.mjs');
const TEMPLATE = join(import.meta.dirname, '../../templates/member/gateway.yaml');
/** Port of the API server within the node's namespace. */
export const API_PORT = 6443;

/**
 * A root of its own, with the programs of this machine and the mounts of the DaemonSet: `$0` the
 * folder of the pod, `$1` Node, `$2` the package, `$3` the folder of wireguard-go. The mounts end
 * with the process.
 */
const RUN_IN_ROOT = [
  'root="$0/root"; mount -t tmpfs tmpfs "$root"; cd "$root"',
  'for each in usr proc sys dev; do mkdir $each; mount --rbind /$each $each; done',
  'for each in bin sbin lib lib64; do ln -s usr/$each $each; done',
  'mkdir -p tmp app etc/mcs run/wireguard run/secrets var/lib/mcs host/proc/sys/net; ln -s ../run var/run; touch node clock.mjs clock',
  'mount --bind "$1" node; mount --bind "$2" app; mount --bind "$3" run/wireguard; mount --bind /proc/sys/net host/proc/sys/net',
  'mount --bind "$0/etc" etc/mcs; mount --bind "$0/secrets" run/secrets; mount --bind "$0/memory" var/lib/mcs; mount --bind "$0/clock" clock',
  `mount --bind '${CLOCK_MODULE}' clock.mjs`,
  'shift 3; exec chroot "$root" setpriv --bounding-set=-all,+net_admin,+net_raw /node --import /clock.mjs "$@"',
].join('\n');

export interface NetPodOptions {
  readonly node: TestNode;
  /** With dist/agents/gateway.js. */
  readonly packageRoot: string;
  /** For its files, which outlive the process. */
  readonly folder: string;
  readonly config: MemberConfig;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

/** The container of the gateway agent on one node, as the DaemonSet has it, with the two capabilities and no more. */
export class NetPod {
  readonly node: TestNode;
  readonly #options: NetPodOptions;
  #child: ChildProcess | undefined;

  constructor(options: NetPodOptions) {
    const { ca, config, folder, node, token } = options;
    this.node = node;
    this.#options = options;
    const account = join(folder, 'secrets/kubernetes.io/serviceaccount');
    for (const path of [join(folder, 'root'), join(folder, 'etc'), join(folder, 'memory'), account]) mkdirSync(path, { recursive: true });
    writeFileSync(join(folder, 'etc/config.json'), JSON.stringify(config));
    for (const [name, text] of Object.entries({ token, 'ca.crt': ca, namespace: 'submariner-operator' })) writeFileSync(join(account, name), text);
    writeFileSync(join(folder, 'clock'), '0');
    writeFileSync(this.#logFile, '');
  }

  get #logFile(): string {
    return join(this.#options.folder, 'log');
  }

  get log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`no agent runs on ${this.node.name}`);
    return this.#child.pid;
  }

  start(): void {
    const { folder, node, packageRoot } = this.#options;
    const argv = ['netns', 'exec', node.netns.name, 'unshare', '-m', 'sh', '-ec', RUN_IN_ROOT, folder, process.execPath, packageRoot, node.netns.wireguardFolder, ...nodeOptions(), '/app/dist/agents/gateway.js'];
    // a group of its own: what the agent runs ends with it, as in a container
    const child = spawn('ip', argv, { detached: true, stdio: ['ignore', 'ignore', 'pipe'], env: this.#environment() });
    child.stderr.on('data', (chunk: Buffer) => appendFileSync(this.#logFile, chunk));
    this.#child = child;
  }

  /** Ends the container: SIGTERM as kubelet does it, SIGKILL as a crash. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal);
    await ended;
    this.#child = undefined;
  }

  /** Puts the wall clock of the agent off by so much. */
  shiftClock(offsetMs: number): void {
    writeFileSync(join(this.#options.folder, 'clock'), String(offsetMs));
    process.kill(this.pid, 'SIGUSR2');
  }

  #environment(): NodeJS.ProcessEnv {
    const { node: { name, address } } = this.#options;
    return {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      NODE_NAME: name,
      POD_NAME: `mcs-gateway-${name}`,
      POD_UID: `uid-of-${name}`,
      POD_NAMESPACE: 'submariner-operator',
      POD_IP: address,
      MCS_HEALTH_PORT: '4492',
      MCS_TEST_CLOCK: '/clock',
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(API_PORT),
    };
  }
}

/** What the DaemonSet gives to Node. */
function nodeOptions(): readonly string[] {
  const command = /command: \[node, (.*)\/app\/dist\/agents\/gateway\.js\]/.exec(readFileSync(TEMPLATE, 'utf8'))?.[1];
  if (command === undefined) throw new Error(`${TEMPLATE} starts the agent in a way that is not known here`);
  return command.split(/,\s*/).filter((option) => option !== '');
}
