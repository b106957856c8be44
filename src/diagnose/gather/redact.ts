import { JOIN_TOKEN_ID, LAST_APPLIED } from '../../api/labels.ts';
import { MEMBER_BROKER_SECRET } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { KubeObject, Secret } from '../../api/types/index.ts';
import { objectsOf, type Recording } from './recording.ts';
import { createTextRedactor, namesSecret, REDACTED } from './redact-text.ts';

/** Data of Secrets that is none, and that checks look at. */
const PUBLIC_DATA: Readonly<Record<string, readonly string[]>> = {
  [MEMBER_BROKER_SECRET]: ['server', 'ca', 'namespace', 'clusterID', 'issuedAt', 'expiresAt'],
};
const PUBLIC_TOKEN_DATA = ['expiresAt', 'maxUses', 'clusterID', 'approve'];
/** Public in every Secret; not looked for elsewhere, since it stands in many places rightly. */
const NEVER_SECRET = new Set(['namespace', 'ca', 'ca.crt', 'tls.crt', 'server', 'clusterID', 'issuedAt', 'expiresAt', 'maxUses', 'approve', 'publicKey', 'uses']);
/** Values shorter than this are found by chance, and are no secrets worth the name. */
const MIN_LENGTH = 8;
/** What says which object it is stays, whatever it looks like. */
const IDENTITY = new Set(['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp']);

const decode = (value: string): string => Buffer.from(value, 'base64').toString('utf8');

/** The forms in which a secret value may turn up elsewhere. */
function formsOf(base64: string): readonly string[] {
  const text = decode(base64);
  if (text.trim().length < MIN_LENGTH) return [];
  return [base64, text, text.trim(), JSON.stringify(text).slice(1, -1)];
}

/** Every secret value that the clusters hold, as far as their Secrets were read. */
export function secretValuesOf(recordings: readonly Recording[]): readonly string[] {
  const secrets = recordings.flatMap((recording) => objectsOf(recording, resources.secrets));
  const entries = secrets.flatMap(({ data = {} }) => Object.entries(data)).filter(([key]) => !NEVER_SECRET.has(key));
  return [...new Set(entries.flatMap(([, value]) => formsOf(value)))];
}

function publicKeysOf({ metadata }: Secret): readonly string[] {
  return metadata.labels?.[JOIN_TOKEN_ID] === undefined ? (PUBLIC_DATA[metadata.name] ?? []) : PUBLIC_TOKEN_DATA;
}

/** The same Secret with the names of its data, and with how long each was. */
export function redactSecret(secret: Secret): Secret {
  const { data = {}, stringData: _stringData, ...rest } = secret;
  const open = publicKeysOf(secret);
  const hide = (value: string): string => Buffer.from(`${REDACTED.slice(0, -1)}, ${Buffer.byteLength(value, 'base64')} bytes)`).toString('base64');
  const { [LAST_APPLIED]: _applied, ...annotations } = rest.metadata.annotations ?? {};
  return { ...rest, metadata: { ...rest.metadata, annotations }, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, open.includes(key) ? value : hide(value)])) };
}

/** Takes secrets out of texts and of whatever JSON holds. */
export interface Redactor {
  text(text: string): string;
  json(value: unknown): unknown;
}

/** Changes nothing: for `--include-sensitive-data`. */
export const openRedactor: Redactor = { text: (text) => text, json: (value) => value };

function isSecret(value: object): value is Secret {
  return (value as Partial<KubeObject>).kind === 'Secret' && (value as Partial<KubeObject>).metadata !== undefined;
}

class JsonRedactor implements Redactor {
  readonly text: (text: string) => string;

  constructor(known: readonly string[]) {
    this.text = createTextRedactor(known);
  }

  json(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.json(item));
    if (typeof value !== 'object' || value === null) return value;
    return isSecret(value) ? this.#fields(redactSecret(value), true) : this.#fields(value, false);
  }

  #fields(object: object, isClean: boolean): object {
    const isVariable = 'name' in object && typeof object.name === 'string' && namesSecret(object.name);
    const entries = Object.entries(object as Record<string, unknown>).map(([key, value]): [string, unknown] => {
      if (isClean && key === 'data') return [key, value];
      if (key === 'metadata' && typeof value === 'object' && value !== null) return [key, this.#metadata(value)];
      if (key === 'binaryData') return [key, REDACTED];
      const hides = typeof value === 'string' && value !== '' && (namesSecret(key) || (isVariable && key === 'value'));
      return [key, hides ? REDACTED : this.json(value)];
    });
    return Object.fromEntries(entries);
  }

  #metadata(metadata: object): object {
    return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, IDENTITY.has(key) ? (value as unknown) : this.json(value)]));
  }
}

/** `known`: values that are taken out wherever they stand, see `secretValuesOf`. */
export function createRedactor(known: readonly string[]): Redactor {
  return new JsonRedactor(known);
}
