import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { MIRROR_EMITTER } from '../../api/names.ts';
import { issueServingCertificate, makeAuthority } from '../../kube-serve/certificates.ts';

/** Texts in the Secret of an emitter. */
export type EmitterFiles = Readonly<Record<string, string>>;

/** The authority of a reader's kubeconfig must not end before somebody looks at it again. */
const DAYS = 3650;

/** Name in the emitter's certificate, whatever address readers use. */
export function emitterHost(namespace: string): string {
  return `${MIRROR_EMITTER}.${namespace}.svc`;
}

/** Authority, certificate and an empty list of tokens; what stands already is kept. */
export function emitterFiles(standing: EmitterFiles, namespace: string, names: readonly string[] = []): EmitterFiles {
  const { tokens = '', 'ca.crt': ca, 'ca.key': caKey, 'tls.crt': cert, 'tls.key': key } = standing;
  if (ca !== undefined && caKey !== undefined && cert !== undefined && key !== undefined) return { tokens, 'ca.crt': ca, 'ca.key': caKey, 'tls.crt': cert, 'tls.key': key };
  const authority = makeAuthority('mcs-emitter');
  const hosts = [emitterHost(namespace), `${emitterHost(namespace)}.cluster.local`, ...names.filter((name) => isIP(name) === 0)];
  const issued = issueServingCertificate(authority, { hosts, ips: names.filter((name) => isIP(name) !== 0), days: DAYS });
  return { tokens, 'ca.crt': authority.cert, 'ca.key': authority.key, 'tls.crt': issued.cert, 'tls.key': issued.key };
}

interface ReaderToken {
  readonly reader: string;
  readonly token: string;
}

function parseTokens(text: string): ReaderToken[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => (line === '' || line.startsWith('#') ? [] : [{ reader: lines[index - 1]?.replace(/^# ?/, '') ?? '', token: line }]));
}

const formatTokens = (tokens: readonly ReaderToken[]): string => tokens.map(({ reader, token }) => `# ${reader}\n${token}\n`).join('');

/** The token of a reader; undefined where it has none. */
export function findReaderToken(files: EmitterFiles, reader: string): string | undefined {
  return parseTokens(files.tokens ?? '').find((entry) => entry.reader === reader)?.token;
}

/** The same with a token for a reader, the one that it has if there is one. */
export function withReader(files: EmitterFiles, reader: string): EmitterFiles {
  if (findReaderToken(files, reader) !== undefined) return files;
  return { ...files, tokens: formatTokens([...parseTokens(files.tokens ?? ''), { reader, token: randomBytes(32).toString('base64url') }]) };
}

export function withoutReader(files: EmitterFiles, reader: string): EmitterFiles {
  return { ...files, tokens: formatTokens(parseTokens(files.tokens ?? '').filter((entry) => entry.reader !== reader)) };
}
