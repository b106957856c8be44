import { objectKey } from '../api/resources.ts';
import type { ObjectName } from './dns-objects.ts';
import type { Obstacle } from './obstacle.ts';
import type { WiringPlan } from './plan-wiring.ts';
import type { WiringSubject } from './wiring-subject.ts';
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

function judgeObstacle({ reason, where, zone }: Obstacle, { zones, block }: WiringSubject): Verdict {
  const hints = [editCommand(where)];
  const domain = zone ?? zones.join(', ');
  switch (reason) {
    case 'multicluster':
      return { state: 'served', message: `CoreDNS serves ${domain} itself, with its option "multicluster" (${where}), so it is not forwarded`, hints: [] };
    case 'lighthouse':
      return { state: 'conflict', message: `a block of Lighthouse for ${domain} stands in ${where}`, hints };
    case 'foreign-block':
      return { state: 'conflict', message: `a block for ${domain} that is not ours stands in ${where}`, hints };
    case 'foreign-zone':
      return { state: 'conflict', message: `names of ${domain} are served by a plugin in ${where}, which a server of ours would silence`, hints };
    case 'damaged-marks':
      return { state: 'conflict', message: `one of the lines ${block.marks.map((mark) => `"${mark}"`).join(' and ')} is missing or there twice in ${where}`, hints };
    case 'unreadable':
      return { state: 'conflict', message: `${where} is not understood, so nothing is added to it`, hints };
  }
}

/** For servers that do not load what is written. */
export const RELOAD_HINTS = ['kubectl -n kube-system get pods -l k8s-app=kube-dns', 'kubectl -n kube-system logs -l k8s-app=kube-dns', 'kubectl -n kube-system rollout restart deployment -l k8s-app=kube-dns'];

export const describeServer = ({ server, answer }: LoadedServer): string => `${server} (${answer})`;

/** Where the servers cannot be asked. */
export const UNSEEN = 'its servers load that by themselves; it cannot be seen from outside of the cluster whether they have';

function judgeServers(places: readonly string[], { servers, isLate, isUnseen = false }: WiringOutcome): Verdict {
  const where = places.join(' and ');
  if (isUnseen) return { state: 'written', message: `${where} forwards to ours; ${UNSEEN}`, hints: [] };
  const waiting = servers.filter(({ isLoaded }) => !isLoaded);
  if (servers.length > 0 && waiting.length === 0) return { state: 'wired', message: `${where} forwards to ours, and all servers have loaded it`, hints: [] };
  const whom = servers.length === 0 ? 'no server could be asked' : `not loaded by ${waiting.slice(0, 5).map(describeServer).join(', ')}`;
  return { state: isLate ? 'not-loaded' : 'loading', message: `${where} is written, but ${whom}`, hints: isLate ? RELOAD_HINTS : [] };
}

function judge(outcome: WiringOutcome): Verdict {
  const { plan, subject, service, upstream } = outcome;
  const { detected, obstacle, places } = plan;
  if (obstacle !== undefined) return judgeObstacle(obstacle, subject);
  if (upstream === undefined) return { state: 'no-address', message: `Service ${objectKey(service)} has no cluster address, so nothing forwards to it`, hints: [`kubectl -n ${service.namespace} get service ${service.name}`] };
  if (detected.kind !== 'none') return judgeServers(places, outcome);
  return { state: 'none', message: `no cluster DNS was recognised: names of ${subject.zones.join(', ')} resolve at ${upstream} only`, hints: [] };
}

export interface WiringOutcome {
  readonly plan: WiringPlan;
  readonly subject: WiringSubject;
  /** Of our name server. */
  readonly service: ObjectName;
  readonly upstream: string | undefined;
  readonly servers: readonly LoadedServer[];
  /** Whether the servers have had their time to load. */
  readonly isLate: boolean;
  /** No server could be asked from here. */
  readonly isUnseen?: boolean;
  readonly loadedAfterMs?: number;
}

/** What is to be said about the wiring. */
export function describeWiring(outcome: WiringOutcome): WiringStatus {
  const { plan, upstream, servers, loadedAfterMs } = outcome;
  const { detected, notes } = plan;
  const restart = detected.reloads || plan.obstacle !== undefined ? [] : ['the Corefile has no "reload": its pods load a change only when they start'];
  return {
    kind: detected.kind,
    ...judge(outcome),
    places: plan.places,
    upstream,
    servers,
    notes: [...notes, ...restart],
    ...(loadedAfterMs !== undefined && { loadedAfterMs }),
  };
}
