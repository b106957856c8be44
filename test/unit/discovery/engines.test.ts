import { describe, expect, it } from '@jest/globals';
import { findEngines, validateNoOtherEngine } from '../../../src/discovery/engines.ts';
import { configMap, deployment, facts, object } from '../../helpers/cluster-facts.ts';
import { thrown } from '../../helpers/thrown.ts';

describe('findEngines()', () => {
  it.each([
    ['Submariner by its operator', facts({ deployments: [deployment('submariner-operator', 'submariner-operator')] }), 'Submariner'],
    ['Submariner by its custom resource', facts({ submariners: [object('Submariner', 'submariner', {}, 'submariner-operator')] }), 'Submariner'],
    ['Cilium by its API server', facts({ deployments: [deployment('clustermesh-apiserver', 'kube-system')] }), 'Cilium Cluster Mesh'],
    ['Cilium by its configuration', facts({ configMaps: [configMap('cilium-config', { 'clustermesh-enable-mcs-api': 'true' })] }), 'Cilium Cluster Mesh'],
    ['GKE', facts({ deployments: [deployment('gke-mcs-importer', 'gke-mcs')] }), 'GKE Multi-Cluster Services'],
    ['Karmada', facts({ deployments: [deployment('karmada-agent', 'karmada-system')] }), 'Karmada'],
  ])('finds %s', (_title, given, name) => {
    expect(findEngines(given).map((engine) => engine.name)).toEqual([name]);
  });

  it.each([
    ['an empty cluster', facts()],
    ['Cilium without the MCS API', facts({ configMaps: [configMap('cilium-config', { 'clustermesh-enable-mcs-api': 'false' })] })],
    ['a Deployment that mcs made', facts({ deployments: [deployment('submariner-operator', 'submariner-operator', { 'app.kubernetes.io/managed-by': 'mcs' })] })],
  ])('finds nothing in %s', (_title, given) => {
    expect(findEngines(given)).toEqual([]);
  });
});

describe('validateNoOtherEngine()', () => {
  it('says what was found and how Submariner is removed', () => {
    const engines = findEngines(facts({ deployments: [deployment('submariner-operator', 'submariner-operator')] }));
    expect(thrown(() => validateNoOtherEngine(engines))).toMatchObject({
      code: 'MCS_ENGINE_CONFLICT',
      message: expect.stringContaining('Submariner (Deployment submariner-operator/submariner-operator)'),
      hints: ['subctl uninstall'],
    });
  });

  it('accepts a cluster without one', () => {
    expect(() => validateNoOtherEngine([])).not.toThrow();
  });
});
