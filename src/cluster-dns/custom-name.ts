import { isDnsLabel, isDnsSubdomain } from '../api/names.ts';
import type { ObjectName } from './dns-objects.ts';

/** `namespace/name`; undefined for anything else. */
export function parseCustomName(text: string | undefined): ObjectName | undefined {
  const [namespace, name, ...rest] = text?.split('/') ?? [];
  if (namespace === undefined || name === undefined || rest.length > 0 || !isDnsLabel(namespace) || !isDnsSubdomain(name)) return undefined;
  return { namespace, name };
}
