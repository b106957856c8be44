import { createHash } from 'node:crypto';

/** What stands in place of a secret. */
export const REDACTED = '(redacted)';

type Replace = (text: string) => string;

/** How names of fields and variables end that hold secrets. */
const WORDS = '(?:token|password|passwd|passphrase|psk|client-key-data|client-certificate-data|private[_-]?key|join[_-]?key|api[_-]?key|access[_-]?key|secret[_-]?key|client[_-]?secret)';

/** Tells keys apart and finds the same one again; nobody can guess 256 random bits from it. */
const keyMark = (key: string): string => `(redacted key ${createHash('sha256').update(key).digest('hex').slice(0, 8)})`;

function redactBase64(blob: string): string {
  return /PRIVATE KEY-----|^\s*apiVersion:|"apiVersion"/.test(Buffer.from(blob, 'base64').toString('latin1')) ? REDACTED : blob;
}

/**
 * In this order: what is found whole comes before what would find a part of it. No repetition can begin
 * at every place of a long text and run to its end: logs come from anybody, and have many megabytes.
 */
const PATTERNS: readonly (readonly [RegExp, string | ((match: string, ...groups: string[]) => string)])[] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, REDACTED],
  // PEM or a kubeconfig in base64
  [/(?<![\w+/])(?:LS0tLS1CRUdJT|YXBpVmVyc2lvbj|eyJhcGlWZXJzaW9u)[A-Za-z0-9+/\s]{20,}=*/g, redactBase64],
  // a JWT, cut short or whole
  [/(?<![\w-])eyJ[\w-]{10,}\.[\w-]{4,}(?:\.[\w-]*)?/g, REDACTED],
  [/\b(bearer)(\s+|%20)[\w.~+/=-]{8,}/gi, `$1$2${REDACTED}`],
  [/(\bauthorization\\?["']?\s*[:=]\s*\\?["']?)[^"'\\\r\n,}]+/gi, `$1${REDACTED}`],
  // "token": "...", also as JSON inside JSON
  [new RegExp(String.raw`(${WORDS}"\s*:\s*")(?:[^"\\]|\\.)+`, 'gi'), `$1${REDACTED}`],
  [new RegExp(String.raw`(${WORDS}\\"\s*:\s*\\")(?:(?!\\").)+`, 'gi'), `$1${REDACTED}`],
  // token=..., in logs, flags and addresses
  [new RegExp(String.raw`(${WORDS}=)(?!\(redacted)(?:"[^"]+"|[^\s"',;&)}\\]+)`, 'gi'), `$1${REDACTED}`],
  // a line of YAML
  [new RegExp(String.raw`^([ \t-]*[\w.-]{0,64}${WORDS}:[ \t]+)(?![|>{[(]|null$)\S.*$`, 'gim'), `$1${REDACTED}`],
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]{0,256}:)[^\s:/@]{1,512}@/gi, `$1${REDACTED}@`],
  // the join key of a broker-info file
  [/\b(?:[0-9A-HJKMNP-TV-Z]{4}-){8}[0-9A-HJKMNP-TV-Z]{4}\b/g, REDACTED],
  // a bootstrap token of kubeadm
  [/(?<![\w./-])[a-z0-9]{6}\.(?=[a-z]*\d)[a-z0-9]{16}(?![\w./-])/g, REDACTED],
  // 32 bytes in base64: keys of WireGuard, public ones included
  [/(?<![\w+/=])[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=(?![\w+/=])/g, keyMark],
];

/** Takes out all that looks like a secret, and every one of the known values. */
export function createTextRedactor(known: Iterable<string> = []): Replace {
  // a value that holds another one goes first
  const values = [...new Set(known)].toSorted((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const value of values) if (clean.includes(value)) clean = clean.replaceAll(value, REDACTED);
    for (const [pattern, by] of PATTERNS) clean = typeof by === 'string' ? clean.replace(pattern, by) : clean.replace(pattern, by);
    return clean;
  };
}

const SECRET_FIELD = new RegExp(`^(?:.*[_.-])?${WORDS}$`, 'i');

/** Whether a field or variable of this name holds a secret: `token`, `DB_PASSWORD`, `client-key-data`. */
export function namesSecret(name: string): boolean {
  return SECRET_FIELD.test(name) || /(?:[a-z]T|^t)oken$|(?:[a-z]P|^p)assword$|(?:[a-z]K|^k)ey[Dd]ata$/.test(name);
}
