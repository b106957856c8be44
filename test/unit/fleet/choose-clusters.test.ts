import { describe, expect, it } from '@jest/globals';
import { FLEET_CLUSTER, FLEET_NAMESPACE } from '../../../src/api/labels.ts';
import type { KubeObject } from '../../../src/api/types/index.ts';
import { chooseClusters } from '../../../src/fleet/choose-clusters.ts';

const capi = (namespace: string, name: string, labels = {}): KubeObject => ({ apiVersion: 'cluster.x-k8s.io/v1beta1', kind: 'Cluster', metadata: { namespace, name, uid: `capi-${name}`, labels } });

const secret = (name: string, labels: Record<string, string>, creationTimestamp = '2026-01-01T00:00:00Z'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'hub', name, uid: `secret-${name}`, labels, creationTimestamp },
});

describe('chooseClusters()', () => {
  it('takes Clusters with the Secret beside them, and labelled Secrets with the rest of their labels', () => {
    const { clusters, problems } = chooseClusters([capi('dev', 'a', { gateway: 'yes' })], [secret('s', { [FLEET_CLUSTER]: 'b', [FLEET_NAMESPACE]: 'dev', tier: 'edge' })]);
    expect([...clusters.values()]).toEqual([
      { key: 'dev/a', namespace: 'dev', name: 'a', uid: 'capi-a', labels: { gateway: 'yes' }, secret: { namespace: 'dev', name: 'a-kubeconfig', key: 'value' }, source: 'cluster-api' },
      { key: 'dev/b', namespace: 'dev', name: 'b', uid: 'secret-s', labels: { tier: 'edge' }, secret: { namespace: 'hub', name: 's', key: 'value' }, source: 'secret' },
    ]);
    expect(problems).toEqual([]);
  });

  it('counts a Secret without a namespace to its own one', () => {
    expect([...chooseClusters([], [secret('s', { [FLEET_CLUSTER]: 'b' })]).clusters.keys()]).toEqual(['hub/b']);
  });

  it.each([
    ['Cluster API before a Secret', [capi('dev', 'a')], [secret('s', { [FLEET_CLUSTER]: 'a', [FLEET_NAMESPACE]: 'dev' })], 'capi-a', ['s']],
    ['the older Secret', [], [secret('x', { [FLEET_CLUSTER]: 'a' }, '2026-01-02T00:00:00Z'), secret('y', { [FLEET_CLUSTER]: 'a' })], 'secret-y', ['x']],
    ['the first by name of Secrets of one age', [], [secret('y', { [FLEET_CLUSTER]: 'a' }), secret('x', { [FLEET_CLUSTER]: 'a' })], 'secret-x', ['y']],
  ])('of one name takes %s, and reports the other', (_what, clusters, secrets, uid, unused) => {
    const choice = chooseClusters(clusters, secrets);
    expect([...choice.clusters.values()].map((each) => each.uid)).toEqual([uid]);
    expect(choice.problems.map(({ reason, object }) => [reason, object.name])).toEqual(unused.map((name) => ['DuplicateCluster', name]));
  });

  it.each([
    [{ [FLEET_CLUSTER]: 'Not_a_name' }, FLEET_CLUSTER],
    [{ [FLEET_CLUSTER]: '' }, FLEET_CLUSTER],
    [{ [FLEET_CLUSTER]: 'a', [FLEET_NAMESPACE]: 'a.b' }, FLEET_NAMESPACE],
  ])('does not use a Secret whose labels are no names: %j', (labels, label) => {
    const { clusters, problems } = chooseClusters([], [secret('s', labels)]);
    expect(clusters.size).toBe(0);
    expect(problems).toEqual([expect.objectContaining({ reason: 'InvalidClusterName', message: expect.stringContaining(label) as unknown })]);
  });
});
