/** The controller of a member cluster, in its Deployment `mcs-controller`. */
import { systemClock } from '../base/clock.ts';
import { createRequestCounter } from '../base/metrics.ts';
import { Controller } from '../controller/controller.ts';
import { createControllerMetrics } from '../controller/metrics.ts';
import { controllerSettings } from '../controller/settings.ts';
import { inClusterAccess } from '../kube/in-cluster-access.ts';
import { createKubeClient, userAgentOf } from '../kube/kube-client.ts';
import { readMemberConfig } from './config.ts';
import { createBrokerConnector } from './connect-broker.ts';
import { type AgentContext, type ComposedAgent, runAgent } from './run-agent.ts';

async function compose(context: AgentContext): Promise<ComposedAgent> {
  const { env, environment, runtime, logger, registry, health, version } = context;
  const settings = controllerSettings(await readMemberConfig(runtime), { memberNamespace: environment.podNamespace, identity: environment.podUID, simulated: runtime.simulated });
  const userAgent = userAgentOf('controller', version);
  const countRequests = createRequestCounter(registry);
  const controller = new Controller({
    settings,
    localClient: createKubeClient(inClusterAccess(runtime, env), { userAgent, onRequest: countRequests('local') }),
    broker: { kind: 'credential', connect: createBrokerConnector({ userAgent, onRequest: countRequests('broker') }) },
    metrics: createControllerMetrics(registry),
    clock: systemClock,
    logger,
  });
  health.observe('controller', () => controller.readiness());
  return { parts: [controller] };
}

await runAgent({ name: 'controller', conditions: ['controller'], compose });
