import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { errorMessage } from '../../base/errors.ts';
import { failureStatus } from '../../api/status.ts';
import { decodeProtobuf } from '../protobuf/decode.ts';
import { refusal, StatusError } from '../status-error.ts';

/** As real servers: 3 MiB. */
const MAX_BODY = 3 * 1024 * 1024;

/** kubectl creates what it knows by itself in this form, without asking whether the server likes it. */
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** Content type without parameters, in lower case. */
export function contentType({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new StatusError({ ...failureStatus('BadRequest', `Request entity too large: limit is ${MAX_BODY}`), code: 413, reason: 'RequestEntityTooLarge' });
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function parse(text: string, type: string): unknown {
  try {
    return type.endsWith('yaml') ? (parseYaml(text) as unknown) : (JSON.parse(text) as unknown);
  } catch (error) {
    throw refusal('BadRequest', `the request body cannot be read: ${errorMessage(error)}`);
  }
}

function isJsonText(text: string): boolean {
  return /^\s*[{[]/.test(text);
}

/** Apply bodies are declared as YAML, but nearly always they are JSON, which parses much faster. */
function parseBody(text: string, type: string): unknown {
  if (type.endsWith('yaml') && isJsonText(text)) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return parse(text, type); // YAML in flow style
    }
  }
  return parse(text, type);
}

/** The request's document; undefined where there is none. Throws 400, 413 and 415. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const type = contentType(request);
  const bytes = await readBytes(request);
  if (type === PROTOBUF) return decodeProtobuf(bytes);
  const text = bytes.toString('utf8');
  if (text.trim() === '') return undefined;
  if (type !== '' && !/[/+](json|yaml)$/.test(type)) {
    throw refusal('UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml`);
  }
  return parseBody(text, type);
}
