import { type Fields, fieldsOf } from './fields.ts';

/** What is safe to show of a file that subctl wrote. Its admin token and key never leave this module. */
export interface SubctlInfo {
  /** Without user info, query and fragment. */
  readonly brokerURL: string;
  readonly namespace: string;
  readonly components: readonly string[];
  readonly customDomains: readonly string[];
  readonly holdsAdminToken: boolean;
  readonly holdsTunnelKey: boolean;
}

const BASE64URL = /^[A-Za-z0-9_-]+={0,2}$/;
const PRINTABLE = /^[\x21-\x7e]*$/;

/** Go matches JSON keys without regard to case, and so does subctl. */
function lowerKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toLowerCase(), item]));
}

function safeURL(text: string): string {
  const url = new URL(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  return `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
}

function readTexts(fields: Fields, key: string): string[] {
  return fields.has(key) ? fields.texts(key, { maxItems: 64, max: 253, pattern: PRINTABLE }) : [];
}

/** Data of a v1 Secret inside the file; undefined where there is none. */
function findSecretData(record: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> | undefined {
  const data = (lowerKeys(record[key]) as { data?: unknown } | null | undefined)?.data;
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : undefined;
}

function holds(data: Record<string, unknown> | undefined, key: string): boolean {
  const value = data?.[key];
  return typeof value === 'string' && value !== '';
}

function readNamespace(data: Record<string, unknown> | undefined): string {
  const namespace = typeof data?.namespace === 'string' ? Buffer.from(data.namespace, 'base64').toString('utf8') : '';
  return PRINTABLE.test(namespace) ? namespace.slice(0, 63) : '';
}

/** Reads the format of subctl, base64url of one JSON record; undefined if the text is no such file. */
export function decodeSubctlInfo(text: string): SubctlInfo | undefined {
  const line = text.trim();
  if (!BASE64URL.test(line)) return undefined;
  try {
    const record = lowerKeys(JSON.parse(Buffer.from(line, 'base64url').toString('utf8'))) as Record<string, unknown>;
    const present = Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
    const fields = fieldsOf(present, 'file');
    const token = findSecretData(present, 'clienttoken');
    return {
      brokerURL: safeURL(fields.text('brokerurl', { max: 2048, pattern: PRINTABLE })),
      namespace: readNamespace(token),
      components: readTexts(fields, 'components'),
      customDomains: readTexts(fields, 'customdomains'),
      holdsAdminToken: holds(token, 'token'),
      holdsTunnelKey: holds(findSecretData(present, 'ipsecpsk'), 'psk'),
    };
  } catch {
    return undefined; // whatever it is, subctl did not write it
  }
}
