import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../base/errors.ts';
import { replaceFile } from '../../base/replace-file.ts';
import { findStartIdentity } from './process-identity.ts';

/** What stands about a cluster in the state file; no credential among it. */
export interface ClusterSummary {
  readonly name: string;
  readonly server: string;
  readonly nodes: readonly string[];
  readonly podCIDR: string;
  readonly serviceCIDR: string;
}

/** The state file of a sandbox that runs in the background. */
export interface SandboxState {
  readonly name: string;
  readonly phase: 'starting' | 'running';
  readonly pid: number;
  readonly identity: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly kubeconfig: string;
  /** What went wrong meanwhile stands there. */
  readonly log: string;
  readonly clusters: readonly ClusterSummary[];
  /** The user's kubeconfig that its contexts were merged into. */
  readonly mergedInto?: string;
}

export interface SandboxPlace {
  readonly name: string;
  /** Folder of this sandbox. */
  readonly directory: string;
}

/** Folder of a sandbox below the user's state directory. */
export function sandboxPlace(stateDirectory: string, name: string): SandboxPlace {
  return { name, directory: join(stateDirectory, 'mcs', 'sandbox', name) };
}

export const logPathOf = ({ directory }: SandboxPlace): string => join(directory, 'sandbox.log');
const statePathOf = ({ directory }: SandboxPlace): string => join(directory, 'state.json');

/** The state that a sandbox left, whether it still runs or not. */
export async function findState(place: SandboxPlace): Promise<SandboxState | undefined> {
  try {
    return JSON.parse(await readFile(statePathOf(place), 'utf8')) as SandboxState;
  } catch (error) {
    // a file that was cut off says no more than none
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Replaces the state. */
export async function writeState(place: SandboxPlace, state: SandboxState): Promise<void> {
  await replaceFile(statePathOf(place), `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
}

/** Writes the first state; fails with EEXIST where one stands, so that of two starts one gives way. */
export async function claimState(place: SandboxPlace, state: SandboxState): Promise<void> {
  await writeFile(statePathOf(place), `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
}

/** Whether the process that wrote the state is still the one with its id. */
export async function isRunning({ identity, pid }: SandboxState): Promise<boolean> {
  return (await findStartIdentity(pid)) === identity;
}
