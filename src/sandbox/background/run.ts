import { errorMessage, McsError, systemErrorCode, toMcsError } from '../../base/errors.ts';
import type { Clock } from '../../base/clock.ts';
import { untilAborted } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import type { SandboxCluster } from '../cluster.ts';
import { createSandbox } from '../sandbox.ts';
import type { BackgroundMessage } from './messages.ts';
import { findStartIdentity } from './process-identity.ts';
import { claimState, type ClusterSummary, logPathOf, type SandboxPlace, type SandboxState, writeState } from './state.ts';

export interface RunOptions {
  readonly place: SandboxPlace;
  readonly clusters: number;
  readonly packageRoot: string;
  readonly pid: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends the sandbox. */
  readonly signal: AbortSignal;
  readonly tell: (message: BackgroundMessage) => void;
}

function summarise({ entry, name, plan }: SandboxCluster): ClusterSummary {
  return { name, server: entry.server, nodes: plan.nodes.map((node) => node.name), podCIDR: plan.podCIDR, serviceCIDR: plan.serviceCIDR };
}

async function claim({ clock, pid, place }: RunOptions): Promise<SandboxState> {
  const identity = (await findStartIdentity(pid)) ?? '';
  const startedAt = new Date(clock.now()).toISOString();
  const state: SandboxState = { name: place.name, phase: 'starting', pid, identity, startedAt, kubeconfig: '', log: logPathOf(place), clusters: [] };
  try {
    await claimState(place, state);
    return state;
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    throw new McsError('MCS_SANDBOX_RUNNING', `Cannot start sandbox "${place.name}": it is being started by another command`, { hints: ['mcs sandbox status'] });
  }
}

/** The whole life of a background process: starts the sandbox, says so, and ends it with the signal. */
export async function runBackground(options: RunOptions): Promise<void> {
  const { clock, clusters, logger, packageRoot, place, signal, tell } = options;
  try {
    const claimed = await claim(options);
    tell({ type: 'progress', text: `the API servers of ${clusters} clusters` });
    const sandbox = await createSandbox({ name: place.name, stateDir: place.directory, clusters, packageRoot, clock, logger, signal });
    const state: SandboxState = { ...claimed, phase: 'running', kubeconfig: sandbox.kubeconfig, clusters: sandbox.clusters.map(summarise) };
    await writeState(place, state);
    tell({ type: 'ready', state });
    logger.info('The sandbox runs', { name: place.name, clusters: state.clusters.map(({ server }) => server) });
    await untilAborted(signal);
    await sandbox.stop();
    logger.info('The sandbox has ended');
  } catch (error) {
    logger.error('Cannot run the sandbox', { error: errorMessage(error) });
    const { code, hints, message } = toMcsError(error);
    tell({ type: 'failed', code, message, hints });
    throw error;
  }
}
