/** Has the cluster's own DNS forward names of gateways, in its Deployment `dns-config-patcher`. */
import { systemClock } from '../base/clock.ts';
import { McsError } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import { DnsWiring } from '../cluster-dns/dns-wiring.ts';
import { gatewayWiring } from '../cluster-dns/wiring-subject.ts';
import { inClusterAccess } from '../kube/in-cluster-access.ts';
import { createKubeClient, userAgentOf } from '../kube/kube-client.ts';
import { readSuffixes } from './dns-settings.ts';
import { type AgentContext, type ComposedAgent, runAgent } from './run-agent.ts';

const FIELD_MANAGER = 'mcs-dns-wiring';
const SERVICE = 'dns-server';

/** What stands when it stops is left: a restart must not take names away. */
function startableOf(wiring: DnsWiring): Startable {
  const abort = new AbortController();
  let run: Promise<void> | undefined;
  return {
    name: 'dns-wiring',
    start: (signal) => {
      run ??= wiring.run(AbortSignal.any([signal, abort.signal]));
      return Promise.resolve();
    },
    stop: async () => {
      abort.abort(new Error('The wiring was stopped'));
      await run;
    },
  };
}

function compose({ env, environment, runtime, logger, version }: AgentContext): Promise<ComposedAgent> {
  const suffixes = readSuffixes(env);
  if (suffixes.length === 0) throw new McsError('MCS_USAGE', 'Cannot wire the DNS of the cluster: MCS_DNS_SUFFIXES names no zone');
  const subject = gatewayWiring(suffixes);
  const client = createKubeClient(inClusterAccess(runtime, env), { userAgent: userAgentOf('dns-wiring', version) });
  const service = { namespace: env.NAMESPACE ?? environment.podNamespace, name: env.MCS_DNS_SERVICE ?? SERVICE };
  return Promise.resolve({ parts: [startableOf(new DnsWiring({ client, subject, service, fieldManager: FIELD_MANAGER, clock: systemClock, logger }))] });
}

await runAgent({ name: 'dns-wiring', conditions: [], compose });
