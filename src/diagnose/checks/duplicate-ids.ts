import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { brokerOf, isSameSet } from '../../inspect/same-set.ts';
import { nameOf } from '../../inspect/survey-fleet.ts';
import { type CheckOutcome, fail, pass } from '../check.ts';
import { type ClusterCheck, type DiagnoseContext, memberOf, subjectNameOf } from '../context.ts';

const ID = 'MCS-DEP-09';

/** A cluster that calls itself by some id. */
export interface Claim {
  /** Under which its checks run. */
  readonly name: string;
  /** UID of its kube-system: the same cluster under two contexts has one. */
  readonly uid: string;
  /** UID of the cluster that joined, as its configuration has it. */
  readonly joinedUID: string;
}

export interface ClaimScene {
  readonly id: string;
  readonly context: string;
  /** UID that the broker has for the id; undefined where it was not read, or does not say. */
  readonly holderUID: string | undefined;
  /** Other clusters of the same set, of the same id. */
  readonly others: readonly Claim[];
}

/** Whether this cluster is not the one that the id was given to; undefined where nobody can tell. */
function isImpostor({ uid, joinedUID }: Claim, holderUID: string | undefined): boolean | undefined {
  if (joinedUID !== '' && joinedUID !== uid) return true;
  return holderUID === undefined || holderUID === '' ? undefined : holderUID !== uid;
}

function describeClaim({ uid, joinedUID }: Claim, { id, holderUID, others }: ClaimScene): string[] {
  return [
    `this cluster has the kube-system ${uid} and calls itself "${id}"`,
    ...(joinedUID !== '' && joinedUID !== uid ? [`its configuration is that of a cluster with the kube-system ${joinedUID}`] : []),
    ...(holderUID !== undefined && holderUID !== uid ? [`the broker has "${id}" as the cluster with the kube-system ${holderUID}`] : []),
    ...others.map((other) => `"${other.name}", with the kube-system ${other.uid}, calls itself "${id}" too`),
  ];
}

/** No two clusters may have one id: each takes what it reads of itself on the broker for its own. It is named in the one that has to change. */
export function judgeClaim(own: Claim, scene: ClaimScene): CheckOutcome {
  const { id, context, holderUID, others } = scene;
  const verdict = isImpostor(own, holderUID);
  if (verdict !== true && others.length === 0) return pass(`"${id}" is kube-system ${own.uid}`);
  // leaving would take the rightful cluster off the broker, whose credential this one may hold
  const fix = [`kubectl --context ${context} delete namespace ${MEMBER_NAMESPACE}   # not: mcs leave`, `mcs join broker-info.subm --clusterid <another id> --context ${context}`];
  const outcome = fail(describeClaim(own, scene), fix);
  const impostors = others.filter((other) => isImpostor(other, holderUID) === true);
  // where nobody can tell which one is right, it is named in one of them
  const blamed = impostors.length > 0 ? impostors : others.filter(({ name }) => verdict === undefined && name > own.name);
  return verdict === true || blamed.length === 0 ? outcome : { ...outcome, suspects: blamed.map(({ name }) => ({ cluster: name, ids: [ID] })) };
}

function readClaim(context: DiagnoseContext): CheckOutcome {
  const { cluster, fleet } = context;
  const own = memberOf(context);
  const id = own.config.clusterID;
  const claims = fleet.clusters.flatMap((one) => {
    const { member, uid } = one.state;
    if (member === undefined || nameOf(one) !== id || isSameSet(own, member) === false) return [];
    return [{ name: subjectNameOf(one, fleet), uid, joinedUID: member.config.clusterUID }];
  });
  const holderUID = brokerOf(fleet, own)?.state.broker?.members.find(({ clusterID }) => clusterID === id)?.clusterUID;
  const claim = { name: subjectNameOf(cluster, fleet), uid: cluster.state.uid, joinedUID: own.config.clusterUID };
  return judgeClaim(claim, { id, context: cluster.context, holderUID, others: claims.filter(({ uid }) => uid !== cluster.state.uid) });
}

export const duplicateIDChecks: readonly ClusterCheck[] = [
  { id: ID, title: 'No other cluster has the id of this one', topic: 'deployment', needs: [], run: (context) => Promise.resolve(readClaim(context)) },
];
