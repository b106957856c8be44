import { APP_COMPONENT } from '../../api/labels.ts';
import { MEMBER_BROKER_SECRET, MEMBER_CONFIG, MEMBER_NAMESPACE } from '../../api/names.ts';
import { podTroubles } from '../../api/pod-troubles.ts';
import { resources } from '../../api/resources.ts';
import type { Pod } from '../../api/types/index.ts';
import type { ClusterState, CredentialState, WorkloadState } from '../../inspect/cluster-state.ts';
import { judgeCredential } from '../../inspect/describe-credential.ts';
import { isForbidden } from '../../kube/api-error.ts';
import { type CheckOutcome, count, fail, pass, skip, warn } from '../check.ts';
import { readOwnPods } from '../cluster-readings.ts';
import { type ClusterCheck, type DiagnoseContext, kubectlFor, memberOf } from '../context.ts';
import { withLastWords } from '../last-words.ts';
import { checkHub, skipCredential } from './hub-member.ts';
import { scale } from '../repairs.ts';

/** The check of the controller, which also tells of parts that have no configuration. */
export const CONTROLLER_CHECK = 'MCS-DEP-01';

/** Whether parts of a member stand in a cluster, configured or not. */
export function hasMemberParts({ workloads }: Pick<ClusterState, 'workloads'>): boolean {
  return workloads.some(({ namespace }) => namespace === MEMBER_NAMESPACE);
}

/** Parts that somebody left behind, or that a join which was cut short has not come to. */
function judgeUnconfigured({ cluster }: DiagnoseContext): CheckOutcome {
  const parts = cluster.state.workloads.filter(({ namespace }) => namespace === MEMBER_NAMESPACE).map(({ kind, name }) => `${kind} ${name}`);
  return fail([`there is no readable ConfigMap ${MEMBER_NAMESPACE}/${MEMBER_CONFIG}, so ${parts.join(', ')} cannot know what they are a member of`], [`mcs join broker-info.subm --context ${cluster.context}`, `mcs leave --context ${cluster.context}   # to remove what is left`]);
}

/** A part that must be there and ready. */
export function expectReady(context: DiagnoseContext, component: string): CheckOutcome {
  const workload = context.cluster.state.workloads.find((candidate) => candidate.component === component);
  if (workload === undefined) return fail([`there is no ${component}`], [`mcs join broker-info.subm --context ${context.cluster.context}`]);
  return judgeWorkload(context, workload);
}

const readyOf = (component: string) => (context: DiagnoseContext, signal: AbortSignal): Promise<CheckOutcome> =>
  withLastWords(expectReady(context, component), context.cluster.state.workloads.find((candidate) => candidate.component === component), context, signal);

/** Judged by readiness, not by what was scheduled. */
export function judgeWorkload(context: DiagnoseContext, { kind, namespace, name, ready, wanted, image }: WorkloadState): CheckOutcome {
  const evidence = `${kind} ${namespace}/${name}: ${ready} of ${wanted} ready, image ${image}`;
  if (ready >= wanted && wanted > 0) return pass(evidence);
  const fix = [`${kubectlFor(context)} -n ${namespace} describe ${kind.toLowerCase()} ${name}`, `${kubectlFor(context)} -n ${namespace} logs ${kind.toLowerCase()}/${name}`];
  // names still resolve while one replica is left
  if (ready > 0 && wanted > 0) return warn([evidence], fix);
  return { ...fail([evidence], fix), ...(wanted === 0 && kind === 'Deployment' && { repairs: [scale({ kind, namespace, name }, 1)] }) };
}

async function readAndJudgePods(context: DiagnoseContext, signal: AbortSignal): Promise<CheckOutcome> {
  const namespaces = [...new Set(context.cluster.state.workloads.map(({ namespace }) => namespace))];
  const pods = await Promise.all(namespaces.map((namespace) => readOwnPods(context, namespace, signal)));
  return judgePods(pods.flat(), namespaces, kubectlFor(context), findFailed(context.cluster.state.workloads));
}

/** Components of which the check of their own says that they fail, and what their pods lack. */
function findFailed(workloads: readonly WorkloadState[]): ReadonlySet<string> {
  const hasFailed = ({ kind, ready, wanted }: WorkloadState): boolean => ready === 0 || (kind === 'DaemonSet' && ready < wanted);
  return new Set(workloads.filter(hasFailed).map(({ component }) => component));
}

/** Whether all pods of mcs, in these namespaces, run and have run for some time. */
export function judgePods(pods: readonly Pod[], namespaces: readonly string[], kubectl: string, failed: ReadonlySet<string> = new Set()): CheckOutcome {
  if (pods.length === 0) return fail(['there is no pod of mcs'], namespaces.map((namespace) => `${kubectl} -n ${namespace} get deployments`));
  const troubles = pods.filter(({ metadata }) => !failed.has(metadata.labels?.[APP_COMPONENT] ?? '')).map(podTroubles);
  const broken = troubles.flatMap((trouble) => trouble.broken);
  const restarts = troubles.flatMap((trouble) => trouble.restarts);
  const fix = namespaces.map((namespace) => `${kubectl} -n ${namespace} get pods`);
  if (broken.length > 0) return fail([...broken, ...restarts], fix);
  return restarts.length > 0 ? warn(restarts, fix) : pass(count(pods.length, 'pod'));
}

/** How the time until a credential ends is to be taken. */
export function judgeExpiry(credential: Pick<CredentialState, 'renewsAt' | 'expiresAt'>, now: number, context: string): CheckOutcome {
  const { renewsAt, expiresAt } = credential;
  const rejoin = [`mcs join broker-info.subm --context ${context}`];
  switch (judgeCredential(credential, now)) {
    case 'unreadable':
      return fail(['the Secret submariner-operator/mcs-broker is damaged'], [`kubectl --context ${context} -n submariner-operator delete secret mcs-broker`, ...rejoin]);
    case 'expired':
      return fail([`it expired at ${expiresAt}`, 'what is imported stays, but nothing new arrives'], rejoin);
    case 'overdue':
      return warn([`it expires at ${expiresAt}, and was to be renewed at ${renewsAt}`], [`kubectl --context ${context} -n submariner-operator logs deployment/mcs-controller`, ...rejoin]);
    case 'valid':
      return pass(`good until ${expiresAt}, renewed from ${renewsAt} on`);
  }
}

/** A credential that was not read may be gone, or not for the eyes of who asks. */
async function explainAbsence({ cluster: { client, context } }: DiagnoseContext, signal: AbortSignal): Promise<CheckOutcome> {
  const where = `${MEMBER_NAMESPACE}/${MEMBER_BROKER_SECRET}`;
  try {
    if ((await client.find(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, { signal })) !== undefined) return skip(`the Secret ${where} has come just now`);
  } catch (error) {
    if (isForbidden(error)) return skip(`the Secret ${where} may not be read`);
    throw error;
  }
  return fail([`there is no Secret ${where}: nothing goes to the broker or comes from there`], [`mcs join broker-info.subm --context ${context}`]);
}

/** Checks of clusters that are members. */
export const memberDeploymentChecks: readonly ClusterCheck[] = [
  {
    id: CONTROLLER_CHECK,
    title: 'The controller is ready',
    topic: 'deployment',
    needs: [],
    run: (context, signal) => {
      const { member } = context.cluster.state;
      if (member === undefined) return Promise.resolve(judgeUnconfigured(context));
      return member.config.hub === undefined ? readyOf('controller')(context, signal) : checkHub(member.config.hub, context, signal);
    },
  },
  { id: 'MCS-DEP-02', title: 'The name server is ready', topic: 'deployment', needs: [], run: readyOf('dns') },
  {
    id: 'MCS-DEP-03',
    title: 'The credential on the broker is valid',
    topic: 'deployment',
    needs: [],
    run: async (context, signal) => {
      const { credential, config } = memberOf(context);
      if (config.hub !== undefined) return skipCredential(config.hub);
      return credential === undefined ? explainAbsence(context, signal) : judgeExpiry(credential, context.clock.now(), context.cluster.context);
    },
  },
];

/** Checks of the cluster that hosts the broker. */
export const brokerDeploymentChecks: readonly ClusterCheck[] = [
  { id: 'MCS-DEP-04', title: 'The desk is ready', topic: 'deployment', needs: [], run: readyOf('desk') },
];

export const podChecks: readonly ClusterCheck[] = [
  { id: 'MCS-DEP-05', title: 'No pod of mcs is failing or restarting', topic: 'deployment', needs: [], run: readAndJudgePods },
];
