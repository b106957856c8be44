import { INNER_PORT, TUNNEL_PORT } from '../../../src/api/data-plane.ts';
import { GATEWAY_NODE } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import { runProgram } from '../../demo/shell.ts';
import type { MakeFaults, Mend, Scene } from '../fault.ts';
import { change, draft, intrude, mendAll } from '../world.ts';

/** Runs a command line in a node of the lab, as root of its network. */
async function onNode(node: string, line: string): Promise<void> {
  const lab = process.env.MCS_E2E_LAB;
  if (lab === undefined) throw new Error('Cannot break networks: MCS_E2E_LAB does not name the program of the lab');
  const { exitCode, output } = await runProgram([lab, 'node', node, '--', 'sh', '-c', line], { cwd: process.cwd(), env: process.env });
  if (exitCode !== 0) throw new Error(`"${line}" in ${node} ended with ${exitCode}: ${output}`);
}

async function nodesOf(scene: Scene, cluster: string): Promise<{ readonly gateways: readonly string[]; readonly others: readonly string[] }> {
  const { items } = await scene.client(cluster).list(resources.nodes);
  const named = (isGateway: boolean): string[] => items.filter(({ metadata }) => (metadata.labels?.[GATEWAY_NODE] === 'true') === isGateway).map(({ metadata }) => metadata.name);
  return { gateways: named(true), others: named(false) };
}

/** Drops packets by a rule of iptables before all others, in every one of these nodes. */
async function drop(nodes: readonly string[], chain: string, match: string): Promise<Mend> {
  const mends: Mend[] = [];
  for (const node of nodes) {
    await onNode(node, `iptables -w -I ${chain} ${match} -j DROP`);
    mends.push(() => onNode(node, `iptables -w -D ${chain} ${match} -j DROP`));
  }
  return mendAll(mends);
}

async function dropAtGateways(scene: Scene, cluster: string, chain: string, match: string): Promise<Mend> {
  return drop((await nodesOf(scene, cluster)).gateways, chain, match);
}

async function dropEverywhere(scene: Scene, cluster: string, chain: string, match: string): Promise<Mend> {
  const { gateways, others } = await nodesOf(scene, cluster);
  return drop([...gateways, ...others], chain, match);
}

/** Packets that a firewall swallows on their way. */
const makeFirewallFaults: MakeFaults = ({ dice, near, far }) => {
  const pair = near < far ? { cluster: near, peer: far } : { cluster: far, peer: near };
  const size = dice.between(1100, 1300);
  return [
    {
      name: 'port of the tunnel blocked on its way in',
      needsPods: true,
      expected: [{ ...pair, id: 'MCS-NET-10', evidence: String(TUNNEL_PORT) }],
      inject: (scene) => dropAtGateways(scene, far, 'INPUT', `-i eth0 -p udp --dport ${TUNNEL_PORT}`),
    },
    {
      name: 'port of the tunnel blocked on its way out',
      needsPods: true,
      expected: [{ ...pair, id: 'MCS-NET-10', evidence: String(TUNNEL_PORT) }],
      inject: (scene) => dropAtGateways(scene, far, 'OUTPUT', `-o eth0 -p udp --dport ${TUNNEL_PORT}`),
    },
    {
      name: 'nodes of a cluster cut off from their gateway',
      needsPods: true,
      expected: [{ cluster: far, id: 'MCS-NET-09', evidence: String(INNER_PORT) }],
      inject: (scene) => dropEverywhere(scene, far, 'INPUT', `-i eth0 -p udp --dport ${INNER_PORT}`),
    },
    {
      name: 'large packets swallowed between the clusters',
      needsPods: true,
      expected: [{ ...pair, id: 'MCS-NET-13', evidence: 'bytes' }],
      inject: (scene) => dropAtGateways(scene, far, 'OUTPUT', `-o eth0 -p udp -m length --length ${size}:65535`),
    },
    {
      name: 'broker behind a firewall',
      needsPods: true,
      expected: [{ cluster: far, id: 'MCS-BRK-03', evidence: '6443' }],
      inject: async (scene) => {
        const { items } = await scene.client(near).list(resources.nodes);
        const addresses = items.flatMap(({ status }) => status?.addresses?.filter(({ type }) => type === 'InternalIP').map(({ address }) => address) ?? []);
        const mends: Mend[] = [];
        for (const address of addresses) mends.push(await dropEverywhere(scene, far, 'FORWARD', `-d ${address} -p tcp --dport 6443`));
        return mendAll(mends);
      },
    },
    {
      name: 'questions to the DNS of a cluster swallowed',
      needsPods: true,
      expected: [{ cluster: far, id: 'MCS-DEP-08', evidence: '53' }],
      inject: (scene) => dropEverywhere(scene, far, 'FORWARD', '-p udp --dport 53'),
    },
  ];
};

/** What stands in the way of users' own services. */
const makeServiceFaults: MakeFaults = ({ dice, near, far, namespace, service }) => {
  const policy = dice.word();
  const upstream = `203.0.113.${dice.between(1, 254)}`;
  return [
    {
      name: 'NetworkPolicy in the way of other clusters',
      expected: [{ cluster: far, id: 'MCS-NP-01', isWarning: true, evidence: policy }],
      inject: (scene) => intrude(scene.client(far), [resources.networkPolicies, draft({ metadata: { name: policy, namespace }, spec: { podSelector: { matchLabels: { app: service } }, policyTypes: ['Ingress'], ingress: [] } })]),
    },
    {
      name: 'Corefile with somebody else\'s clusterset.local',
      expected: [{ cluster: far, id: 'MCS-DNS-03', evidence: 'clusterset.local' }],
      inject: async (scene) => {
        const client = scene.client(far);
        const { data = {} } = await client.get(resources.configMaps, 'coredns', 'kube-system');
        return change(client, { resource: resources.configMaps, name: 'coredns', namespace: 'kube-system' }, { data: { Corefile: `${data.Corefile ?? ''}\nclusterset.local:53 {\n    forward . ${upstream}\n}\n` } }, { data });
      },
    },
    {
      name: 'all pods of the cluster\'s DNS gone',
      needsPods: true,
      expected: [{ cluster: near, id: 'MCS-DEP-08', evidence: 'cluster.local' }],
      inject: (scene) => change(scene.client(near), { resource: resources.deployments, name: 'coredns', namespace: 'kube-system' }, { spec: { replicas: 0 } }, { spec: { replicas: 2 } }),
    },
  ];
};

/** Faults of networks that packets really cross. */
export const makeLabFaults: MakeFaults = (setting) => [...makeFirewallFaults(setting), ...makeServiceFaults(setting)];
