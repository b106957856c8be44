import { describe, expect, it } from '@jest/globals';
import { resourceName, resources } from '../../src/api/resources.ts';
import { builtinDefinitions } from '../../src/kube-serve/builtin.ts';
import { discoverGroups } from '../../src/kube-serve/http/discovery-model.ts';

const served = discoverGroups(builtinDefinitions()).flatMap(({ group, versions }) =>
  versions.flatMap(({ resources: list, version }) => list.map(({ kind, name, verbs }) => `${group === '' ? version : `${group}/${version}`} ${name} ${kind}: ${verbs.join(' ')}`)),
);

describe('what kube-serve serves from the beginning', () => {
  it('is this', () => {
    expect(served).toMatchSnapshot();
  });

  it('is every built-in kind that mcs reads or writes, but admission policies: nothing here evaluates CEL', () => {
    const names = new Set(builtinDefinitions().map(({ resource }) => resourceName(resource)));
    const builtIn = Object.values(resources).filter(({ group }) => !group.includes('.') || group.endsWith('.k8s.io'));
    const custom = ['serviceexports.multicluster.x-k8s.io', 'serviceimports.multicluster.x-k8s.io', 'clusterproperties.about.k8s.io'];
    const missing = builtIn.map(resourceName).filter((name) => !names.has(name) && !custom.includes(name));
    expect(missing).toEqual(['validatingadmissionpolicies.admissionregistration.k8s.io', 'validatingadmissionpolicybindings.admissionregistration.k8s.io']);
  });
});
