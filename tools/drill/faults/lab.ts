import { INNER_PORT, TUNNEL_PORT } from '../../../src/api/data-plane.ts';
import { GATEWAY_NODE } from '../../../src/api/labels.ts';
import { GATEWAY_AGENT, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { Finished } from '../../demo/shell.ts';
import type { Fault, Mend, Scene, Setting } from '../fault.ts';
import { change, mendAll, replace } from '../world.ts';

/** Runs `lab ...`, which is root on the machine of its clusters. */
export type Lab = (...args: string[]) => Promise<Pick<Finished, 'exitCode' | 'output'>>;

/** A fault of clusters that run containers, and whose packets cross a kernel. */
export interface LabFault extends Fault {
  /** Takes long to show or to mend: only drilled where somebody has the time. */
  readonly isSlow?: boolean;
}

interface LabSetting extends Setting {
  readonly lab: Lab;
}

async function call(lab: Lab, ...args: string[]): Promise<void> {
  const { exitCode, output } = await lab(...args);
  if (exitCode !== 0) throw new Error(`"lab ${args.join(' ')}" ended with ${exitCode}: ${output}`);
}

async function nodesOf(scene: Scene, cluster: string): Promise<{ readonly gateways: readonly string[]; readonly all: readonly string[]; readonly addresses: readonly string[] }> {
  const { items } = await scene.client(cluster).list(resources.nodes);
  return {
    gateways: items.filter(({ metadata }) => metadata.labels?.[GATEWAY_NODE] === 'true').map(({ metadata }) => metadata.name),
    all: items.map(({ metadata }) => metadata.name),
    addresses: items.flatMap(({ status }) => status?.addresses?.filter(({ type }) => type === 'InternalIP').map(({ address }) => address) ?? []),
  };
}

/** Drops packets by a rule of iptables before all others, in every one of these nodes. */
async function drop(lab: Lab, nodes: readonly string[], rule: readonly string[]): Promise<Mend> {
  const [chain = '', ...match] = rule;
  for (const node of nodes) await call(lab, 'node', node, '--', 'iptables', '-w', '-I', chain, ...match, '-j', 'DROP');
  return mendAll(nodes.map((node) => () => call(lab, 'node', node, '--', 'iptables', '-w', '-D', chain, ...match, '-j', 'DROP')));
}

/** Packets that a firewall swallows on their way between nodes. */
function makeTunnelFaults({ dice, near, far, lab }: LabSetting): readonly LabFault[] {
  const pair = near < far ? { cluster: near, peer: far } : { cluster: far, peer: near };
  const size = dice.between(1100, 1300);
  const atGateways = async (scene: Scene, rule: string): Promise<Mend> => drop(lab, (await nodesOf(scene, far)).gateways, rule.split(' '));
  return [
    {
      name: 'port of the tunnel blocked on its way in',
      needsPods: true,
      expected: [{ ...pair, id: 'MCS-NET-10', evidence: `:${TUNNEL_PORT} arrives, but a packet filter` }],
      inject: (scene) => atGateways(scene, `INPUT -i eth0 -p udp --dport ${TUNNEL_PORT}`),
    },
    {
      name: 'port of the tunnel blocked on its way out',
      needsPods: true,
      isSlow: true,
      expected: [{ ...pair, id: 'MCS-NET-10', evidence: `:${TUNNEL_PORT}` }],
      inject: (scene) => atGateways(scene, `OUTPUT -o eth0 -p udp --dport ${TUNNEL_PORT}`),
    },
    {
      name: 'nodes of a cluster cut off from their gateway',
      needsPods: true,
      expected: [{ cluster: far, id: 'MCS-NET-09', evidence: `:${INNER_PORT}` }],
      inject: async (scene) => drop(lab, (await nodesOf(scene, far)).all, `INPUT -i eth0 -p udp --dport ${INNER_PORT}`.split(' ')),
    },
    {
      name: 'large packets swallowed between the clusters',
      needsPods: true,
      expected: [{ ...pair, id: 'MCS-NET-13', evidence: 'bytes' }],
      inject: (scene) => atGateways(scene, `OUTPUT -o eth0 -p udp -m length --length ${size}:65535`),
    },
  ];
}

/** What stands between the pods of a member and others. */
function makePodFaults({ near, far, lab }: LabSetting): readonly LabFault[] {
  return [
    {
      name: 'broker behind a firewall',
      needsPods: true,
      expected: [{ cluster: far, id: 'MCS-BRK-03', evidence: ':6443' }],
      inject: async (scene) => {
        const { addresses } = await nodesOf(scene, near);
        const { all } = await nodesOf(scene, far);
        const mends: Mend[] = [];
        for (const address of addresses) mends.push(await drop(lab, all, `FORWARD -d ${address} -p tcp --dport 6443`.split(' ')));
        return mendAll(mends);
      },
    },
    {
      name: 'questions to the DNS of a cluster swallowed',
      needsPods: true,
      expected: [{ cluster: near, id: 'MCS-DNS-04', evidence: 'no answer in time' }],
      inject: async (scene) => drop(lab, (await nodesOf(scene, near)).all, 'FORWARD -p udp --dport 53'.split(' ')),
    },
    {
      name: 'pods of the DNS of a cluster gone',
      needsPods: true,
      isSlow: true,
      expected: [{ cluster: near, id: 'MCS-DNS-04', evidence: 'no server there' }],
      inject: (scene) => replace(scene.client(near), { resource: resources.deployments, name: 'coredns', namespace: 'kube-system' }, { spec: { replicas: 0 } }),
    },
    {
      name: 'API server killed',
      expected: [{ cluster: far, id: 'MCS-API-01', evidence: 'ECONNREFUSED' }],
      inject: async () => {
        await call(lab, 'fault', 'stop-apiserver', far);
        return () => call(lab, 'fault', 'start-apiserver', far);
      },
    },
  ];
}

/** What somebody changed who did not know what depends on it. */
function makeChangeFaults({ dice, near, far, namespace, service }: LabSetting): readonly LabFault[] {
  const upstream = `203.0.113.${dice.between(1, 254)}`;
  const port = dice.between(20_000, 30_000);
  const label = dice.word();
  return [
    {
      name: 'clusterset.local forwarded elsewhere by hand',
      expected: [{ cluster: far, id: 'MCS-DNS-03', evidence: 'clusterset.local' }],
      inject: async (scene) => {
        const client = scene.client(far);
        const target = { resource: resources.configMaps, name: 'coredns', namespace: 'kube-system' };
        const { data = {} } = await client.get(resources.configMaps, target.name, target.namespace);
        return change(client, target, { data: { Corefile: `${data.Corefile ?? ''}\nclusterset.local:53 {\n    forward . ${upstream}\n}\n` } }, { data });
      },
    },
    {
      name: 'port of a Service that nobody listens on',
      needsPods: true,
      expected: [{ cluster: near, id: 'MCS-SD-10', peer: far, isWarning: true, evidence: `port ${port} of ${namespace}/${service}` }],
      inject: (scene) => {
        const ports = (targetPort: number): unknown => ({ spec: { ports: [{ name: 'http', port: 80, targetPort, protocol: 'TCP' }] } });
        return change(scene.client(far), { resource: resources.services, name: service, namespace }, ports(port), ports(8080));
      },
    },
    {
      name: 'agents of the gateways without a node',
      expected: [{ cluster: far, id: 'MCS-NET-02', evidence: '0 of 0 ready' }],
      inject: (scene) => {
        const patch = (value: string | null): unknown => ({ spec: { template: { spec: { nodeSelector: { [label]: value } } } } });
        return change(scene.client(far), { resource: resources.daemonSets, name: GATEWAY_AGENT, namespace: MEMBER_NAMESPACE }, patch('yes'), patch(null));
      },
    },
  ];
}

/** Each is injected by itself, into clusters of the lab that are well. */
export function makeLabFaults(setting: LabSetting): readonly LabFault[] {
  return [makeTunnelFaults, makePodFaults, makeChangeFaults].flatMap((make) => make(setting));
}
