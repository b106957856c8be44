import { describe, expect, it } from '@jest/globals';
import type { EndpointSlice, Pod, Service } from '../../../src/api/types/index.ts';
import { diffSlices, planSlices, sliceLabels } from '../../../src/sandbox/controllers/slices.ts';

interface PodFacts {
  ready?: boolean;
  ip?: string;
  labels?: Record<string, string>;
  phase?: 'Running' | 'Succeeded';
  spec?: Partial<Pod['spec']>;
  deleted?: boolean;
}

function pod(name: string, { deleted = false, ip = `127.40.64.${name.length}`, labels = { app: 'web' }, phase = 'Running', ready = true, spec = {} }: PodFacts = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, labels, ...(deleted && { deletionTimestamp: '2026-01-01T00:00:00Z' }) },
    spec: { nodeName: 'cluster0', containers: [{ name: 'c', image: 'nginx', ports: [{ name: 'http', containerPort: 80 }] }], ...spec },
    status: { phase, ...(ip !== '' && { podIP: ip }), conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

function service(spec: Partial<Service['spec']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', labels: { team: 'a' } },
    spec: { selector: { app: 'web' }, clusterIP: '127.40.128.9', ports: [{ name: 'http', port: 8080, targetPort: 'http' }], ...spec },
  };
}

const conditions = (plan: ReturnType<typeof planSlices>): unknown => plan[0]?.endpoints[0]?.conditions;

describe('planSlices', () => {
  it('lists a ready pod with its address, node and reference, without a zone', () => {
    expect(planSlices(service(), [pod('a')])).toEqual([
      {
        ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
        endpoints: [
          {
            addresses: ['127.40.64.1'],
            conditions: { ready: true, serving: true, terminating: false },
            nodeName: 'cluster0',
            targetRef: { kind: 'Pod', name: 'a', namespace: 'shop', uid: 'uid-a' },
          },
        ],
      },
    ]);
  });

  it.each<[string, PodFacts, Partial<Service['spec']>, object]>([
    ['not ready', { ready: false }, {}, { ready: false, serving: false, terminating: false }],
    ['not ready, published all the same', { ready: false }, { publishNotReadyAddresses: true }, { ready: true, serving: false, terminating: false }],
    ['on its way out', { deleted: true }, {}, { ready: false, serving: true, terminating: true }],
  ])('gives the conditions of a pod that is %s', (_title, facts, spec, expected) => {
    expect(conditions(planSlices(service(spec), [pod('a', facts)]))).toEqual(expected);
  });

  it.each<[string, PodFacts]>([
    ['other labels', { labels: { app: 'db' } }],
    ['no address yet', { ip: '' }],
    ['ended', { phase: 'Succeeded' }],
  ])('leaves out a pod with %s, and keeps one empty slice', (_title, facts) => {
    expect(planSlices(service(), [pod('a', facts)])).toEqual([{ ports: [], endpoints: [] }]);
  });

  it('puts pods with other numbers for a named port into a slice of their own', () => {
    const other = pod('bb', { spec: { containers: [{ name: 'c', image: 'nginx', ports: [{ name: 'http', containerPort: 81 }] }] } });
    expect(planSlices(service(), [pod('a'), other]).map(({ endpoints, ports }) => [ports[0]?.port, endpoints.length])).toEqual([[80, 1], [81, 1]]);
  });

  it('uses the port itself where there is no targetPort, and keeps protocol and appProtocol', () => {
    const ports = planSlices(service({ ports: [{ name: 'dns', port: 53, protocol: 'UDP', appProtocol: 'x' }] }), [pod('a')])[0]?.ports;
    expect(ports).toEqual([{ name: 'dns', protocol: 'UDP', port: 53, appProtocol: 'x' }]);
  });

  it('gives the hostname of a pod only for the Service that its subdomain names', () => {
    const named = (subdomain: string): unknown => planSlices(service(), [pod('a', { spec: { hostname: 'web-0', subdomain } })])[0]?.endpoints[0]?.hostname;
    expect(named('web')).toBe('web-0');
    expect(named('other')).toBeUndefined();
  });

  it('splits at 100 endpoints', () => {
    const pods = Array.from({ length: 201 }, (_, index) => pod(`pod-${index}`));
    expect(planSlices(service(), pods).map(({ endpoints }) => endpoints.length)).toEqual([100, 100, 1]);
  });
});

describe('sliceLabels', () => {
  it("carries the Service's labels, its name and, for a headless one, the mark of it", () => {
    expect(sliceLabels(service())).toEqual({ team: 'a', 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' });
    expect(sliceLabels(service({ clusterIP: 'None' }))).toHaveProperty(['service.kubernetes.io/headless'], '');
  });
});

describe('diffSlices', () => {
  const labels = sliceLabels(service());
  const stored = (plan: { ports: object[]; endpoints: object[] }): EndpointSlice => ({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'web-x', labels }, addressType: 'IPv4', ...plan } as EndpointSlice);

  it('writes nothing where everything is as planned', () => {
    const [plan] = planSlices(service(), [pod('a')]);
    expect(diffSlices([plan!], [stored(plan!)], labels)).toEqual({ create: [], update: [], remove: [] });
  });

  it('changes the slice that has the ports already, and removes what is not needed', () => {
    const [before] = planSlices(service(), [pod('a')]);
    const [after] = planSlices(service(), [pod('a'), pod('bb')]);
    const empty = stored({ ports: [], endpoints: [] });
    const { create, remove, update } = diffSlices([after!], [empty, stored(before!)], labels);
    expect([create.length, update.map(({ slice }) => slice.ports?.length), remove]).toEqual([0, [1], [empty]]);
  });
});
