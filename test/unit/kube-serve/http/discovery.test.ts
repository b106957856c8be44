import { describe, expect, it } from '@jest/globals';
import { builtinDefinitions } from '../../../../src/kube-serve/builtin.ts';
import { aggregatedDiscovery, groupList, resourceList } from '../../../../src/kube-serve/http/discovery-documents.ts';
import { discoverGroups } from '../../../../src/kube-serve/http/discovery-model.ts';
import { compareVersions } from '../../../../src/kube-serve/http/version-order.ts';

const LOG = { group: '', version: 'v1', resource: 'pods/log', kind: 'Pod', verbs: ['get'] };
const groups = discoverGroups(builtinDefinitions(), [LOG]);

describe('compareVersions()', () => {
  it('puts stable before beta before alpha, the newest first, and others last', () => {
    expect(['v1alpha1', 'foo', 'v1', 'v2beta1', 'v11', 'v1beta2', 'v2'].sort(compareVersions)).toEqual(['v11', 'v2', 'v1', 'v2beta1', 'v1beta2', 'v1alpha1', 'foo']);
  });
});

describe('discovery', () => {
  it('tells each group with its versions, and no admission policies', () => {
    const { groups: list } = groupList(groups) as { groups: { name: string; preferredVersion: { groupVersion: string } }[] };
    expect(list.map(({ name }) => name)).toEqual([
      'apiextensions.k8s.io',
      'apps',
      'authentication.k8s.io',
      'authorization.k8s.io',
      'coordination.k8s.io',
      'discovery.k8s.io',
      'flowcontrol.apiserver.k8s.io',
      'networking.k8s.io',
      'policy',
      'rbac.authorization.k8s.io',
    ]);
    expect(list[1]?.preferredVersion).toEqual({ groupVersion: 'apps/v1', version: 'v1' });
  });

  it('lists subresources with the kind they speak', () => {
    const apps = groups.find(({ group }) => group === 'apps');
    const version = apps?.versions[0];
    if (apps === undefined || version === undefined) throw new Error('no apps');
    expect((resourceList(apps, version) as { resources: unknown[] }).resources.slice(0, 3)).toEqual([
      expect.objectContaining({ name: 'deployments', singularName: 'deployment', shortNames: ['deploy'], categories: ['all'], namespaced: true }),
      { name: 'deployments/status', singularName: '', namespaced: true, kind: 'Deployment', verbs: ['get', 'patch', 'update'] },
      { name: 'deployments/scale', singularName: '', namespaced: true, kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] },
    ]);
  });

  it('puts subresources into their resource when aggregated, those of extra routes too', () => {
    const { items } = aggregatedDiscovery(groups.filter(({ group }) => group === '')) as { items: { versions: { resources: { resource: string; subresources?: object[] }[] }[] }[] };
    const pods = items[0]?.versions[0]?.resources.find(({ resource }) => resource === 'pods');
    expect(pods).toMatchObject({ scope: 'Namespaced', responseKind: { group: '', version: 'v1', kind: 'Pod' }, subresources: [{ subresource: 'status' }, { subresource: 'log', verbs: ['get'] }] });
  });
});
