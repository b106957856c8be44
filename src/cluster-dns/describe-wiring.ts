import type { Obstacle } from './obstacle.ts';
import type { WiringPlan } from './plan-wiring.ts';
import type { LoadedServer, WiringState, WiringStatus } from './wiring-status.ts';

interface Verdict {
  readonly state: WiringState;
  readonly message: string;
  readonly hints: readonly string[];
}

/** How a person gets at what stands there. */
export function editCommand(where: string): string {
  const [, namespace, name] = /^ConfigMap ([^/]+)\/([^,]+)/.exec(where) ?? [];
  return name === undefined ? 'kubectl edit dnses.operator.openshift.io default' : `kubectl -n ${namespace ?? ''} edit configmap ${name}`;
}

function judgeObstacle({ reason, where }: Obstacle, domain: string): Verdict {
  const hints = [editCommand(where)];
  switch (reason) {
    case 'multicluster':
      return { state: 'served', message: `CoreDNS serves ${domain} itself, with its option "multicluster" (${where}), so it is not forwarded`, hints: [] };
    case 'lighthouse':
      return { state: 'conflict', message: `a block of Lighthouse for ${domain} stands in ${where}`, hints };
    case 'foreign-block':
      return { state: 'conflict', message: `a block for ${domain} that is not ours stands in ${where}`, hints };
    case 'damaged-marks':
      return { state: 'conflict', message: `one of the lines "# mcs-start" and "# mcs-end" is missing or there twice in ${where}`, hints };
    case 'unreadable':
      return { state: 'conflict', message: `${where} is not understood, so nothing is added to it`, hints };
  }
}

const describeServer = ({ server, answer }: LoadedServer): string => `${server} (${answer})`;

function judgeServers(places: readonly string[], servers: readonly LoadedServer[], isLate: boolean): Verdict {
  const where = places.join(' and ');
  const waiting = servers.filter(({ isLoaded }) => !isLoaded);
  if (servers.length > 0 && waiting.length === 0) return { state: 'wired', message: `${where} forwards to ours, and all servers have loaded it`, hints: [] };
  const whom = servers.length === 0 ? 'no server could be asked' : `not loaded by ${waiting.slice(0, 5).map(describeServer).join(', ')}`;
  const hints = ['kubectl -n kube-system get pods -l k8s-app=kube-dns', 'kubectl -n kube-system logs -l k8s-app=kube-dns', 'kubectl -n kube-system rollout restart deployment -l k8s-app=kube-dns'];
  return { state: isLate ? 'not-loaded' : 'loading', message: `${where} is written, but ${whom}`, hints: isLate ? hints : [] };
}

function judge({ detected, obstacle, places }: WiringPlan, domain: string, upstream: string | undefined, servers: readonly LoadedServer[], isLate: boolean): Verdict {
  if (obstacle !== undefined) return judgeObstacle(obstacle, domain);
  if (detected.kind !== 'none') return judgeServers(places, servers, isLate);
  const at = upstream === undefined ? '' : ` at ${upstream} only`;
  return { state: 'none', message: `no cluster DNS was recognised: names of ${domain} resolve${at}`, hints: [] };
}

export interface WiringOutcome {
  readonly plan: WiringPlan;
  readonly domain: string;
  readonly upstream: string | undefined;
  readonly servers: readonly LoadedServer[];
  /** Whether the servers have had their time to load. */
  readonly isLate: boolean;
  readonly loadedAfterMs?: number;
}

/** What is to be said about the wiring. */
export function describeWiring({ plan, domain, upstream, servers, isLate, loadedAfterMs }: WiringOutcome): WiringStatus {
  const { detected, notes } = plan;
  const restart = detected.reloads || plan.obstacle !== undefined ? [] : ['the Corefile has no "reload": its pods load a change only when they start'];
  return {
    kind: detected.kind,
    ...judge(plan, domain, upstream, servers, isLate),
    places: plan.places,
    upstream,
    servers,
    notes: [...notes, ...restart],
    ...(loadedAfterMs !== undefined && { loadedAfterMs }),
  };
}
