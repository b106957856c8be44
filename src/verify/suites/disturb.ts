import { APP_COMPONENT, APP_MCS, APP_NAME, GATEWAY_NODE } from '../../api/labels.ts';
import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { Pod } from '../../api/types/index.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import { errorMessage, McsError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { waitFor } from '../../kube/wait.ts';
import type { Disruption, VerifyCluster } from './planned-test.ts';

export interface DisturbOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** Takes a disturbance back, also after Ctrl-C. */
export type Restore = () => Promise<void>;

const POLL_MS = 500;
const RESTORE_MS = 30_000;

async function agentPods(client: KubeClient, node: string, signal: AbortSignal): Promise<readonly Pod[]> {
  const { items } = await client.list(resources.pods, { namespace: MEMBER_NAMESPACE, labelSelector: `${APP_NAME}=${APP_MCS},${APP_COMPONENT}=gateway`, signal });
  return items.filter(({ spec }) => spec.nodeName === node);
}

const isReady = ({ status }: Pod): boolean => status?.containerStatuses?.every(({ ready }) => ready) === true;

/** Deletes the agent's pod on the gateway, and waits until another one is ready there. */
async function restartGateway(client: KubeClient, node: string, { progress, signal, timeoutMs }: DisturbOptions): Promise<void> {
  const old = await agentPods(client, node, signal);
  if (old.length === 0) throw new McsError('MCS_API_ERROR', `Cannot restart the gateway: no pod of mcs-gateway runs on node "${node}"`, { hints: ['mcs diagnose deployment'] });
  for (const { metadata } of old) await client.delete(resources.pods, metadata.name, MEMBER_NAMESPACE, { signal });
  const gone = new Set(old.map(({ metadata }) => metadata.uid));
  const end = systemClock.monotonic() + timeoutMs;
  progress(`Waiting for a new pod of mcs-gateway on ${node}`);
  while (!(await agentPods(client, node, signal)).some((pod) => !gone.has(pod.metadata.uid) && isReady(pod))) {
    if (systemClock.monotonic() > end) throw new McsError('MCS_TIMEOUT', `Cannot restart the gateway within ${timeoutMs / 1000} s: no new pod of mcs-gateway on node "${node}" is ready`, { hints: ['mcs diagnose deployment'] });
    await sleep(systemClock, POLL_MS, signal);
  }
}

async function labelNode(client: KubeClient, node: string, isGateway: boolean, signal: AbortSignal): Promise<void> {
  await client.patch(resources.nodes, node, undefined, 'application/merge-patch+json', { metadata: { labels: { [GATEWAY_NODE]: isGateway ? 'true' : null } } }, { fieldManager: 'mcs-verify', signal });
}

async function waitForRole(client: KubeClient, node: string, state: 'active' | 'passive', { progress, signal, timeoutMs }: DisturbOptions): Promise<void> {
  await waitFor(client, resources.gateways, node, MEMBER_NAMESPACE, (gateway) => gateway?.status?.haStatus === state, {
    signal,
    timeoutMs,
    goal: `make "${node}" the ${state} gateway`,
    describe: (gateway) => `its agent is ${gateway?.status?.haStatus ?? 'no gateway'}`,
    progress: (text) => progress(`Waiting for ${node}: ${text}`),
    hints: ['mcs show gateways'],
  });
}

/** Another node becomes the active gateway; what is returned makes the first one active again. */
async function moveGateway(client: KubeClient, { gateway, other }: { readonly gateway: string; readonly other: string }, options: DisturbOptions): Promise<Restore> {
  const restore = async (): Promise<void> => {
    const signal = AbortSignal.timeout(RESTORE_MS);
    try {
      await labelNode(client, gateway, true, signal);
      await labelNode(client, other, false, signal);
      await waitForRole(client, gateway, 'active', { ...options, signal, timeoutMs: RESTORE_MS });
    } catch (cause) {
      const hints = [`kubectl label node ${gateway} ${GATEWAY_NODE}=true --overwrite`, `kubectl label node ${other} ${GATEWAY_NODE}-`];
      throw new McsError('MCS_API_ERROR', `Cannot make "${gateway}" the gateway again at ${client.server}: ${errorMessage(cause)}`, { hints, cause });
    }
  };
  try {
    await labelNode(client, other, true, options.signal);
    await waitForRole(client, other, 'passive', options);
    await labelNode(client, gateway, false, options.signal);
    await waitForRole(client, other, 'active', options);
  } catch (error) {
    await restore();
    throw error;
  }
  return restore;
}

/** Disturbs the data plane of a cluster, and waits until it stands again. Throws ApiError and MCS_TIMEOUT. */
export async function disturb(client: KubeClient, { gateway = '', other = '' }: VerifyCluster, { test }: Disruption, options: DisturbOptions): Promise<Restore> {
  if (test === 'gateway-move') return moveGateway(client, { gateway, other }, options);
  await restartGateway(client, gateway, options);
  return () => Promise.resolve();
}
