import { createHash } from 'node:crypto';

export interface KrewOptions {
  /** Text of plugins/krew/mcs.yaml. */
  readonly template: string;
  /** Of package.json. */
  readonly version: string;
  readonly homepage: string;
  /** Where the archive will be downloaded from. */
  readonly uri: string;
  /** What `npm pack` wrote. */
  readonly archive: Uint8Array;
}

/** The manifest that krew installs kubectl-mcs by. Throws for an address that krew could not use. */
export function renderKrewManifest({ archive, homepage, template, uri, version }: KrewOptions): string {
  for (const address of [uri, homepage]) {
    if (new URL(address).protocol !== 'https:') throw new Error(`krew downloads over https only: ${address}`);
  }
  const values: Readonly<Record<string, string>> = { version, homepage, uri, sha256: createHash('sha256').update(archive).digest('hex') };
  return template.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
