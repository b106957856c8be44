import { listNames } from '../../inspect/list-names.ts';
import { connectCluster, listContexts } from '../connect.ts';
import type { Lookup } from './model.ts';
import { findTypedSelection } from './typed-words.ts';

/** Tab shall feel immediate: what is not there by then, ms since the start of the process, is not offered. */
const PATIENCE_MS = 450;
/** For the cluster in any case, however slowly the process started, ms. */
const MINIMUM_MS = 150;

async function list(kind: Lookup, line: string, version: string, stop: AbortSignal): Promise<readonly string[]> {
  const selection = findTypedSelection(line);
  if (kind === 'context') return listContexts(selection);
  const { client, namespace } = await connectCluster(selection, version);
  const signal = AbortSignal.any([stop, AbortSignal.timeout(Math.max(MINIMUM_MS, Math.round(PATIENCE_MS - performance.now())))]);
  try {
    return await listNames(client, kind, { namespace: selection.namespace ?? namespace, signal });
  } finally {
    client.close();
  }
}

/** Names of a kind in the cluster that the line chooses; none where it cannot be read, or not at once. */
export function lookUpNames(kind: Lookup, line: string, version: string, signal: AbortSignal): Promise<readonly string[]> {
  return list(kind, line, version, signal).catch(() => []); // a message would land amid what is being typed
}
