import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { resources } from '../../src/api/resources.ts';
import type { GatewayDNS, GatewayDNSSpec, UnknownObject } from '../../src/api/types/index.ts';
import { readRule } from '../../src/gateway-dns/plan/read-rule.ts';
import { builtinDefinitions } from '../../src/kube-serve/builtin.ts';
import { serveCustomResources } from '../../src/kube-serve/crd/custom-resources.ts';
import { createObjectStore, type ObjectStore } from '../../src/kube-serve/store.ts';

const ROOT = join(import.meta.dirname, '../..');
const load = (path: string): UnknownObject => parse(readFileSync(join(ROOT, path), 'utf8')) as UnknownObject;
const crd = load('templates/crds/gatewaydns.connectivity.tanzu.vmware.com.yaml');
const { gatewayDNS } = resources;

/** Printer columns that users' scripts know, and ours. */
interface CrdSpec {
  readonly names: object;
  readonly versions: readonly { readonly name: string; readonly additionalPrinterColumns: readonly { readonly name: string; readonly jsonPath: string }[] }[];
}

function serve(definition: UnknownObject = crd): ObjectStore {
  const store = createObjectStore({ definitions: builtinDefinitions() });
  serveCustomResources(store);
  store.create(resources.customResourceDefinitions, structuredClone(definition));
  return store;
}

function create(store: ObjectStore, spec: unknown, name = 'g'): GatewayDNS {
  return store.create(gatewayDNS, { metadata: { name, namespace: 'dev-team' }, ...(spec !== undefined && { spec: spec as GatewayDNSSpec }) });
}

describe('the CustomResourceDefinition of GatewayDNS', () => {
  it('has the names and columns that users of cross-cluster-connectivity know', () => {
    const { names, versions } = crd.spec as CrdSpec;
    expect(names).toEqual({ kind: 'GatewayDNS', listKind: 'GatewayDNSList', plural: 'gatewaydns', singular: 'gatewaydns' });
    expect(versions.map(({ name, additionalPrinterColumns: columns }) => [name, columns.map((column) => column.name)])).toEqual([['v1alpha1', ['Resolution Type', 'Service', 'Cluster Selector', 'Published', 'Accepted']]]);
  });

  const ENVOY = { clusterSelector: { matchLabels: { hasContour: 'true' } }, service: 'projectcontour/envoy' };
  it.each<[string, unknown]>([
    ['the example of cross-cluster-connectivity', { ...ENVOY, resolutionType: 'loadBalancer' }],
    ['no clusterSelector (XC-4)', { service: 'a/b' }],
    ['an empty clusterSelector (XC-4)', { service: 'a/b', clusterSelector: {} }],
    ['requirements', { service: 'a/b', clusterSelector: { matchExpressions: [{ key: 'x.io/a', operator: 'In', values: ['b'] }, { key: 'c', operator: 'Exists' }] } }],
    ['all that can be set', { ...ENVOY, resolutionType: 'hostPort', ttlSeconds: 60, mergePolicy: 'Union', namespaces: { from: 'Selector', selector: { matchLabels: { a: 'b' } } }, nodeAddressType: 'ExternalIP', healthCheck: { enabled: false, port: 80, intervalSeconds: 1, timeoutSeconds: 1, failureThreshold: 1 } }],
  ])('takes %s, which can be read', (_name, spec) => {
    const object = create(serve(), spec);
    expect(object).toMatchObject({ spec: spec as object, metadata: { generation: 1 } });
    expect(readRule(object, { healthChecks: true })).toHaveProperty('rule');
  });

  it('fills harmless defaults in', () => {
    expect(create(serve(), { ...ENVOY, namespaces: {}, healthCheck: {} }).spec).toEqual({ ...ENVOY, resolutionType: 'loadBalancer', mergePolicy: 'Oldest', namespaces: { from: 'Same' }, healthCheck: { intervalSeconds: 10, timeoutSeconds: 2, failureThreshold: 3 } });
  });

  it.each<[string, unknown, RegExp]>([
    ['no spec', undefined, /spec/],
    ['no service', {}, /spec\.service/],
    ['a service without "/" (XC-5)', { service: 'envoy' }, /spec\.service/],
    ['a service with two "/" (XC-5)', { service: 'a/b/c' }, /spec\.service/],
    ['a service without a name (XC-5)', { service: 'a/' }, /spec\.service/],
    ['an unknown resolutionType (XC-4)', { service: 'a/b', resolutionType: 'nodePortWhatever' }, /spec\.resolutionType/],
    ['an invalid operator (XC-4)', { service: 'a/b', clusterSelector: { matchExpressions: [{ key: 'a', operator: 'Gt' }] } }, /operator/],
    ['an unknown mergePolicy', { service: 'a/b', mergePolicy: 'Newest' }, /spec\.mergePolicy/],
    ['an unknown audience', { service: 'a/b', namespaces: { from: 'Some' } }, /spec\.namespaces\.from/],
    ['a TTL of 0', { service: 'a/b', ttlSeconds: 0 }, /spec\.ttlSeconds/],
    ['a port that is none', { service: 'a/b', healthCheck: { port: 70000 } }, /spec\.healthCheck\.port/],
  ])('refuses %s', (_name, spec, problem) => {
    expect(() => create(serve(), spec)).toThrow(problem);
  });

  it('has a status of its own: who writes spec cannot change it', () => {
    const store = serve();
    const object = create(store, ENVOY);
    const status = { observedGeneration: 1, published: '1/1', conditions: [], clusters: [{ name: 'a', state: 'Published' as const, hostname: '*.x', addresses: ['1.1.1.1'] }] };
    expect(store.update(gatewayDNS, { ...object, status }).status).toBeUndefined();
    const written = store.update(gatewayDNS, { ...object, spec: { service: 'c/d' }, status }, { subresource: 'status' });
    expect([written.status, written.spec?.service, written.metadata.generation]).toEqual([status, 'projectcontour/envoy', 1]);
  });

  it('leaves objects that were stored before it readable and deletable', () => {
    const [version] = (crd.spec as CrdSpec).versions;
    const anything = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const store = serve({ ...crd, spec: { ...(crd.spec as object), versions: [{ ...version, schema: anything }] } });
    create(store, { service: 'envoy', resolutionType: 'nodePortWhatever', clusterSelector: { matchExpressions: [{ key: 'a', operator: 'Gt' }] } });
    store.update(resources.customResourceDefinitions, { ...store.get(resources.customResourceDefinitions, { name: crd.metadata.name }), spec: crd.spec });
    const object = store.get(gatewayDNS, { namespace: 'dev-team', name: 'g' });
    expect(readRule(object, { healthChecks: true })).toMatchObject({ problems: { length: 3 } });
    expect(() => create(store, { service: 'envoy' }, 'h')).toThrow(/spec\.service/);
    store.delete(gatewayDNS, { namespace: 'dev-team', name: 'g' });
    expect(store.find(gatewayDNS, { namespace: 'dev-team', name: 'g' })).toBeUndefined();
  });
});
