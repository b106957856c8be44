/**
 * The gateway agent of a node, in the DaemonSet `mcs-gateway`. With `--remove` it takes everything of
 * ours away from the node instead.
 */
import { parseArgs } from 'node:util';
import { McsError } from '../base/errors.ts';
import { systemClock } from '../base/clock.ts';
import { createRequestCounter } from '../base/metrics.ts';
import { GatewayAgent } from '../gateway/gateway-agent.ts';
import { createKernelPlatform } from '../gateway/kernel-platform.ts';
import { createLoopbackPlatform } from '../gateway/loopback/loopback-platform.ts';
import { createGatewayMetrics } from '../gateway/metrics.ts';
import { PathMemory } from '../gateway/path-memory.ts';
import type { GatewayPlatform } from '../gateway/platform.ts';
import { fetchText } from '../gateway/public-ip/resolvers.ts';
import { Remover } from '../gateway/remover.ts';
import { type GatewaySettings, readGatewaySettings } from '../gateway/settings.ts';
import { inClusterAccess } from '../kube/in-cluster-access.ts';
import { createKubeClient, userAgentOf } from '../kube/kube-client.ts';
import { readMemberConfig } from './config.ts';
import { createBrokerConnector } from './connect-broker.ts';
import { type AgentContext, type ComposedAgent, runAgent } from './run-agent.ts';

const { values: flags } = parseArgs({ options: { remove: { type: 'boolean', default: false } } });

/** In a volume that lives as long as the pod. */
const PATH_MEMORY = '/var/lib/mcs/paths.json';

function platformOf(settings: GatewaySettings, { env, logger }: AgentContext): GatewayPlatform {
  // on the host's network the pod's address is the node's
  return settings.simulated ? createLoopbackPlatform(env.POD_IP ?? '127.0.0.1') : createKernelPlatform(settings, logger);
}

async function compose(context: AgentContext): Promise<ComposedAgent> {
  const { env, environment, runtime, logger, registry, health, version } = context;
  const nodeName = env.NODE_NAME;
  if (nodeName === undefined || nodeName === '') throw new McsError('MCS_USAGE', 'Cannot be the agent of a node: NODE_NAME is not set');
  const place = { nodeName, namespace: environment.podNamespace, simulated: runtime.simulated, version };
  const settings = readGatewaySettings(await readMemberConfig(runtime), place);
  const platform = platformOf(settings, context);
  if (flags.remove) {
    const remover = new Remover(platform, systemClock, logger);
    health.observe('gateway', () => remover.readiness());
    return { parts: [remover] };
  }
  const countRequests = createRequestCounter(registry);
  const userAgent = userAgentOf('gateway', version);
  const agent = new GatewayAgent({
    settings,
    client: createKubeClient(inClusterAccess(runtime, env), { userAgent, onRequest: countRequests('local') }),
    connectBroker: createBrokerConnector({ userAgent, onRequest: countRequests('broker') }),
    platform,
    memory: new PathMemory(runtime.mounted(PATH_MEMORY), logger),
    podName: environment.podName,
    identity: environment.podUID,
    metrics: createGatewayMetrics(registry),
    fetchText,
    clock: systemClock,
    logger,
  });
  health.observe('gateway', () => agent.readiness());
  return { parts: [agent] };
}

await runAgent({ name: 'gateway', conditions: ['gateway'], compose });
