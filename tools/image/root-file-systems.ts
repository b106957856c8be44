import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PACKAGES, unpackDebianPackages } from './debian-packages.ts';

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

/** The image's layers, lowest first: system libraries, Node, `mcs`. `root` is the package's directory. */
export function layersOf(root: string): readonly LayerSource[] {
  return [
    { title: 'Debian libraries', fill: systemLayer },
    { title: 'Node', fill: (target) => nodeLayer(root, target) },
    { title: 'mcs', fill: (target) => appLayer(root, target) },
  ];
}
