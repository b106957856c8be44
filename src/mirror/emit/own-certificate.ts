import { X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { systemErrorCode } from '../../base/errors.ts';
import { replaceFile } from '../../base/replace-file.ts';
import { issueServingCertificate, makeAuthority } from '../../kube-serve/certificates.ts';

export interface OwnCertificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** Path of the authority that readers have to trust. */
  readonly caPath: string;
}

const AUTHORITY = 'mcs emitter';
/** A certificate is made anew when it has less than this left of its year. */
const RENEW_MS = 30 * 24 * 3600 * 1000;

/** The text of a file; undefined where there is none. */
async function findFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function ensureAuthority(folder: string, now: number): Promise<{ readonly cert: string; readonly key: string; readonly commonName: string }> {
  const [certPath, keyPath] = [join(folder, 'ca.crt'), join(folder, 'ca.key')];
  const [cert, key] = await Promise.all([findFile(certPath), findFile(keyPath)]);
  if (cert !== undefined && key !== undefined && Date.parse(new X509Certificate(cert).validTo) - now > RENEW_MS) return { cert, key, commonName: AUTHORITY };
  const made = makeAuthority(AUTHORITY, now);
  await replaceFile(keyPath, made.key, { mode: 0o600 });
  await replaceFile(certPath, made.cert, { mode: 0o644 });
  return made;
}

function covers(cert: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? cert.checkHost(name) : cert.checkIP(name)) !== undefined;
}

function isUsable(text: string, authority: string, names: readonly string[], now: number): boolean {
  const cert = new X509Certificate(text);
  return Date.parse(cert.validTo) - now > RENEW_MS && cert.verify(new X509Certificate(authority).publicKey) && names.every((name) => covers(cert, name));
}

/**
 * The certificate that is kept in a folder, with the authority that signed it; whatever is missing, is
 * about to expire, or lacks one of the names is made. Throws what the file system throws.
 */
export async function ensureOwnCertificate(folder: string, names: readonly string[], now: number): Promise<OwnCertificate> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = await ensureAuthority(folder, now);
  const all = [...new Set(['localhost', hostname(), '127.0.0.1', '::1', ...names])];
  const [certPath, keyPath] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const [cert, key] = await Promise.all([findFile(certPath), findFile(keyPath)]);
  const stands = cert !== undefined && key !== undefined && isUsable(cert, authority.cert, all, now);
  const used = stands ? { cert, key } : issueServingCertificate(authority, { hosts: all.filter((name) => isIP(name) === 0), ips: all.filter((name) => isIP(name) !== 0), now });
  if (!stands) {
    await replaceFile(keyPath, used.key, { mode: 0o600 });
    await replaceFile(certPath, used.cert, { mode: 0o644 });
  }
  return { ...used, caPath: resolve(folder, 'ca.crt') };
}
