import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const SOURCES = join(import.meta.dirname, '../../../src');

async function modulesLoadedWith(code: string): Promise<string> {
  const print = "console.log(process.moduleLoadList.filter((name) => name.includes('undici')).join())";
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', `${code}; ${print}`]);
  return stdout.trim();
}

describe('node-http', () => {
  it('spares every agent what Node loads when http is imported as a module', async () => {
    const files = ['kube/kube-client.ts', 'base/health-server.ts'].map((file) => JSON.stringify(join(SOURCES, file)));
    const [ours, imported] = await Promise.all([modulesLoadedWith(files.map((file) => `await import(${file})`).join(';')), modulesLoadedWith("await import('node:http')")]);
    expect(imported).toContain('undici'); // where this ends, so does the need for it
    expect(ours).toBe('');
  });
});
