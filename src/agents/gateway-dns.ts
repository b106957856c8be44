/** The hub of gateway-dns, in its Deployment `xcc-dns-controller` on a management cluster. */
import { systemClock } from '../base/clock.ts';
import { McsError } from '../base/errors.ts';
import { createRequestCounter } from '../base/metrics.ts';
import { GatewayDNSHub } from '../gateway-dns/hub.ts';
import { createGatewayDNSMetrics } from '../gateway-dns/metrics.ts';
import { readGatewayDNSFlags, readGatewayDNSSettings } from '../gateway-dns/read-settings.ts';
import { inClusterAccess } from '../kube/in-cluster-access.ts';
import { createKubeClient, userAgentOf } from '../kube/kube-client.ts';
import { tryTarget } from '../probe/reach.ts';
import { type AgentContext, type ComposedAgent, runAgent } from './run-agent.ts';

function compose({ env, environment, runtime, logger, registry, health, version }: AgentContext): Promise<ComposedAgent> {
  const userAgent = userAgentOf('gateway-dns', version);
  const hub = new GatewayDNSHub({
    settings: readGatewayDNSSettings(env),
    hubClient: createKubeClient(inClusterAccess(runtime, env), { userAgent, onRequest: createRequestCounter(registry)('local') }),
    identity: environment.podUID,
    simulated: runtime.simulated,
    ask: async ({ address, port, timeoutMs }) => (await tryTarget({ host: address, port }, { timeoutMs, portOf: (named) => runtime.listenPort(named) })).error === undefined,
    metrics: createGatewayDNSMetrics(registry),
    clock: systemClock,
    logger,
    env,
    userAgent,
  });
  health.observe('gateway-dns', () => hub.readiness());
  return Promise.resolve({ parts: [hub] });
}

/** Flags of the original say what the environment says otherwise. */
function environmentOf(args: readonly string[], env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { health } = readGatewayDNSFlags(args);
  return { ...env, ...(health && { MCS_HEALTH_PORT: String(health.port) }), ...(health?.host !== undefined && { MCS_HEALTH_HOST: health.host }) };
}

try {
  await runAgent({ name: 'gateway-dns', conditions: ['gateway-dns'], env: environmentOf(process.argv.slice(2), process.env), compose });
} catch (error) {
  if (!(error instanceof McsError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n${error.hints.map((hint) => `  ${hint}\n`).join('')}`);
  process.exitCode = error.exitCode;
}
