/** The controller of a member cluster, in its Deployment `mcs-controller`. */
import type { MemberConfig } from '../api/types/index.ts';
import { systemClock } from '../base/clock.ts';
import { createRequestCounter } from '../base/metrics.ts';
import { Controller } from '../controller/controller.ts';
import { createControllerMetrics } from '../controller/metrics.ts';
import { type ControllerSettings, DEFAULT_LIMITS } from '../controller/settings.ts';
import { inClusterAccess } from '../kube/in-cluster-access.ts';
import { createKubeClient, userAgentOf } from '../kube/kube-client.ts';
import { readMemberConfig } from './config.ts';
import { createBrokerConnector } from './connect-broker.ts';
import { type AgentContext, type ComposedAgent, runAgent } from './run-agent.ts';

function settingsOf(config: MemberConfig, { environment, runtime }: AgentContext): ControllerSettings {
  const { clusterID, brokerNamespace, podCIDRs, serviceCIDRs, nodeCIDRs, components, importNamespaces, denyNamespaces, importLimits, dnsWiring } = config;
  return {
    clusterID,
    memberNamespace: environment.podNamespace,
    brokerNamespace,
    podCIDRs,
    serviceCIDRs,
    nodeCIDRs,
    connectivity: components.includes('connectivity'),
    ...(importNamespaces !== undefined && { importNamespaces }),
    ...(denyNamespaces !== undefined && { denyNamespaces }),
    ...(dnsWiring !== undefined && { dnsWiring }),
    simulated: runtime.simulated,
    identity: environment.podUID,
    limits: { ...DEFAULT_LIMITS, ...importLimits },
  };
}

async function compose(context: AgentContext): Promise<ComposedAgent> {
  const { env, runtime, logger, registry, health, version } = context;
  const settings = settingsOf(await readMemberConfig(runtime), context);
  const userAgent = userAgentOf('controller', version);
  const countRequests = createRequestCounter(registry);
  const controller = new Controller({
    settings,
    localClient: createKubeClient(inClusterAccess(runtime, env), { userAgent, onRequest: countRequests('local') }),
    connectBroker: createBrokerConnector({ userAgent, onRequest: countRequests('broker') }),
    metrics: createControllerMetrics(registry),
    clock: systemClock,
    logger,
  });
  health.observe('controller', () => controller.readiness());
  return { parts: [controller] };
}

await runAgent({ name: 'controller', conditions: ['controller'], compose });
