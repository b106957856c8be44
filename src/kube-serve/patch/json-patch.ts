import jsonPatch, { type Operation } from 'fast-json-patch';
import { isRecord } from '../json.ts';
import { refusal } from '../status-error.ts';

/** As real servers: more would take too long. */
const MAX_OPERATIONS = 10_000;

function isOperations(patch: unknown): patch is Operation[] {
  return Array.isArray(patch) && patch.every((operation) => isRecord(operation) && typeof operation.op === 'string' && typeof operation.path === 'string');
}

/** RFC 6902. Throws 400 for what is no patch, 422 for one that does not fit the target. */
export function applyJsonPatch(target: object, patch: unknown): unknown {
  if (!isOperations(patch)) throw refusal('BadRequest', 'error decoding patch: a JSON patch is a list of operations with op and path');
  if (patch.length > MAX_OPERATIONS) throw refusal('BadRequest', `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`);
  try {
    return jsonPatch.applyPatch(target, patch, true, false).newDocument;
  } catch (error) {
    const { index, name } = error as { name?: string; index?: number };
    throw refusal('Invalid', `the server rejected our request due to an error in our request: operation ${index ?? 0}: ${name ?? 'invalid'}`);
  }
}
