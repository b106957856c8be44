import { describe, expect, it } from '@jest/globals';
import { CROSS_CLUSTER, EXPORT_POLICY, EXPORT_WISH, OWNER, REFLECTED } from '../../../../src/api/labels.ts';
import type { Namespace, ObjectMeta, Service, ServiceExport, ServiceExportPolicy } from '../../../../src/api/types/index.ts';
import { planPolicyExports } from '../../../../src/sync/export-policy/plan-policy-exports.ts';
import { policyLabel, readPolicies } from '../../../../src/sync/export-policy/read-policies.ts';
import type { SkipReason } from '../../../../src/sync/export-policy/skip-reason.ts';

type Meta = Partial<ObjectMeta>;

function service(name: string, metadata: Meta = {}, spec: Partial<Service['spec']> = {}): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop', ...metadata }, spec: { type: 'ClusterIP', clusterIP: '10.96.0.1', ...spec } };
}

function namespace(name: string, metadata: Meta = {}): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...metadata } };
}

function policy(name: string, second: number, spec: ServiceExportPolicy['spec'] = {}, metadata: Meta = {}): ServiceExportPolicy {
  return { apiVersion: 'mcs.clusterset.local/v1', kind: 'ServiceExportPolicy', metadata: { name, creationTimestamp: `2026-01-01T00:00:0${second}Z`, ...metadata }, spec };
}

/** Made by a policy, or by a user. */
function exported(name: string, by?: string, metadata: Meta = {}): ServiceExport {
  return { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceExport', metadata: { name, namespace: 'shop', ...(by !== undefined && { labels: { [EXPORT_POLICY]: by } }), ...metadata } };
}

interface Scene {
  readonly policies: readonly ServiceExportPolicy[];
  readonly services?: readonly Service[];
  readonly exports?: readonly ServiceExport[];
  readonly namespaces?: readonly Namespace[];
}

const INVALID = { serviceSelector: { matchExpressions: [{ key: 'a', operator: 'Like', values: ['b'] }] } };

/** `create`, `to <policy>` and `delete` by name. */
function changes({ policies, services = [], exports = [], namespaces = [namespace('shop')] }: Scene): string[] {
  const plan = planPolicyExports({ policies: readPolicies(policies), namespaceOf: (name) => namespaces.find(({ metadata }) => metadata.name === name), services, exports, reserved: ['own-broker'] });
  return [
    ...plan.create.map((wanted) => `create ${wanted.namespace}/${wanted.name} by ${wanted.policy.label}`),
    ...plan.handOver.map(({ standing, policy: to }) => `give ${standing.metadata.name} to ${to.label}`),
    ...plan.delete.map(({ metadata }) => `delete ${metadata.name}`),
  ];
}

describe('planPolicyExports', () => {
  const scenes: readonly (readonly [string, Scene, readonly string[]])[] = [
    ['exports what is selected', { policies: [policy('p', 0)], services: [service('web'), service('api')] }, ['create shop/web by p', 'create shop/api by p']],
    ['does nothing in step', { policies: [policy('p', 0)], services: [service('web')], exports: [exported('web', 'p')] }, []],
    ['selects by the name of the namespace', { policies: [policy('p', 0, { namespaces: ['bank'] })], services: [service('web')] }, []],
    ['selects by labels of the namespace', { policies: [policy('p', 0, { namespaceSelector: { matchLabels: { team: 'a' } } })], services: [service('web')], namespaces: [namespace('shop', { labels: { team: 'a' } })] }, ['create shop/web by p']],
    ['selects by labels of the Service, all conditions at once', { policies: [policy('p', 0, { namespaces: ['shop'], serviceSelector: { matchLabels: { tier: 'web' } } })], services: [service('web', { labels: { tier: 'web' } }), service('db')] }, ['create shop/web by p']],
    ['takes no Service of a namespace that is not known', { policies: [policy('p', 0)], services: [service('web')], namespaces: [] }, []],
    ["leaves a user's export alone", { policies: [policy('p', 0)], services: [service('web')], exports: [exported('web')] }, []],
    ["leaves a user's export of nothing alone", { policies: [policy('p', 0)], exports: [exported('web')] }, []],
    ['removes its export with the policy', { policies: [], services: [service('web')], exports: [exported('web', 'p')] }, ['delete web']],
    ['removes its export with a policy that is being deleted', { policies: [policy('p', 0, {}, { deletionTimestamp: '2026-01-02T00:00:00Z' })], services: [service('web')], exports: [exported('web', 'p')] }, ['delete web']],
    ['removes its export with the Service', { policies: [policy('p', 0)], exports: [exported('web', 'p')] }, ['delete web']],
    ['removes its export when the Service is no longer selected', { policies: [policy('p', 0, { namespaces: ['bank'] })], services: [service('web')], exports: [exported('web', 'p')] }, ['delete web']],
    ['removes its export when the Service opts out', { policies: [policy('p', 0)], services: [service('web', { annotations: { [EXPORT_WISH]: 'false' } })], exports: [exported('web', 'p')] }, ['delete web']],
    ['waits for the end of an export that is being deleted', { policies: [], exports: [exported('web', 'p', { deletionTimestamp: '2026-01-02T00:00:00Z' })] }, []],
    ['the older of two has it', { policies: [policy('a', 5), policy('b', 3)], services: [service('web')] }, ['create shop/web by b']],
    ['of one second the name decides', { policies: [policy('b', 3), policy('a', 3)], services: [service('web')] }, ['create shop/web by a']],
    ['the other takes over, without a gap', { policies: [policy('a', 5)], services: [service('web')], exports: [exported('web', 'b')] }, ['give web to a']],
    ['exports of a policy that cannot be read stay', { policies: [policy('p', 0, INVALID)], services: [service('web'), service('api')], exports: [exported('web', 'p')] }, []],
    ['exports of a policy that cannot be read stay with it, whoever selects them too', { policies: [policy('p', 0, INVALID), policy('q', 1)], services: [service('web'), service('api')], exports: [exported('web', 'p')] }, ['create shop/api by q']],
    ['an empty list of namespaces is a mistake, not everything', { policies: [policy('p', 0, { namespaces: [] })], services: [service('web')], exports: [exported('api', 'p')] }, []],
  ];

  it.each(scenes)('%s', (_title, scene, expected) => {
    expect(changes(scene)).toEqual(expected);
  });

  const skipped: readonly (readonly [SkipReason, Service, string?])[] = [
    ['ExternalName', service('web', {}, { type: 'ExternalName', externalName: 'example.com' })],
    ['OptedOut', service('web', { annotations: { [EXPORT_WISH]: 'false' } })],
    ['Copy', service('derived-0', { labels: { [OWNER]: 'controller' } })],
    ['Copy', service('web-east', { labels: { [OWNER]: 'reflection' } })],
    ['Copy', service('web', { annotations: { [REFLECTED]: 'true' } })],
    ['Copy', service('web', { labels: { [CROSS_CLUSTER]: 'follower' } })],
    ['KubernetesApi', service('kubernetes', { namespace: 'default' })],
    ['Terminating', service('web', { deletionTimestamp: '2026-01-02T00:00:00Z' })],
    ...['kube-system', 'kube-public', 'openshift-dns', 'submariner-operator', 'submariner-k8s-broker', 'xcc-dns', 'mcs-mirror', 'mcs-hub', 'own-broker'].map((name) => ['SystemNamespace', service('web', { namespace: name })] as const),
  ];

  it.each(skipped)('never exports, and tells why: %s', (reason, object) => {
    const space = namespace(object.metadata.namespace ?? '');
    const plan = planPolicyExports({ policies: readPolicies([policy('p', 0)]), namespaceOf: () => space, services: [object], exports: [], reserved: ['own-broker'] });
    expect(plan).toEqual({ create: [], handOver: [], delete: [], verdicts: [{ policy: 'p', service: `${space.metadata.name}/${object.metadata.name}`, skipped: reason }] });
  });

  it('tells of each policy what becomes of a Service', () => {
    const policies = readPolicies([policy('a', 0), policy('b', 1)]);
    const { verdicts } = planPolicyExports({ policies, namespaceOf: namespace, services: [service('web'), service('own')], exports: [exported('own')], reserved: [] });
    expect(verdicts).toEqual([
      { policy: 'a', service: 'shop/web' },
      { policy: 'b', service: 'shop/web', skipped: 'OtherPolicy', by: 'a' },
      { policy: 'a', service: 'shop/own', skipped: 'OwnExport' },
      { policy: 'b', service: 'shop/own', skipped: 'OwnExport' },
    ]);
  });
});

describe('readPolicies', () => {
  it.each([
    [{ namespaces: ['Shop'] }, 'spec.namespaces: "Shop" is no name of a namespace'],
    [{ namespaceSelector: { matchLabels: { 'a b': 'c' } } }, 'spec.namespaceSelector: "a b" is no label key'],
    [INVALID, 'spec.serviceSelector: operator "Like" of "a" is none of In, NotIn, Exists, DoesNotExist'],
    [{ serviceSelector: null as unknown as object }, undefined],
  ])('says what is wrong with %j', (spec, problem) => {
    expect(readPolicies([policy('p', 0, spec)]).map((read) => read.problem)).toEqual([problem]);
  });

  it('policyLabel gives a label value for names that have none, and two names never share one', () => {
    const [a, b] = [policyLabel('x'.repeat(70)), policyLabel('x'.repeat(71))];
    expect([policyLabel('web'), a.length, a === b]).toEqual(['web', 63, false]);
  });
});
