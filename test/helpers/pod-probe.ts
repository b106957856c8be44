import type { EndpointSlice, ServiceImport } from '../../src/api/types/index.ts';
import { type PodProbePlan, planPodProbe } from '../../src/diagnose/probes/pod-probe.ts';
import type { PodProbe } from '../../src/diagnose/probes/run-pod-probe.ts';
import { BROKER_LAYERS, type BrokerLayer, type BrokerPath } from '../../src/probe/broker/broker-path.ts';
import type { ProbeResult } from '../../src/probe/probe.ts';

/** An import `shop/<name>` with a TCP port 80. */
export function importOf(name: string, ip: string, spec: Partial<ServiceImport['spec']> = {}): ServiceImport {
  return { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceImport', metadata: { name, namespace: 'shop' }, spec: { type: 'ClusterSetIP', ports: [{ port: 80 }], ips: [ip], ...spec } };
}

/** Endpoints of `shop/<name>` in a cluster, with port 8080. */
export function sliceOf(name: string, cluster: string, addresses: readonly string[], protocol: 'TCP' | 'UDP' = 'TCP'): EndpointSlice {
  const labels = { 'multicluster.kubernetes.io/service-name': name, 'multicluster.kubernetes.io/source-cluster': cluster };
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4', metadata: { name: `${name}-${cluster}`, namespace: 'shop', labels }, endpoints: addresses.map((address) => ({ addresses: [address] })), ports: [{ port: 8080, protocol }] };
}

/** A way to the broker that is broken at a layer, or whole. */
export function brokerPath(broken?: { readonly layer: BrokerLayer; readonly seen: readonly string[]; readonly code?: string }): BrokerPath {
  const last = broken === undefined ? BROKER_LAYERS.length : BROKER_LAYERS.indexOf(broken.layer);
  const whole = BROKER_LAYERS.slice(0, last).map((layer) => ({ layer, isOk: true, seen: [`${layer} is good`], milliseconds: 1 }));
  return { server: 'https://broker.example:6443', host: 'broker.example', port: 6443, namespace: 'submariner-k8s-broker', steps: [...whole, ...(broken === undefined ? [] : [{ isOk: false, milliseconds: 2000, ...broken }])] };
}

export interface Answers {
  readonly imports?: readonly ServiceImport[];
  readonly slices?: readonly EndpointSlice[];
  /** What the pod's own name server says, by name; the addresses of the import by default. */
  readonly names?: Readonly<Record<string, readonly string[] | string>>;
  /** Errors of connections, by address; connected by default. */
  readonly errors?: Readonly<Record<string, string>>;
  readonly broker?: ProbeResult['broker'];
}

/** What a pod was asked about these imports, and what it found. */
export function podProbe({ broker, errors = {}, imports = [], names = {}, slices = [] }: Answers): PodProbe {
  const plan: PodProbePlan = planPodProbe({ imports, slices, isConnected: true, tryMs: 2000 });
  const asked = plan.request.reach?.names ?? [];
  const result = {
    names: asked.map(({ name, type }) => {
      const said = names[name] ?? plan.names.tried.find((one) => one.name === name && one.type === type)?.expected ?? [];
      return { name, type, asked: 'pod' as const, servers: ['10.96.0.10'], ...(typeof said === 'string' ? { addresses: [], error: said } : { addresses: said }) };
    }),
    targets: (plan.request.reach?.targets ?? []).map(({ host, port }) => ({ host, port, milliseconds: 1.5, ...(errors[host] !== undefined && { error: errors[host] }) })),
  };
  return { plan, result: { reach: result, ...(broker && { broker }) } };
}
