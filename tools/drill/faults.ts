import { readFileSync } from 'node:fs';
import { BROKER_NAMESPACE, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { GATEWAY_NODE, OWNER } from '../../src/api/labels.ts';
import { type Resource, resources } from '../../src/api/resources.ts';
import type { KubeObject } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { SERVICE_OWNER } from '../../src/sync/service/broker-objects.ts';
import { derivedServiceName } from '../../src/sync/service/imported-names.ts';
import { shareService } from './scene.ts';
import { FAR, type Fault, NAMESPACE, NEAR, SERVICE } from './fault.ts';

const MERGE = 'application/merge-patch+json';
const { version: VERSION } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };

interface Target {
  readonly resource: Resource<KubeObject>;
  readonly name: string;
  readonly namespace?: string;
}

/** Changes an object by a merge patch; `back` is the patch that mends it. */
async function change(client: KubeClient, { resource, name, namespace }: Target, patch: unknown, back: unknown): Promise<() => Promise<unknown>> {
  await client.patch(resource, name, namespace, MERGE, patch);
  return () => client.patch(resource, name, namespace, MERGE, back);
}

/** Creates an object that must not be there. */
async function intrude(client: KubeClient, resource: Resource<KubeObject>, object: Parameters<KubeClient['create']>[1]): Promise<() => Promise<unknown>> {
  await client.create(resource, object);
  return () => client.delete(resource, object.metadata.name, object.metadata.namespace);
}

function deployment(name: string, namespace: string = MEMBER_NAMESPACE): Target {
  return { resource: resources.deployments, name, namespace };
}

const replicas = (count: number): unknown => ({ spec: { replicas: count } });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Each is injected by itself, into clusters that are well. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'controller scaled to 0',
    expected: [{ cluster: FAR, id: 'MCS-DEP-01' }],
    evidence: /mcs-controller: 0 of 0 ready/,
    inject: ({ far }) => change(far, deployment('mcs-controller'), replicas(0), replicas(1)),
  },
  {
    name: 'name server scaled to 0',
    expected: [{ cluster: NEAR, id: 'MCS-DEP-02' }],
    evidence: /mcs-dns: 0 of 0 ready/,
    inject: ({ near }) => change(near, deployment('mcs-dns'), replicas(0), replicas(2)),
  },
  {
    name: 'desk scaled to 0',
    expected: [{ cluster: NEAR, id: 'MCS-DEP-04' }],
    evidence: /mcs-desk: 0 of 0 ready/,
    inject: ({ near }) => change(near, deployment('mcs-desk', BROKER_NAMESPACE), replicas(0), replicas(1)),
  },
  {
    name: 'credential expired',
    expected: [{ cluster: FAR, id: 'MCS-DEP-03' }],
    evidence: /expired at 2020-01-01T00:00:00Z/,
    inject: async ({ far }) => {
      const { data: { expiresAt, token } = {} } = await far.get(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE);
      const target = { resource: resources.secrets, name: MEMBER_BROKER_SECRET, namespace: MEMBER_NAMESPACE };
      // with a good token it would be renewed at once
      return change(far, target, { data: { expiresAt: base64('2020-01-01T00:00:00Z'), token: base64('expired') } }, { data: { expiresAt, token } });
    },
  },
  {
    name: 'export without a Service',
    expected: [{ cluster: FAR, id: 'MCS-SD-01' }],
    evidence: /shop\/ghost: Valid=False NoService/,
    inject: ({ far }) => intrude(far, resources.serviceExports, { metadata: { name: 'ghost', namespace: NAMESPACE } }),
  },
  {
    name: 'no namespace for an import',
    isWarning: true,
    expected: [{ cluster: NEAR, id: 'MCS-SD-03' }],
    evidence: /no namespace "lonely" here/,
    inject: async ({ far }) => {
      await shareService(far, 'lonely');
      return () => far.delete(resources.namespaces, 'lonely');
    },
  },
  {
    name: 'no ready endpoint left',
    isWarning: true,
    expected: [{ cluster: NEAR, id: 'MCS-SD-04' }, { cluster: FAR, id: 'MCS-SD-04' }],
    evidence: /shop\/cart has no ready endpoint/,
    inject: ({ far }) => change(far, deployment(SERVICE, NAMESPACE), replicas(0), replicas(1)),
  },
  {
    name: 'ports of two exports disagree',
    isWarning: true,
    expected: [{ cluster: NEAR, id: 'MCS-SD-02' }, { cluster: FAR, id: 'MCS-SD-02' }],
    evidence: /PortConflict/,
    inject: async ({ near }) => {
      await near.create(resources.services, { metadata: { name: SERVICE, namespace: NAMESPACE }, spec: { ports: [{ name: 'http', port: 81 }], selector: { app: SERVICE } } });
      await near.create(resources.serviceExports, { metadata: { name: SERVICE, namespace: NAMESPACE } });
      return () => Promise.all([near.delete(resources.serviceExports, SERVICE, NAMESPACE), near.delete(resources.services, SERVICE, NAMESPACE)]);
    },
  },
  {
    name: 'older version in one cluster',
    isWarning: true,
    expected: [{ cluster: FAR, id: 'MCS-DEP-07' }],
    evidence: /dns is of version 0\.0\.1/,
    inject: ({ far }) => {
      const label = (version: unknown): unknown => ({ metadata: { labels: { 'app.kubernetes.io/version': version } } });
      return change(far, deployment('mcs-dns'), label('0.0.1'), label(VERSION));
    },
  },
  {
    name: 'member that is silent',
    expected: [{ cluster: NEAR, id: 'MCS-BRK-01', peer: 'ghost' }],
    evidence: /ghost last gave a sign of life \d+ s ago, and 1 s are allowed/,
    inject: async ({ near }) => {
      const metadata = { name: 'ghost', namespace: BROKER_NAMESPACE };
      await near.create(resources.leases, { metadata, spec: { holderIdentity: 'ghost', leaseDurationSeconds: 1, renewTime: new Date().toISOString().replace('Z', '000Z') } });
      await near.create(resources.clusters, { metadata, spec: { cluster_id: 'ghost', cluster_cidr: ['10.99.0.0/16'], service_cidr: ['10.98.0.0/16'] } });
      return async () => {
        await near.delete(resources.clusters, 'ghost', BROKER_NAMESPACE);
        await near.delete(resources.leases, 'ghost', BROKER_NAMESPACE);
      };
    },
  },
  {
    name: 'Service of an import taken from mcs',
    expected: [{ cluster: NEAR, id: 'MCS-SD-08' }],
    evidence: /shop\/cart: the Service shop\/derived-\w+, which carries its address, is not marked as made by mcs/,
    inject: ({ near }) => {
      const mark = (owner: unknown): unknown => ({ metadata: { labels: { [OWNER]: owner } } });
      return change(near, { resource: resources.services, name: derivedServiceName(NAMESPACE, SERVICE), namespace: NAMESPACE }, mark(null), mark(SERVICE_OWNER));
    },
  },
  {
    name: 'kube-proxy in mode ipvs',
    isWarning: true,
    expected: [{ cluster: FAR, id: 'MCS-KP-01' }],
    evidence: /kube-proxy has mode ipvs/,
    inject: ({ far }) => intrude(far, resources.configMaps, { metadata: { name: 'kube-proxy', namespace: 'kube-system' }, data: { 'config.conf': 'kind: KubeProxyConfiguration\nmode: ipvs\n' } } as Parameters<KubeClient['create']>[1]),
  },
  {
    name: 'Calico without its IPPools',
    expected: [{ cluster: FAR, id: 'MCS-CNI-01' }],
    evidence: /Calico runs, but its IPPools \(crd\.projectcalico\.org\/v1\) are not served/,
    inject: ({ far }) => intrude(far, resources.configMaps, { metadata: { name: 'calico-config', namespace: 'kube-system' } }),
  },
  {
    name: 'gateway label taken away',
    expected: [{ cluster: FAR, id: 'MCS-NET-01' }],
    evidence: /no node has the label submariner\.io\/gateway=true/,
    inject: ({ far }) => {
      const label = (value: unknown): unknown => ({ metadata: { labels: { [GATEWAY_NODE]: value } } });
      return change(far, { resource: resources.nodes, name: FAR }, label(null), label('true'));
    },
  },
];
