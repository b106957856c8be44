import type { TestName } from './catalogue.ts';
import { clustersetName, serverOn, webService } from './names.ts';
import type { Caller, PlannedTest, Role, VerifyCluster } from './planned-test.ts';

const ROLES: readonly Role[] = ['gateway', 'other'];

function nodeProblem(cluster: VerifyCluster, role: Role | undefined): readonly string[] {
  if (role === undefined || cluster[role] !== undefined) return [];
  return [role === 'gateway' ? `${cluster.name} has no ready gateway node` : `${cluster.name} has no ready node beside its gateways`];
}

/** Why no packet goes between two clusters by our doing; none where it should. */
export function connectivityProblems(clusters: readonly VerifyCluster[]): readonly string[] {
  const outside = clusters.filter(({ isMember }) => !isMember).map(({ name }) => `${name} is not joined`).sort();
  if (outside.length > 0) return outside;
  if (clusters.some(({ isSandbox }) => isSandbox)) return ['clusters of a sandbox share one loopback interface, so no tunnel carries their calls'];
  return clusters.filter(({ components }) => !components.includes('connectivity')).map(({ name }) => `${name} was joined without the component connectivity`).sort();
}

const describe = ({ cluster, isNode, role }: Caller): string => `${cluster}${role === undefined ? '' : ` (${role}${isNode === true ? ' node' : ''})`}`;

interface Pair {
  readonly from: VerifyCluster;
  readonly to: VerifyCluster;
}

function podTest(name: TestName, { from, to }: Pair, caller: Caller, role: Role): PlannedTest {
  const problems = connectivityProblems([from, to]);
  const reasons = problems.length > 0 ? problems : [...nodeProblem(from, caller.role), ...nodeProblem(to, role)];
  return {
    name,
    where: `${describe(caller)} to ${describe({ cluster: to.name, role })}`,
    clusters: [from.name, to.name],
    from: caller,
    stage: 'exported',
    // a node has several addresses, and which one it calls from is its network's to choose
    asks: [{ kind: 'call', target: { cluster: to.name, pod: serverOn(role) }, answeredBy: [to.name], times: 1, keepsSource: caller.isNode !== true }],
    ...(reasons.length > 0 && { skip: reasons.join('; ') }),
  };
}

function serviceTest({ from, to }: Pair, role: Role, namespace: string): PlannedTest {
  const problems = connectivityProblems([from, to]);
  const undiscovered = [from, to].filter(({ components }) => !components.includes('service-discovery')).map(({ name }) => `${name} was joined without the component service-discovery`);
  const refusal = from.importRefusal === undefined ? [] : [`${from.name} imports nothing here: ${from.importRefusal}`];
  const reasons = problems.length > 0 ? problems : [...undiscovered, ...refusal, ...nodeProblem(from, role)];
  const caller = { cluster: from.name, role };
  const service = webService(to.name);
  return {
    name: 'pod-to-service',
    where: `${describe(caller)} to ${to.name}`,
    clusters: [from.name, to.name],
    from: caller,
    stage: 'exported',
    asks: [{ kind: 'call', target: { name: clustersetName(service, namespace) }, answeredBy: [to.name], times: 1, keepsSource: true }],
    service,
    ...(reasons.length > 0 && { skip: reasons.join('; ') }),
  };
}

/** Calls from pods and nodes of both kinds of nodes to the other cluster, in both directions. */
export function planConnectivity(pairs: readonly Pair[], namespace: string): readonly PlannedTest[] {
  const callers = (cluster: string, isNode: boolean): readonly Caller[] => ROLES.map((role) => ({ cluster, role, ...(isNode && { isNode }) }));
  const each = (name: TestName, isNode: boolean) => (pair: Pair): readonly PlannedTest[] => callers(pair.from.name, isNode).flatMap((caller) => ROLES.map((role) => podTest(name, pair, caller, role)));
  return [
    ...pairs.flatMap(each('pod-to-pod', false)),
    ...pairs.flatMap((pair) => ROLES.map((role) => serviceTest(pair, role, namespace))),
    ...pairs.flatMap(each('node-to-pod', true)),
  ];
}
