import { hostname } from 'node:os';
import { randomBytes } from 'node:crypto';
import { MANAGED_BY, MANAGED_BY_MCS } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { createHealth } from '../base/health.ts';
import { createHealthServer } from '../base/health-server.ts';
import { inOrder, type Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { createRegistry } from '../base/metrics.ts';
import { readRuntime } from '../base/runtime.ts';
import { isAlreadyExists } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { MirrorArgs } from '../mirror/config/parse-args.ts';
import { processOptions } from '../mirror/config/process-options.ts';
import { FIELD_MANAGER } from '../mirror/field-manager.ts';
import type { MirrorStatus } from '../mirror/status.ts';
import { composeMirror } from './compose-mirror.ts';
import { readAgentEnvironment } from './config.ts';
import type { ConfiguredMirror } from './configured-mirror.ts';

export interface ForegroundOptions {
  readonly args: MirrorArgs;
  readonly env: NodeJS.ProcessEnv;
  /** Of the target; closed by the caller. */
  readonly client: KubeClient;
  readonly version: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Shown the state again and again. */
  readonly onStatus: (status: MirrorStatus) => void;
  /** Ends once everything is mirrored, or after this time, ms. Without it the signal is the end. */
  readonly onceWithinMs?: number;
  readonly clock?: Clock;
}

export interface ForegroundEnd {
  /** `stopped`: by the signal. */
  readonly reason: 'stopped' | 'settled' | 'timeout';
  /** The last one; undefined where no mirror ran. */
  readonly status: MirrorStatus | undefined;
}

const LOOK_MS = 200;

/** Whether all of so many sources is mirrored. */
export function isSettled({ sources }: MirrorStatus, sourceCount: number | undefined): boolean {
  return sources.length === sourceCount && sources.every(({ state, pending }) => state === 'refused' || (state === 'synced' && pending === 0));
}

/** Makes the namespace of Lease and status where there is none: an installation has made its own. */
export async function ensureMirrorNamespace(client: KubeClient, name: string, signal: AbortSignal): Promise<'created' | 'there'> {
  if ((await client.find(resources.namespaces, name, undefined, { signal })) !== undefined) return 'there';
  try {
    await client.create(resources.namespaces, { metadata: { name, labels: { [MANAGED_BY]: MANAGED_BY_MCS } } }, { signal, fieldManager: FIELD_MANAGER });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return 'there';
  }
  return 'created';
}

/** Runs a mirror in this process, as a person or a script started it. Throws what is wrong with its configuration. */
export async function runForeground(options: ForegroundOptions): Promise<ForegroundEnd> {
  const { args, env, client, version, logger, signal, onceWithinMs, clock = systemClock } = options;
  const { health: listen, mutesErrors } = processOptions(args, env);
  const runtime = readRuntime(env);
  const registry = createRegistry('mirror', version);
  const health = createHealth([]);
  const environment = { ...readAgentEnvironment({}), podUID: `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}` };
  const composed = await composeMirror(args, { env, environment, runtime, logger, registry, health, version, targetClient: client, mutesErrors, leavesEmitterOut: onceWithinMs !== undefined });
  // without the flag a port that nobody asked for would only be in the way
  const server = listen !== undefined && args.values.listen !== undefined ? [createHealthServer({ host: listen.host ?? runtime.listenHost, port: listen.port, health, registry, ...(composed.routes && { routes: composed.routes }) })] : [];
  const all: Startable = inOrder('mirror', [...server, ...composed.parts]);
  try {
    await all.start(signal);
    return await follow({ ...options, clock }, composed.mirror);
  } finally {
    await all.stop();
  }
}

async function follow({ signal, onStatus, onceWithinMs, clock }: ForegroundOptions & { readonly clock: Clock }, mirror: ConfiguredMirror | undefined): Promise<ForegroundEnd> {
  const deadline = clock.monotonic() + (onceWithinMs ?? Infinity);
  let wasSettled = false;
  while (!signal.aborted) {
    const status = mirror?.status();
    if (status !== undefined) onStatus(status);
    const settled = status !== undefined && isSettled(status, mirror?.sourceCount);
    // twice: what was just listed may not have been looked at yet
    if (onceWithinMs !== undefined && settled && wasSettled) return { reason: 'settled', status };
    if (clock.monotonic() >= deadline) return { reason: 'timeout', status };
    wasSettled = settled;
    await sleep(clock, LOOK_MS, signal).catch(() => undefined); // the loop looks at the signal
  }
  return { reason: 'stopped', status: mirror?.status() };
}
