import type { ServiceKey } from './caches.ts';

/** What is to be done for a service: its objects, or afterwards their statuses. */
export type WorkKind = 'export' | 'import' | 'reflect' | 'export-status' | 'import-status';

export function workKey(kind: WorkKind, key: ServiceKey): string {
  return `${kind} ${key}`;
}

export function splitWorkKey(workKeyText: string): { kind: WorkKind; key: ServiceKey } {
  const space = workKeyText.indexOf(' ');
  return { kind: workKeyText.slice(0, space) as WorkKind, key: workKeyText.slice(space + 1) };
}
