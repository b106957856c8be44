import { DERIVED_SERVICE } from '../../api/labels.ts';
import { brokerObjectName } from '../../api/names.ts';
import { controllerOf, keyOf, type PathFacts } from './facts.ts';
import { type Hop, HOP_TITLES, type HopId, HOPS, type HopPlace, type TracePath, type Verdict } from './hop.ts';
import { clustersetName, judgeClusterDns, judgeEndpoints, judgeNameServer, judgePodAnswer, judgeVip } from './judge-calls.ts';
import { judgeClustersetIP, judgeImport, judgeSlices } from './judge-import.ts';
import { judgeBroker, judgeExport, judgeService } from './judge-source.ts';

/** Undefined for a hop that this service does not have. */
type Judge = (facts: PathFacts) => Verdict | undefined;

const JUDGES: Readonly<Record<HopId, Judge>> = {
  service: judgeService,
  export: judgeExport,
  broker: judgeBroker,
  import: judgeImport,
  slices: judgeSlices,
  'clusterset-ip': judgeClustersetIP,
  'name-server': judgeNameServer,
  'cluster-dns': judgeClusterDns,
  'pod-answer': judgePodAnswer,
  endpoints: judgeEndpoints,
  vip: judgeVip,
};

/** Where each hop is, and whose it is as a rule. */
function placeOf(id: HopId, facts: PathFacts): HopPlace {
  const { from, to, view } = facts;
  const key = keyOf(facts);
  const people = (cluster: string): string => `whoever deploys ${key} in "${cluster}"`;
  const here = { cluster: from.cluster };
  const derived = from.serviceImport?.metadata.annotations?.[DERIVED_SERVICE] ?? '';
  const places: Readonly<Record<HopId, HopPlace>> = {
    service: { cluster: to, object: `Service ${key}`, owner: people(to) },
    export: { cluster: to, object: `ServiceExport ${key}`, owner: people(to) },
    broker: { cluster: view.broker?.cluster ?? 'broker', object: `ServiceImport ${view.broker?.namespace ?? ''}/${brokerObjectName(view.name, view.namespace, to)}`, owner: controllerOf(to) },
    import: { ...here, object: `ServiceImport ${key}`, owner: controllerOf(from.cluster) },
    slices: { ...here, object: `EndpointSlices of ${key} from "${to}"`, owner: controllerOf(from.cluster) },
    'clusterset-ip': { ...here, object: `Service ${view.namespace}/${derived}`, owner: controllerOf(from.cluster) },
    'name-server': { ...here, object: 'Deployment submariner-operator/mcs-dns', owner: `mcs-dns of "${from.cluster}"` },
    'cluster-dns': { ...here, object: "the cluster's own DNS", owner: `whoever runs the DNS of "${from.cluster}"` },
    'pod-answer': { ...here, object: clustersetName(view), owner: `whoever runs the DNS of "${from.cluster}"` },
    endpoints: { cluster: from.cluster === to ? to : `${from.cluster} to ${to}`, object: `endpoints of ${key} in "${to}"`, owner: from.cluster === to ? `the pods and NetworkPolicies of ${key} in "${to}"` : `the network between "${from.cluster}" and "${to}", or a NetworkPolicy` },
    vip: { ...here, object: `Service ${view.namespace}/${derived}`, owner: `kube-proxy of "${from.cluster}"` },
  };
  return places[id];
}

function makeHop(id: HopId, facts: PathFacts, { evidence, fix = [], lagSeconds, owner, state }: Omit<Verdict, 'state'> & { readonly state: Hop['state'] }): Hop {
  const place = placeOf(id, facts);
  return { id, title: HOP_TITLES[id], state, ...place, ...(owner !== undefined && { owner }), evidence, ...(lagSeconds !== undefined && { lagSeconds }), fix };
}

/**
 * Judges the hops in their order and stops at the first broken one: what stands behind it follows from
 * it. `until` leaves out what comes later.
 */
export function judgePath(facts: PathFacts, until: HopId = 'vip'): TracePath {
  const hops: Hop[] = [];
  let brokenAt: HopId | undefined;
  for (const id of HOPS.slice(0, HOPS.indexOf(until) + 1)) {
    if (brokenAt !== undefined) {
      hops.push(makeHop(id, facts, { state: 'not reached', evidence: [] }));
      continue;
    }
    const verdict = JUDGES[id](facts);
    if (verdict === undefined) continue;
    hops.push(makeHop(id, facts, verdict));
    if (verdict.state === 'broken') brokenAt = id;
  }
  return { from: facts.from.cluster, to: facts.to, hops, ...(brokenAt !== undefined && { brokenAt }) };
}
