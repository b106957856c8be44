/** A hub, in its Deployment `mcs-hub`. */
import { systemClock } from '../base/clock.ts';
import { McsError } from '../base/errors.ts';
import { createRequestCounter } from '../base/metrics.ts';
import { inClusterAccess } from '../kube/in-cluster-access.ts';
import { createKubeClient, userAgentOf } from '../kube/kube-client.ts';
import { composeHub } from './compose-hub.ts';
import { type AgentContext, type ComposedAgent, runAgent } from './run-agent.ts';

function compose(context: AgentContext): Promise<ComposedAgent> {
  const { env, environment, runtime, logger, registry, health, version } = context;
  const hubID = env.MCS_HUB_ID;
  if (hubID === undefined || hubID === '') throw new McsError('MCS_USAGE', 'Cannot be a hub: MCS_HUB_ID is not set');
  const userAgent = userAgentOf('hub', version);
  const { hub, parts } = composeHub({
    settings: { hubID, namespace: environment.podNamespace, identity: environment.podUID },
    client: createKubeClient(inClusterAccess(runtime, env), { userAgent, onRequest: createRequestCounter(registry)('hub') }),
    simulated: runtime.simulated,
    registry,
    clock: systemClock,
    logger,
    env,
    userAgent,
  });
  health.observe('hub', () => hub.readiness());
  return Promise.resolve({ parts });
}

await runAgent({ name: 'hub', conditions: ['hub'], compose });
