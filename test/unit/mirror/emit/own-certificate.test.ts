import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureOwnCertificate } from '../../../../src/mirror/emit/own-certificate.ts';

const DAY_MS = 86_400_000;
const NOW = Date.now();

let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'mcs-own-')), 'certs');
});

afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
});

describe('ensureOwnCertificate()', () => {
  it('makes an authority and a certificate for the names, with keys for the owner only', async () => {
    const { caPath, cert } = await ensureOwnCertificate(folder, ['emitter.example', '192.0.2.7'], NOW);
    const parsed = new X509Certificate(cert);
    expect(parsed.verify(new X509Certificate(await readFile(caPath)).publicKey)).toBe(true);
    expect([parsed.checkHost('emitter.example'), parsed.checkHost('localhost'), parsed.checkIP('192.0.2.7'), parsed.checkHost('other')]).toEqual(['emitter.example', 'localhost', '192.0.2.7', undefined]);
    for (const key of ['ca.key', 'tls.key']) expect((await stat(join(folder, key))).mode & 0o777).toBe(0o600);
  });

  it('keeps what stands, and makes another certificate of the same authority for another name or shortly before the end', async () => {
    const first = await ensureOwnCertificate(folder, [], NOW);
    const authority = await readFile(first.caPath, 'utf8');
    expect((await ensureOwnCertificate(folder, [], NOW + 300 * DAY_MS)).cert).toBe(first.cert);
    const renewed = await ensureOwnCertificate(folder, [], NOW + 340 * DAY_MS);
    expect(renewed.cert).not.toBe(first.cert);
    expect(new X509Certificate((await ensureOwnCertificate(folder, ['x.example'], NOW + 340 * DAY_MS)).cert).checkHost('x.example')).toBe('x.example');
    expect(await readFile(first.caPath, 'utf8')).toBe(authority);
  });

  it('does not show a certificate of another authority', async () => {
    await ensureOwnCertificate(folder, [], NOW);
    await rm(join(folder, 'ca.key'));
    const { caPath, cert } = await ensureOwnCertificate(folder, [], NOW);
    expect(new X509Certificate(cert).verify(new X509Certificate(await readFile(caPath)).publicKey)).toBe(true);
  });

  it('throws for a folder that cannot be one', async () => {
    await writeFile(folder, '');
    await expect(ensureOwnCertificate(folder, [], NOW)).rejects.toMatchObject({ code: 'EEXIST' });
  });
});
