import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { renderKrewManifest } from '../../tools/krew-manifest.ts';

const root = resolve(import.meta.dirname, '../..');
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string; bin: Record<string, string>; files: string[] };
const template = readFileSync(join(root, 'plugins/krew/mcs.yaml'), 'utf8');
const archive = Buffer.from('an archive');
const options = { template, archive, version: packageJson.version, homepage: 'https://example.org/mcs', uri: 'https://example.org/mcs-0.1.0.tgz' };

interface Plugin {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly version: string;
    readonly homepage: string;
    readonly shortDescription: string;
    readonly description: string;
    readonly caveats: string;
    readonly platforms: readonly { readonly selector: object; readonly uri: string; readonly sha256: string; readonly bin: string; readonly files: readonly { readonly from: string; readonly to: string }[] }[];
  };
}

describe('renderKrewManifest', () => {
  const plugin = parse(renderKrewManifest(options)) as Plugin;
  const [platform] = plugin.spec.platforms;

  it('has what krew demands of a plugin', () => {
    expect(plugin).toMatchObject({ apiVersion: 'krew.googlecontainertools.github.com/v1alpha2', kind: 'Plugin', metadata: { name: 'mcs' } });
    expect(plugin.spec.version).toBe(`v${packageJson.version}`);
    expect(plugin.spec.version).toMatch(/^v\d+\.\d+\.\d+/);
    // the guide for the index asks for one short line
    expect(plugin.spec.shortDescription).toMatch(/^[A-Z].{1,48}[^.]$/);
    expect(plugin.spec.caveats).toContain('Node.js 22.19');
  });

  it('names the archive with its checksum', () => {
    expect(platform).toMatchObject({ uri: options.uri, sha256: createHash('sha256').update(archive).digest('hex') });
  });

  it('starts the program that is kubectl-mcs elsewhere, out of the folder of an npm archive', () => {
    expect(platform?.files).toEqual([{ from: 'package/*', to: '.' }]);
    expect(platform?.bin).toBe(packageJson.bin['kubectl-mcs']);
    expect(existsSync(join(root, platform?.bin ?? ''))).toBe(true);
    expect(packageJson.files).toEqual(expect.arrayContaining(['bin', 'dist', 'templates', 'oclif.manifest.json']));
  });

  it('leaves no placeholder', () => {
    expect(renderKrewManifest(options)).not.toContain('${');
  });

  it('refuses an address that krew cannot use', () => {
    expect(() => renderKrewManifest({ ...options, uri: 'http://example.org/x.tgz' })).toThrow('https');
  });
});
