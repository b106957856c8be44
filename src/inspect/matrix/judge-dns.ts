import type { FleetMember } from '../survey-fleet.ts';
import type { Aspect } from './aspect.ts';

/** `not wired`: the cluster's own DNS does not lead to the name server. `off`: join was told to leave it alone, to install no name server, or there is no cluster DNS that is known. */
export type DnsState = 'ok' | 'not ready' | 'loading' | 'not wired' | 'off' | 'unknown';

function judgeWiring({ state }: FleetMember): Aspect<DnsState> {
  const wiring = state.member?.dnsWiring;
  if (wiring === undefined) return { verdict: 'unknown', state: 'unknown', message: "the controller has not looked at the cluster's own DNS yet" };
  const { message } = wiring;
  switch (wiring.state) {
    case 'wired':
    case 'written': // a hub cannot see more
    case 'served':
      return { verdict: 'ok', state: 'ok', message: '' };
    case 'off':
    case 'none': // nothing was found to wire: names resolve at the name server itself
      return { verdict: 'off', state: 'off', message };
    case 'loading':
      return { verdict: 'unknown', state: 'loading', message };
    case 'conflict':
    case 'failed':
    case 'no-address':
    case 'not-loaded':
      return { verdict: 'bad', state: 'not wired', message };
  }
}

/** Whether names of the set resolve in a cluster, as its name server and its controller say. */
export function judgeDns(cluster: FleetMember | undefined): Aspect<DnsState> {
  const member = cluster?.state.member;
  if (cluster === undefined || member === undefined) return { verdict: 'unknown', state: 'unknown', message: 'the cluster was not read' };
  if (!member.config.components.includes('service-discovery')) return { verdict: 'off', state: 'off', message: 'service discovery is not installed' };
  const servers = cluster.state.workloads.filter(({ component }) => component === 'dns');
  const ready = servers.reduce((sum, workload) => sum + workload.ready, 0);
  if (ready === 0) return { verdict: 'bad', state: 'not ready', message: servers.length === 0 ? 'there is no name server' : 'no pod of the name server is ready' };
  return judgeWiring(cluster);
}
