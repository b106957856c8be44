import { describe, expect, it } from '@jest/globals';
import { discoverCidrs } from '../../../src/discovery/discover-cidrs.ts';
import type { ClusterFacts } from '../../../src/discovery/cluster-facts.ts';
import { configMap, daemonSet, facts, node, object, pod } from '../../helpers/cluster-facts.ts';

const KUBEADM = configMap('kubeadm-config', {
  ClusterConfiguration: 'networking:\n  podSubnet: 10.244.0.0/16\n  serviceSubnet: 10.96.0.0/12\n',
});

interface Row {
  readonly title: string;
  readonly given: Partial<ClusterFacts>;
  readonly pods: readonly string[];
  readonly services: readonly string[];
  readonly plugin?: string;
  readonly source?: RegExp;
}

const ROWS: readonly Row[] = [
  {
    title: 'OpenShift: Network cluster',
    given: {
      openshiftNetwork: object('Network', 'cluster', {
        clusterNetwork: [{ cidr: '10.128.0.0/14', hostPrefix: 23 }, { cidr: '10.132.0.0/14' }],
        serviceNetwork: ['172.30.0.0/16'],
        networkType: 'OVNKubernetes',
      }),
      configMaps: [KUBEADM],
    },
    pods: ['10.128.0.0/14', '10.132.0.0/14'],
    services: ['172.30.0.0/16'],
    plugin: 'OVNKubernetes',
    source: /Network cluster/,
  },
  {
    title: 'OVN-Kubernetes: net_cidr with its host prefix',
    given: {
      daemonSets: [daemonSet('ovnkube-node', { labels: { app: 'ovnkube-node' } })],
      configMaps: [configMap('ovn-config', { net_cidr: '10.128.0.0/14/23', svc_cidr: '172.30.0.0/16' }, 'ovn-kubernetes')],
    },
    pods: ['10.128.0.0/14'],
    services: ['172.30.0.0/16'],
    plugin: 'OVNKubernetes',
    source: /ovn-kubernetes\/ovn-config/,
  },
  {
    title: 'Weave: IPALLOC_RANGE before kubeadm',
    given: { daemonSets: [daemonSet('weave-net', { labels: { name: 'weave-net' }, env: { IPALLOC_RANGE: '10.32.0.0/12' } })], configMaps: [KUBEADM] },
    pods: ['10.32.0.0/12'],
    services: ['10.96.0.0/12'],
    plugin: 'weave-net',
    source: /IPALLOC_RANGE/,
  },
  {
    title: 'Canal: Network of the flannel configuration',
    given: {
      daemonSets: [daemonSet('canal', { labels: { 'k8s-app': 'canal' } })],
      configMaps: [configMap('canal-config', { 'net-conf.json': '{"Network":"10.20.0.0/16"}' }), KUBEADM],
    },
    pods: ['10.20.0.0/16'],
    services: ['10.96.0.0/12'],
    plugin: 'canal',
  },
  {
    title: 'Calico: enabled IPPools, not kubeadm and not the disabled ones of remote clusters',
    given: {
      daemonSets: [daemonSet('calico-node')],
      ipPools: [
        object('IPPool', 'default', { cidr: '192.168.0.0/16' }),
        object('IPPool', 'more', { cidr: '192.169.0.0/16' }),
        object('IPPool', 'submariner-east', { cidr: '10.9.0.0/16', disabled: true }),
      ],
      configMaps: [KUBEADM],
    },
    pods: ['192.168.0.0/16', '192.169.0.0/16'],
    services: ['10.96.0.0/12'],
    plugin: 'calico',
    source: /IPPool default, more/,
  },
  {
    title: 'Calico without readable IPPools: kubeadm',
    given: { configMaps: [configMap('calico-config', {}), KUBEADM] },
    pods: ['10.244.0.0/16'],
    services: ['10.96.0.0/12'],
    plugin: 'calico',
  },
  {
    title: 'Flannel: the ConfigMap that its DaemonSet mounts',
    given: {
      daemonSets: [daemonSet('kube-flannel-ds', { volume: 'my-flannel' })],
      configMaps: [configMap('my-flannel', { 'net-conf.json': '{"Network":"10.30.0.0/16"}' }, 'kube-flannel')],
    },
    pods: ['10.30.0.0/16'],
    services: [],
    plugin: 'flannel',
    source: /kube-flannel\/my-flannel/,
  },
  {
    title: 'kindnet: POD_SUBNET',
    given: { daemonSets: [daemonSet('kindnet', { labels: { app: 'kindnet' }, env: { POD_SUBNET: '10.244.0.0/16' } })] },
    pods: ['10.244.0.0/16'],
    services: [],
    plugin: 'kindnet',
  },
  {
    title: 'generic: kubeadm-config',
    given: { configMaps: [KUBEADM] },
    pods: ['10.244.0.0/16'],
    services: ['10.96.0.0/12'],
    source: /kube-system\/kubeadm-config/,
  },
  {
    title: 'generic: arguments of the control plane, inside a shell line too',
    given: {
      pods: [
        pod('kube-controller-manager-cp1', { labels: { component: 'kube-controller-manager' }, command: ['kube-controller-manager', '--cluster-cidr=10.16.0.0/16'] }),
        pod('kube-apiserver-cp1', { command: ['/bin/sh', '-c', 'exec kube-apiserver --service-cluster-ip-range 10.97.0.0/16'] }),
      ],
    },
    pods: ['10.16.0.0/16'],
    services: ['10.97.0.0/16'],
    source: /--cluster-cidr of kube-controller-manager/,
  },
  {
    title: 'generic: arguments of the kube-proxy DaemonSet',
    given: { daemonSets: [daemonSet('kube-proxy', { labels: { 'k8s-app': 'kube-proxy' }, command: ['kube-proxy', '--cluster-cidr=10.17.0.0/16'] })] },
    pods: ['10.17.0.0/16'],
    services: [],
  },
  {
    title: 'generic: configuration of kube-proxy',
    given: { configMaps: [configMap('kube-proxy', { 'config.conf': 'clusterCIDR: 10.18.0.0/16\n' })] },
    pods: ['10.18.0.0/16'],
    services: [],
  },
  {
    title: 'ServiceCIDR API before kubeadm; one that is being deleted does not count',
    given: {
      serviceCIDRs: [
        object('ServiceCIDR', 'kubernetes', { cidrs: ['10.112.0.0/16'] }),
        object('ServiceCIDR', 'more', { cidrs: ['10.113.0.0/16'] }),
        { ...object('ServiceCIDR', 'old', { cidrs: ['10.114.0.0/16'] }), metadata: { name: 'old', deletionTimestamp: '2026-01-01T00:00:00Z' } },
      ],
      configMaps: [KUBEADM],
    },
    pods: ['10.244.0.0/16'],
    services: ['10.112.0.0/16', '10.113.0.0/16'],
  },
  {
    title: 'k3s: node-args',
    given: {
      nodes: [node('a', { kubelet: 'v1.34.1+k3s1', podCIDR: '10.52.0.0/24', annotations: { 'k3s.io/node-args': '["server","--cluster-cidr","10.52.0.0/16"]' } })],
    },
    pods: ['10.52.0.0/16'],
    services: ['10.43.0.0/16'],
    source: /node-args/,
  },
  {
    title: 'k3s without node-args: its defaults, not the /24 of the only node',
    given: { nodes: [node('a', { kubelet: 'v1.34.1+k3s1', podCIDR: '10.42.0.0/24' })] },
    pods: ['10.42.0.0/16'],
    services: ['10.43.0.0/16'],
  },
  {
    title: 'podCIDRs of all nodes: their supernet',
    given: { nodes: [node('a', { podCIDR: '10.11.0.0/24' }), node('b', { podCIDR: '10.11.1.0/24' }), node('c', { podCIDR: '10.11.2.0/24' })] },
    pods: ['10.11.0.0/22'],
    services: [],
    source: /podCIDRs of 3 nodes/,
  },
  {
    title: 'podCIDRs that lie far apart: a list',
    given: { nodes: [node('a', { podCIDR: '10.11.0.0/24' }), node('b', { podCIDR: '10.200.1.0/24' })] },
    pods: ['10.11.0.0/24', '10.200.1.0/24'],
    services: [],
  },
  {
    title: 'dual stack: the IPv4 half',
    given: { configMaps: [configMap('kubeadm-config', { ClusterConfiguration: 'networking: {podSubnet: "10.244.0.0/16,fd00::/48", serviceSubnet: "fd01::/112"}' })] },
    pods: ['10.244.0.0/16'],
    services: [],
  },
  { title: 'damaged configuration says nothing', given: { configMaps: [configMap('kubeadm-config', { ClusterConfiguration: '{[' })] }, pods: [], services: [] },
];

describe('discoverCidrs()', () => {
  it.each(ROWS)('$title', ({ given, pods, services, plugin, source }) => {
    const found = discoverCidrs(facts(given));
    expect(found.podCIDRs).toEqual(pods);
    expect(found.serviceCIDRs).toEqual(services);
    expect(found.plugin).toBe(plugin);
    if (source) expect(found.sources.pods).toMatch(source);
  });

  it('gives each node address as a range of one, without IPv6', () => {
    const nodes = [node('b', { ip: '172.18.0.3' }), node('a', { ip: '172.18.0.2' }), node('c', { ip: 'fd00::1' })];
    expect(discoverCidrs(facts({ nodes })).nodeCIDRs).toEqual(['172.18.0.2/32', '172.18.0.3/32']);
  });

  it('warns that podCIDRs of nodes grow with the nodes, and names an IPv6 range that it drops', () => {
    expect(discoverCidrs(facts({ nodes: [node('a', { podCIDR: '10.11.0.0/24' })] })).warnings).toEqual([expect.stringContaining('--clustercidr if nodes are added')]);
    const dual = configMap('kubeadm-config', { ClusterConfiguration: 'networking: {podSubnet: "10.244.0.0/16,fd00::/48"}' });
    expect(discoverCidrs(facts({ configMaps: [dual] })).warnings).toEqual([expect.stringContaining('fd00::/48')]);
  });
});
