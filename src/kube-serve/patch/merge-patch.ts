import { isRecord, type JsonRecord, setKey } from '../json.ts';

/** RFC 7386. Parts that the patch does not touch are shared with the target. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: JsonRecord = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else setKey(result, key, mergePatch(result[key], value));
  }
  return result;
}
