import { MANAGED_BY } from '../../api/labels.ts';

/** Prefixes of keys with a meaning of their own on a ServiceImport, which no export may set. */
const RESERVED_PREFIXES = ['mcs.clusterset.local/', 'multicluster.kubernetes.io/', 'kubectl.kubernetes.io/'];

/** Whether an exported label or annotation key is one that only `mcs` or its tools may write. */
export function isReservedKey(key: string): boolean {
  return key === MANAGED_BY || RESERVED_PREFIXES.some((prefix) => key.startsWith(prefix));
}
