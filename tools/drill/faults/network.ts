import { GATEWAY_NODE } from '../../../src/api/labels.ts';
import { GATEWAY_LEASE, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { MakeFaults } from '../fault.ts';
import { change, draft, intrude, plantMember } from '../world.ts';

/** Below 127 because a sandbox has its networks there, and above those that it takes. */
const GHOST_OCTETS = [180, 230] as const;

/** Gateways, ranges and what else packets depend on. */
export const makeNetworkFaults: MakeFaults = ({ dice, near, far }) => {
  const any = (): string => dice.pick([near, far]);
  const [unlabelled, ipvs, calico, outside] = [any(), any(), any(), any()];
  const octet = (): number => dice.between(...GHOST_OCTETS);
  const [node, pod, overlapping] = [dice.word(), dice.word(), dice.word()];
  const strayIP = `10.${dice.between(1, 254)}.${dice.between(1, 254)}.${dice.between(1, 254)}`;
  const holder = dice.word();
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
        await client.patch(resources.pods, pod, 'default', 'application/merge-patch+json', { status: { phase: 'Running', podIP: strayIP } }, { subresource: 'status' });
        return mend;
      },
    },
    {
      name: 'member whose ranges overlap',
      expected: [{ cluster: far, id: 'MCS-CIDR-03', evidence: overlapping }],
      inject: async (scene) => {
        const { items } = await scene.client(near).list(resources.clusters, {});
        const [podCIDR = ''] = items.find(({ spec }) => spec.cluster_id === far)?.spec.cluster_cidr ?? [];
        return plantMember(scene.client(near), { name: overlapping, podCIDR: podCIDR.replace(/\d+$/, '24'), serviceCIDR: `127.${octet()}.128.0/17` });
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
  ];
};
