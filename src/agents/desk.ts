/** The desk of a broker, in its Deployment `mcs-desk`: answers join requests and removes members that leave. */
import { systemClock } from '../base/clock.ts';
import { createDeskService } from '../desk/desk-service.ts';
import { createDeskMetrics } from '../desk/metrics.ts';
import { inClusterAccess } from '../kube/in-cluster-access.ts';
import { createKubeClient, userAgentOf } from '../kube/kube-client.ts';
import { type AgentContext, type ComposedAgent, runAgent } from './run-agent.ts';

function compose({ env, environment, runtime, logger, registry, health, version }: AgentContext): Promise<ComposedAgent> {
  const desk = createDeskService({
    client: createKubeClient(inClusterAccess(runtime, env), { userAgent: userAgentOf('desk', version) }),
    namespace: environment.podNamespace,
    identity: environment.podUID,
    allowLoopback: runtime.simulated,
    clock: systemClock,
    logger,
    observer: createDeskMetrics(registry),
  });
  health.observe('desk', () => ({ isMet: desk.isReady, detail: desk.isReady ? (desk.isLeader ? 'answers joins' : 'standby') : 'reads its broker' }));
  return Promise.resolve({ parts: [desk] });
}

await runAgent({ name: 'desk', conditions: ['desk'], compose });
