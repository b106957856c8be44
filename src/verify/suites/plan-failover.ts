import { serverOn } from './names.ts';
import { connectivityProblems } from './plan-connectivity.ts';
import type { Disruption, PlannedTest, VerifyCluster } from './planned-test.ts';

function planCall(disruption: Disruption, from: VerifyCluster, to: VerifyCluster, problems: readonly string[]): PlannedTest {
  const role = from.other === undefined ? 'gateway' : 'other';
  return {
    name: disruption.test,
    where: `in ${disruption.cluster}, ${from.name} to ${to.name}`,
    clusters: [from.name, to.name],
    from: { cluster: from.name, role },
    stage: disruption,
    asks: [{ kind: 'call', target: { cluster: to.name, pod: serverOn('gateway') }, answeredBy: [to.name], times: 1, keepsSource: true }],
    ...(problems.length > 0 && { skip: problems.join('; ') }),
  };
}

function planDisruption(test: Disruption['test'], cluster: VerifyCluster, peer: VerifyCluster): readonly PlannedTest[] {
  const general = connectivityProblems([cluster, peer]);
  const lacking = [cluster, peer].filter(({ gateway }) => gateway === undefined).map(({ name }) => `${name} has no ready gateway node`);
  const standby = test === 'gateway-move' && cluster.other === undefined ? [`${cluster.name} has no ready node beside its gateways`] : [];
  const problems = general.length > 0 ? general : [...lacking, ...standby];
  const disruption = { test, cluster: cluster.name };
  return [planCall(disruption, cluster, peer, problems), planCall(disruption, peer, cluster, problems)];
}

/** The gateway of each cluster is restarted, then another node takes its place; calls go on in both directions. */
export function planFailover(all: readonly VerifyCluster[]): readonly PlannedTest[] {
  const each = (test: Disruption['test']): readonly PlannedTest[] =>
    all.flatMap((cluster) => {
      const others = all.filter((other) => other !== cluster);
      const peer = others.find((other) => connectivityProblems([cluster, other]).length === 0) ?? others[0];
      return peer === undefined ? [] : planDisruption(test, cluster, peer);
    });
  return [...each('gateway-restart'), ...each('gateway-move')];
}
