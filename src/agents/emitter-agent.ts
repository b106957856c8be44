import { createRequestCounter } from '../base/metrics.ts';
import { accessForContext, inClusterAccess, loadKubeconfig } from '../kube/access.ts';
import type { ClusterAccess } from '../kube/client.ts';
import { createKubeClient, userAgentOf } from '../kube/kube-client.ts';
import type { EmitterInput } from '../mirror/emit/read-options.ts';
import { composeEmitter } from './compose-emitter.ts';
import type { AgentContext, AgentOptions } from './run-agent.ts';

async function accessTo({ context, kubeconfig }: EmitterInput, { env, runtime }: AgentContext): Promise<ClusterAccess> {
  if (kubeconfig === undefined && context === undefined && env.KUBERNETES_SERVICE_HOST) return inClusterAccess(runtime, env);
  return accessForContext(await loadKubeconfig({ env, ...(kubeconfig !== undefined && { kubeconfig }) }), context, { env });
}

/** The emitter as a program of its own, in a pod or in the foreground. */
export function emitterAgent(input: EmitterInput, env: NodeJS.ProcessEnv): AgentOptions {
  const { health } = input;
  return {
    name: 'emitter',
    conditions: ['emitter'],
    env: { ...env, ...(health && { MCS_HEALTH_PORT: String(health.port) }), ...(health?.host !== undefined && { MCS_HEALTH_HOST: health.host }) },
    compose: async (context) => {
      const { registry, version } = context;
      const client = createKubeClient(await accessTo(input, context), { userAgent: userAgentOf('emitter', version), onRequest: createRequestCounter(registry)('local') });
      return { parts: composeEmitter(input.settings, { ...context, client }) };
    },
  };
}
