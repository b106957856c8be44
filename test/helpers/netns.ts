import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExec, createFollow, type Exec, type Follow } from '../../src/base/exec.ts';
import { type HostFiles, hostFiles } from '../../src/gateway/apply/host-files.ts';

/** A network namespace, with a folder of its own at /var/run/wireguard. */
export interface Netns {
  readonly name: string;
  readonly exec: Exec;
  readonly follow: Follow;
  readonly files: HostFiles;
  readonly wireguardFolder: string;
  /** Runs a script of the shell; returns what it printed, throws if it failed. */
  sh(script: string): string;
  /** Runs a program until the network is taken down. */
  spawn(command: string, ...args: readonly string[]): ChildProcess;
}

/** Namespaces that go together. */
export interface Net {
  add(label: string): Netns;
  /** Joins two namespaces by a pair of interfaces. */
  connect(a: Netns, aDevice: string, b: Netns, bDevice: string, mtu?: number): void;
  stop(): void;
}

/** What runs the commands of somebody that is bound to share files under a fixed path. */
const WITH_FOLDER = 'mount --bind "$0" /var/run/wireguard && exec "$@"';

export function createNet(): Net {
  const id = randomBytes(3).toString('hex');
  const folder = mkdtempSync(join(tmpdir(), 'mcs-net-'));
  const all: Netns[] = [];
  const children: ChildProcess[] = [];
  mkdirSync('/var/run/wireguard', { recursive: true });
  return {
    add: (label) => {
      const name = `mcs-net-${id}-${label}`;
      run('ip', ['netns', 'add', name]);
      const netns = toNetns(name, join(folder, label), children);
      all.push(netns);
      netns.sh('ip link set lo up');
      return netns;
    },
    connect: (a, aDevice, b, bDevice, mtu = 1500) => {
      run('ip', ['link', 'add', aDevice, 'mtu', String(mtu), 'netns', a.name, 'type', 'veth', 'peer', 'name', bDevice, 'mtu', String(mtu), 'netns', b.name]);
      for (const [{ sh }, device] of [[a, aDevice], [b, bDevice]] as const) sh(`ip link set ${device} up`);
    },
    stop: () => {
      for (const child of children) child.kill('SIGKILL');
      for (const { name } of all) spawnSync('ip', ['netns', 'del', name]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function toNetns(name: string, wireguardFolder: string, children: ChildProcess[]): Netns {
  mkdirSync(wireguardFolder);
  const plain = ['ip', 'netns', 'exec', name];
  const shared = [...plain, 'unshare', '-m', 'sh', '-c', WITH_FOLDER, wireguardFolder];
  const prefixOf = (command: string): string[] => (command.startsWith('w') ? shared : plain);
  const exec: Exec = (command, args, options) => createExec({ prefix: prefixOf(command) })(command, args, options);
  return {
    name, exec, wireguardFolder,
    follow: (command, args, onLine, signal) => createFollow(prefixOf(command))(command, args, onLine, signal),
    files: filesOf(exec),
    sh: (script) => run('ip', ['netns', 'exec', name, 'sh', '-ec', script]),
    spawn: (command, ...args) => {
      const [program = '', ...rest] = [...prefixOf(command), command, ...args];
      const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'ignore'] });
      children.push(child);
      return child;
    },
  };
}

/** Files under /proc are those of the namespace. */
function filesOf(exec: Exec): HostFiles {
  return {
    read: async (path) => {
      if (!path.startsWith('/proc/')) return hostFiles.read(path);
      const { stdout, code } = await exec('cat', [path]);
      return code === 0 ? stdout : undefined;
    },
    write: async (path, text) => {
      if (!path.startsWith('/proc/')) return hostFiles.write(path, text);
      const { code } = await exec('tee', [path], { input: text });
      return code === 0;
    },
    remove: hostFiles.remove,
  };
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')}: ${stderr}`);
  return stdout;
}
