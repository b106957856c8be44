import { CLUSTER_DOMAIN } from '../api/names.ts';
import { describeServer, editCommand, RELOAD_HINTS, UNSEEN } from './describe-wiring.ts';
import type { FallthroughPlan } from './plan-fallthrough.ts';
import type { FallthroughRefusal, FallthroughStatus, LoadedServer } from './wiring-status.ts';

/** What stands in the way; `%` is the ConfigMap. */
const REASONS: Readonly<Record<FallthroughRefusal, string>> = {
  off: "join was told to leave the cluster's own DNS alone",
  'no-address': 'the Service of our name server has no cluster address',
  'unknown-dns': 'no CoreDNS with a Corefile in kube-system was found',
  openshift: "OpenShift's DNS operator keeps the Corefile and has no setting for it",
  'kube-dns': 'kube-dns has no setting for it',
  managed: 'the distribution keeps % and puts it back; what users may add stands outside of the plugin "kubernetes"',
  'old-coredns': 'CoreDNS before 1.9.4 takes one "forward" in a server block only, and does not start with two',
  unreadable: '% is not understood',
  'damaged-marks': 'a line with "# mcs-fallthrough" in % is not as it was written, so it cannot be told what stood there before',
  'no-kubernetes': 'no plugin "kubernetes" stands in %',
  'several-kubernetes': 'several plugins "kubernetes" stand in %',
  'other-domain': `the plugin "kubernetes" in % does not serve ${CLUSTER_DOMAIN}`,
  unrecognised: `the plugin "kubernetes" in % has no braces, stands in a snippet, or another server has names of ${CLUSTER_DOMAIN}`,
  'foreign-forward': `a "forward" for ${CLUSTER_DOMAIN} that is not ours stands in %`,
};

/** Refusals that an edit of the Corefile ends. */
const EDITED: readonly FallthroughRefusal[] = ['unreadable', 'damaged-marks', 'several-kubernetes', 'unrecognised', 'foreign-forward'];

/** What to do where the cluster's DNS cannot be edited. */
const INSTEAD = 'mcs reflection enable --all-namespaces';

function describeRefusal(reason: FallthroughRefusal, place: string | undefined): FallthroughStatus {
  const message = `names of ${CLUSTER_DOMAIN} do not fall through: ${REASONS[reason].replace('%', place ?? 'the Corefile')}`;
  const edit = place !== undefined && EDITED.includes(reason) ? [editCommand(place)] : [];
  const hints = reason === 'no-address' ? [] : [...edit, INSTEAD];
  return { state: 'refused', reason, message, hints, ...(place !== undefined && { place }), servers: [] };
}

/** What is to be said about the fallthrough that is asked for. */
export function describeFallthrough({ refusal, place }: FallthroughPlan, servers: readonly LoadedServer[], isLate: boolean, isUnseen = false): FallthroughStatus {
  if (refusal !== undefined) return describeRefusal(refusal, place);
  const where = place ?? 'the Corefile';
  const about = { servers, ...(place !== undefined && { place }) };
  if (isUnseen) return { state: 'written', message: `${where} passes on names of ${CLUSTER_DOMAIN} that it does not know; ${UNSEEN}`, hints: [], ...about };
  const waiting = servers.filter(({ isLoaded }) => !isLoaded);
  if (servers.length > 0 && waiting.length === 0) return { state: 'wired', message: `${where} passes on names of ${CLUSTER_DOMAIN} that it does not know, and all servers have loaded it`, hints: [], ...about };
  const whom = servers.length === 0 ? 'no server could be asked' : `not loaded by ${waiting.slice(0, 5).map(describeServer).join(', ')}`;
  return { state: isLate ? 'not-loaded' : 'loading', message: `${where} has the fallthrough, but ${whom}`, hints: isLate ? RELOAD_HINTS : [], ...about };
}
