import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';

/** What Node links against, and the files that say which system this is. No shell, no package manager. */
export const PACKAGES = ['base-files', 'gcc-12-base', 'libc6', 'libgcc-s1', 'libstdc++6'];

/** What the gateway part runs: iproute2, nft, iptables, wg, wireguard-go and traceroute, with their libraries. */
export const NETWORK_PACKAGES = [
  'iproute2', 'libbpf1', 'libelf1', 'zlib1g', 'libcap2', 'libmnl0', 'libbsd0', 'libmd0',
  'nftables', 'libnftables1', 'libnftnl11', 'libjansson4', 'libgmp10', 'libxtables12', 'libedit2', 'libtinfo6',
  'iptables', 'libip4tc2', 'libip6tc2', 'wireguard-tools', 'wireguard-go', 'traceroute',
];

/** Reading matter and conversion tables that nothing in the image opens. Licences stay. */
const UNREAD = ['usr/share/man', 'usr/share/lintian', 'usr/share/info', 'usr/share/common-licenses', 'usr/lib/x86_64-linux-gnu/gconv', 'usr/lib/aarch64-linux-gnu/gconv'];

function download(packages: readonly string[], folder: string): void {
  const fetchAll = (): string => run('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', ...packages], { cwd: folder });
  try {
    fetchAll();
  } catch {
    // a machine that never read the lists, or read them before the last point release
    run('apt-get', ['update', '-q']);
    fetchAll();
  }
}

function dropReading(target: string): void {
  for (const path of UNREAD) rmSync(join(target, path), { recursive: true, force: true });
  const docs = join(target, 'usr/share/doc');
  for (const name of readdirSync(docs)) {
    for (const file of readdirSync(join(docs, name)).filter((each) => each !== 'copyright')) rmSync(join(docs, name, file), { recursive: true });
  }
}

/**
 * Unpacks Debian packages into a directory, without running their scripts. What they are stands in
 * /var/lib/dpkg/status.d, where scanners look for the packages of images that have no dpkg.
 */
export function unpackDebianPackages(packages: readonly string[], target: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'mcs-image-debs-'));
  try {
    download(packages, folder);
    const status = join(target, 'var/lib/dpkg/status.d');
    mkdirSync(status, { recursive: true });
    for (const file of readdirSync(folder).sort()) {
      const unpacked = join(folder, 'unpacked');
      run('dpkg-deb', ['--extract', join(folder, file), unpacked]);
      cpSync(unpacked, target, { recursive: true, verbatimSymlinks: true });
      rmSync(unpacked, { recursive: true });
      const control = run('dpkg-deb', ['--field', join(folder, file)]);
      writeFileSync(join(status, file.split('_')[0] ?? file), control);
    }
    dropReading(target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
