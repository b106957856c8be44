import { cableName } from '../../../src/api/data-plane.ts';
import { GATEWAY_NODE, MEMBER } from '../../../src/api/labels.ts';
import { BROKER_NAMESPACE, GATEWAY_LEASE, MEMBER_CONFIG, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { brokerEndpointName } from '../../../src/sync/cable/endpoint-names.ts';
import type { MakeFaults, Mend } from '../fault.ts';
import { change, draft, intrude, mendAll, MERGE, plantMember, replace } from '../world.ts';

/** Of 127.X.0.0/16, where sandboxes have their networks: they take the low ones first. */
const GHOST_OCTETS = [180, 230] as const;

/** Edits what the member was joined with, as a person would who knows where it stands. */
async function reconfigure(client: KubeClient, fields: object): Promise<Mend> {
  const { data = {} } = await client.get(resources.configMaps, MEMBER_CONFIG, MEMBER_NAMESPACE);
  const config = JSON.parse(data['config.json'] ?? '{}') as object;
  return replace(client, { resource: resources.configMaps, name: MEMBER_CONFIG, namespace: MEMBER_NAMESPACE }, { data: { ...data, 'config.json': JSON.stringify({ ...config, ...fields }) } });
}

/** A member with a gateway that does not exist. */
async function plantGateway(broker: KubeClient, ghost: { readonly name: string; readonly octet: number; readonly backend: string }): Promise<Mend> {
  const { name, octet, backend } = ghost;
  const address = `127.${octet}.0.2`;
  const member = await plantMember(broker, { name, podCIDR: `127.${octet}.64.0/18`, serviceCIDR: `127.${octet}.128.0/17`, nodeCIDR: `${address}/32` });
  const spec = {
    cluster_id: name, cable_name: cableName(name, address), hostname: `${name}-gateway`, private_ip: address, public_ip: '', nat_enabled: false,
    backend, healthCheckIP: address, subnets: [`127.${octet}.64.0/18`],
    backend_config: { 'udp-port': '4500', 'natt-discovery-port': '4490', 'probe-port': '4491' },
  };
  const end = await intrude(broker, [resources.cableEndpoints, draft({ metadata: { name: brokerEndpointName(spec), namespace: BROKER_NAMESPACE, labels: { [MEMBER]: name } }, spec })]);
  return mendAll([member, end]);
}

/** Ranges, and what else packets depend on beside gateways. */
const makeGroundFaults: MakeFaults = ({ dice, near, far }) => {
  const any = (): string => dice.pick([near, far]);
  const [ipvs, calico, outside, resized] = [any(), any(), any(), any()];
  const octet = (): number => dice.between(...GHOST_OCTETS);
  const ghostServices = `127.${octet()}.128.0/17`;
  const serviceRange = `127.${octet()}.${dice.between(0, 127)}.0/24`;
  const [node, pod, overlapping] = [dice.word(), dice.word(), dice.word()];
  const strayIP = `10.${dice.between(1, 254)}.${dice.between(1, 254)}.${dice.between(1, 254)}`;
  return [
    {
      name: 'kube-proxy in mode ipvs',
      expected: [{ cluster: ipvs, id: 'MCS-KP-01', isWarning: true, evidence: 'kube-proxy has mode ipvs' }],
      inject: (scene) => intrude(scene.client(ipvs), [resources.configMaps, draft({ metadata: { name: 'kube-proxy', namespace: 'kube-system' }, data: { 'config.conf': 'kind: KubeProxyConfiguration\nmode: ipvs\n' } })]),
    },
    {
      name: 'Calico without its IPPools',
      expected: [{ cluster: calico, id: 'MCS-CNI-01', evidence: 'Calico runs, but its IPPools (crd.projectcalico.org/v1) are not served' }],
      inject: (scene) => intrude(scene.client(calico), [resources.configMaps, draft({ metadata: { name: 'calico-config', namespace: 'kube-system' } })]),
    },
    {
      name: 'pod outside of the ranges that were joined with',
      expected: [{ cluster: outside, id: 'MCS-CIDR-01', evidence: `default/${pod} ${strayIP}` }],
      inject: async (scene) => {
        const client = scene.client(outside);
        const mend = await intrude(client, [resources.pods, draft({ metadata: { name: pod, namespace: 'default' }, spec: { nodeName: node, containers: [{ name: pod, image: 'example.com/stray:1' }] } })]);
        await client.patch(resources.pods, pod, 'default', MERGE, { status: { phase: 'Running', podIP: strayIP } }, { subresource: 'status' });
        return mend;
      },
    },
    {
      name: 'member whose ranges overlap',
      expected: [{ cluster: far, id: 'MCS-CIDR-03', evidence: overlapping }],
      inject: async (scene) => {
        const { items } = await scene.client(near).list(resources.clusters, {});
        const [podCIDR = ''] = items.find(({ spec }) => spec.cluster_id === far)?.spec.cluster_cidr ?? [];
        return plantMember(scene.client(near), { name: overlapping, podCIDR: podCIDR.replace(/\d+$/, '24'), serviceCIDR: ghostServices });
      },
    },
    {
      name: 'services outside of the ranges that were joined with',
      expected: [{ cluster: resized, id: 'MCS-CIDR-02', evidence: serviceRange }],
      inject: (scene) => reconfigure(scene.client(resized), { serviceCIDRs: [serviceRange] }),
    },
  ];
};

/** Gateways and their agents, as far as they need no packets of a kernel. */
const makeGatewayFaults: MakeFaults = ({ dice, near, far }) => {
  const any = (): string => dice.pick([near, far]);
  const [unlabelled, lost, lacking, cut] = [any(), any(), any(), any()];
  const [holder, mute, worker, module] = [dice.word(), dice.word(), dice.word(), dice.word()];
  const octet = dice.between(...GHOST_OCTETS);
  const report = (status: object): Parameters<typeof intrude>[1] => [resources.routeAgents, draft({ metadata: { name: worker, namespace: MEMBER_NAMESPACE }, status })];
  return [
    {
      name: 'gateway label taken away',
      expected: [{ cluster: unlabelled, id: 'MCS-NET-01', evidence: 'no node has the label submariner.io/gateway=true' }],
      inject: (scene) => {
        const label = (value: unknown): unknown => ({ metadata: { labels: { [GATEWAY_NODE]: value } } });
        return change(scene.client(unlabelled), { resource: resources.nodes, name: unlabelled }, label(null), label('true'));
      },
    },
    {
      name: 'Lease of the gateways held by a stranger',
      expected: [{ cluster: far, id: 'MCS-NET-04', evidence: 'none of 1 gateway is active' }],
      inject: (scene) => {
        const hold = { spec: { holderIdentity: holder, leaseDurationSeconds: 3600, renewTime: new Date().toISOString().replace('Z', '000Z') } };
        return change(scene.client(far), { resource: resources.leases, name: GATEWAY_LEASE, namespace: MEMBER_NAMESPACE }, hold, { spec: { leaseDurationSeconds: 1, holderIdentity: '' } });
      },
    },
    {
      name: 'gateway node not ready',
      expected: [{ cluster: lost, id: 'MCS-NET-01', evidence: `no gateway node is ready: ${lost}` }],
      inject: async (scene) => {
        const client = scene.client(lost);
        const set = (status: string): Promise<unknown> => client.patch(resources.nodes, lost, undefined, MERGE, { status: { conditions: [{ type: 'Ready', status }] } }, { subresource: 'status' });
        await set('Unknown');
        return () => set('True');
      },
    },
    {
      name: 'member whose gateway does not answer',
      expected: [
        { cluster: near, id: 'MCS-NET-07', peer: mute, evidence: `127.${octet}.0.2` },
        { cluster: far, id: 'MCS-NET-07', peer: mute, evidence: `127.${octet}.0.2` },
      ],
      inject: (scene) => plantGateway(scene.client(near), { name: mute, octet, backend: 'loopback' }),
    },
    {
      name: 'node that lacks a kernel module',
      expected: [{ cluster: lacking, id: 'MCS-NET-03', evidence: `the module ${module} is missing` }],
      inject: (scene) => intrude(scene.client(lacking), report({ version: '', statusFailure: '', remoteEndpoints: [], conditions: [{ type: 'HostReady', status: 'False', reason: 'ModuleMissing', message: `the module ${module} is missing`, lastTransitionTime: new Date().toISOString() }] })),
    },
    {
      name: 'node that does not get through to the other cluster',
      expected: [{ cluster: cut, id: 'MCS-NET-08', peer: cut === near ? far : near, evidence: `${worker} to ` }],
      inject: async (scene) => {
        const { items } = await scene.client(cut).list(resources.routeAgents, { namespace: MEMBER_NAMESPACE });
        const paths = items[0]?.status?.remoteEndpoints ?? [];
        return intrude(scene.client(cut), report({ version: '', statusFailure: '', conditions: [], remoteEndpoints: paths.map((path) => ({ ...path, status: 'error', statusMessage: '' })) }));
      },
    },
  ];
};

export const makeNetworkFaults: MakeFaults = (setting) => [...makeGroundFaults(setting), ...makeGatewayFaults(setting)];
