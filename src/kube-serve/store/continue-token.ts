import { refusal } from '../status-error.ts';
import type { ObjectRef } from './types.ts';

/** Where the next page of a list begins, and the version that its first page told. */
export interface Continuation {
  readonly version: number;
  readonly after: ObjectRef;
}

export function writeContinueToken({ after, version }: Continuation): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, ns: after.namespace, name: after.name })).toString('base64url');
}

/** Throws 400 for a text that is no token of ours. */
export function readContinueToken(token: string): Continuation {
  try {
    const { name, ns, rv } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as { rv: unknown; ns?: unknown; name: unknown };
    if (typeof rv === 'number' && typeof name === 'string') return { version: rv, after: { name, ...(typeof ns === 'string' && { namespace: ns }) } };
  } catch {
    // no JSON: refused below like any other foreign text
  }
  throw refusal('BadRequest', 'continue key is not valid: encoded continue token is corrupt');
}
