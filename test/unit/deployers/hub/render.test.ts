import { describe, expect, it } from '@jest/globals';
import { renderHub, renderHubMember } from '../../../../src/deployers/hub/render.ts';
import { objectsOf } from '../../../../src/deployers/manifests.ts';
import { packageTemplates } from '../../../helpers/package-templates.ts';

const CONFIG = { clusterID: 'west', clusterUID: 'u', podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], components: ['service-discovery'], brokerNamespace: 'mcs-hub', settings: {}, hub: { id: 'hub-0123456789', server: 's' } };

interface Bound {
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

describe('renderHubMember', () => {
  const render = (hasAdmissionPolicies: boolean) => renderHubMember(packageTemplates, { version: '0.0.1', config: CONFIG, hubID: 'hub-0123456789', images: { repository: 'registry.example' }, hasAdmissionPolicies });

  it('gives the rights of a controller to the account of the hub, and installs no controller', async () => {
    const objects = objectsOf(await render(true));
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toContain('ServiceAccount mcs-hub');
    expect(names.filter((name) => /^(ServiceAccount|Deployment) mcs-controller$/.test(name))).toEqual([]);
    const holders = objects.flatMap((object) => (object as Bound).subjects ?? []).map(({ name, namespace }) => `${namespace ?? ''}/${name}`);
    expect(new Set(holders)).toEqual(new Set(['submariner-operator/mcs-hub', 'submariner-operator/mcs-dns']));
    for (const bound of ['mcs-controller', 'mcs-controller-dns-wiring']) {
      const binding = objects.find(({ kind, metadata }) => kind === 'ClusterRoleBinding' && metadata.name === bound) as Bound | undefined;
      expect(binding?.subjects?.map(({ name }) => name)).toEqual(['mcs-hub']);
    }
  });

  it('has the policy that caps tokens before the account whose tokens it caps, where the server has such policies', async () => {
    const kinds = objectsOf(await render(true)).map(({ kind }) => kind);
    expect(kinds.indexOf('ValidatingAdmissionPolicy')).toBeGreaterThan(-1);
    expect(kinds.indexOf('ValidatingAdmissionPolicy')).toBeLessThan(kinds.indexOf('ServiceAccount'));
    expect(objectsOf(await render(false)).map(({ kind }) => kind)).not.toContain('ValidatingAdmissionPolicy');
  });

  it('keeps what images it was installed with beside the name server', async () => {
    const dns = objectsOf(await render(true)).find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'mcs-dns');
    expect(dns?.metadata.annotations?.['mcs.clusterset.local/image-options']).toBe('{"repository":"registry.example"}');
  });
});

describe('renderHub', () => {
  it('gives no right beyond its own namespace', async () => {
    const objects = objectsOf(await renderHub(packageTemplates, { version: '0.0.1', hubID: 'hub-0123456789', images: {} }));
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`)).toEqual([
      'Namespace -/mcs-hub',
      'CustomResourceDefinition -/clusters.submariner.io',
      'CustomResourceDefinition -/serviceimports.multicluster.x-k8s.io',
      'ServiceAccount mcs-hub/mcs-hub',
      'Role mcs-hub/mcs-hub',
      'RoleBinding mcs-hub/mcs-hub',
      'Deployment mcs-hub/mcs-hub',
    ]);
  });
});
