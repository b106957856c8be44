import { MANAGED_BY } from '../../api/labels.ts';
import { isLabelValue, isQualifiedName } from './valid-fields.ts';

/** Prefixes of keys with a meaning of their own on a ServiceImport, which no export may set. */
const RESERVED_PREFIXES = ['mcs.clusterset.local/', 'multicluster.kubernetes.io/', 'kubectl.kubernetes.io/'];

/** Whether an exported label or annotation key is one that only `mcs` or its tools may write. */
export function isReservedKey(key: string): boolean {
  return key === MANAGED_BY || RESERVED_PREFIXES.some((prefix) => key.startsWith(prefix));
}

export interface ScreenedMetadata {
  readonly exported: Record<string, string>;
  /** Keys that are reserved, or that no API server would take with their values. */
  readonly refused: readonly string[];
}

/** The entries of `exportedLabels` or `exportedAnnotations` that may stand on a ServiceImport. */
export function screenExported(entries: Readonly<Record<string, unknown>>, kind: 'labels' | 'annotations'): ScreenedMetadata {
  const isValue = kind === 'labels' ? isLabelValue : (value: unknown) => typeof value === 'string';
  const isUsable = ([key, value]: [string, unknown]): boolean => isQualifiedName(key) && !isReservedKey(key) && isValue(value);
  const all = Object.entries(entries);
  return {
    exported: Object.fromEntries(all.filter(isUsable)) as Record<string, string>,
    refused: all.filter((entry) => !isUsable(entry)).map(([key]) => key),
  };
}
