import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NETWORK_PACKAGES, PACKAGES, unpackDebianPackages } from './debian-packages.ts';

/** The user of all parts that need no capability: the number that distroless images use. */
export const USER = 65532;

/** What of the package runs in a cluster. */
const APP = ['bin', 'dist', 'templates', 'oclif.manifest.json', 'package.json', 'LICENSE'];

function addUsers(target: string): void {
  mkdirSync(join(target, 'etc'), { recursive: true });
  writeFileSync(join(target, 'etc/passwd'), `root:x:0:0:root:/:/sbin/nologin\nmcs:x:${USER}:${USER}:mcs:/:/sbin/nologin\n`);
  writeFileSync(join(target, 'etc/group'), `root:x:0:\nmcs:x:${USER}:\n`);
  // libc's order: /etc/hosts, which kubelet writes, before DNS
  writeFileSync(join(target, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
  mkdirSync(join(target, 'tmp'), { recursive: true });
  chmodSync(join(target, 'tmp'), 0o1777);
}

function systemLayer(target: string): void {
  unpackDebianPackages(PACKAGES, target);
  addUsers(target);
}

/** Folders of programs, and those of them that the gateway part runs, or that these are links to. */
const NETWORK_PROGRAMS: Readonly<Record<string, RegExp>> = {
  'bin': /^ip$/,
  'sbin': /^(ip|bridge)$/,
  'usr/bin': /^(wg|wireguard-go|traceroute\.db)$/,
  'usr/sbin': /^(nft|xtables-(nft|legacy)-multi|ip6?tables-(nft|legacy))$/,
};
/** Settings of programs that are not there, scripts and what belongs to a shell. */
const NETWORK_UNUSED = ['usr/share/locale', 'usr/lib/tc', 'usr/lib/x86_64-linux-gnu/tc', 'usr/share/bash-completion', 'usr/share/iproute2', 'lib/systemd', 'etc/init.d', 'etc/nftables.conf', 'usr/share/nftables', 'var/lib/dpkg/info'];

function networkLayer(target: string): void {
  unpackDebianPackages(NETWORK_PACKAGES, target);
  for (const [folder, kept] of Object.entries(NETWORK_PROGRAMS)) {
    const names = existsSync(join(target, folder)) ? readdirSync(join(target, folder)) : [];
    for (const name of names.filter((each) => !kept.test(each))) rmSync(join(target, folder, name), { recursive: true });
  }
  for (const path of NETWORK_UNUSED) rmSync(join(target, path), { recursive: true, force: true });
  // Debian chooses among several traceroutes with links that its scripts make
  symlinkSync('traceroute.db', join(target, 'usr/bin/traceroute'));
}

function nodeLayer(root: string, target: string): void {
  const name = `node-linux-${process.arch}`;
  const node = join(root, 'node_modules', name, 'bin/node');
  if (!existsSync(node)) throw new Error(`Cannot find ${name}: run "npm ci" on Linux, with optional dependencies`);
  const at = join(target, 'usr/local/bin/node');
  mkdirSync(dirname(at), { recursive: true });
  cpSync(node, at);
  chmodSync(at, 0o755);
}

function appLayer(root: string, target: string): void {
  mkdirSync(join(target, 'app'), { recursive: true });
  for (const name of APP) {
    if (!existsSync(join(root, name))) throw new Error(`Cannot find ${name}: run "npm run build"`);
    cpSync(join(root, name), join(target, 'app', name), { recursive: true });
  }
}

/** A part of the image that changes on its own: the slower it changes, the earlier it stands. */
export interface LayerSource {
  readonly title: string;
  /** Fills an empty directory with the layer's files. */
  readonly fill: (target: string) => void;
}

/** The image's layers, lowest first: system libraries, network tools, Node, `mcs`. `root` is the package's directory. */
export function layersOf(root: string): readonly LayerSource[] {
  return [
    { title: 'Debian libraries', fill: systemLayer },
    { title: 'Network tools', fill: networkLayer },
    { title: 'Node', fill: (target) => nodeLayer(root, target) },
    { title: 'mcs', fill: (target) => appLayer(root, target) },
  ];
}
