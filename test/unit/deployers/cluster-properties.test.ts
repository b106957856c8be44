import { describe, expect, it } from '@jest/globals';
import type { ClusterProperty, UnknownObject } from '../../../src/api/types/index.ts';
import { readClusterProperties, settleClusterProperties, standingClusterId } from '../../../src/deployers/join/cluster-properties.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import { stubClient } from '../../helpers/stub-client.ts';
import { thrown } from '../../helpers/thrown.ts';

const ID = 'cluster.clusterset.k8s.io';
const SET = 'clusterset.k8s.io';
const MANAGED = { 'app.kubernetes.io/managed-by': 'mcs' };

function property(name: string, value: string, labels: Record<string, string> = {}): ClusterProperty {
  return { apiVersion: 'about.k8s.io/v1', kind: 'ClusterProperty', metadata: { name, labels }, spec: { value } };
}

const crd: UnknownObject = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'clusterproperties.about.k8s.io' } };
const groups = [{ title: 'all', objects: [crd, property(ID, 'west', MANAGED) as unknown as UnknownObject, property(SET, 'set-1', MANAGED) as unknown as UnknownObject] }];

const writtenBeside = (properties: readonly ClusterProperty[], foreignVersion?: string): string[] =>
  settleClusterProperties(groups, { properties, foreignVersion }).flatMap(({ objects }) => objects.map(({ metadata }) => metadata.name));

describe('settleClusterProperties()', () => {
  const all = [crd.metadata.name, ID, SET];

  it.each([
    { title: 'writes all where nothing stands', properties: [], expected: all },
    { title: 'writes over its own', properties: [property(ID, 'old', MANAGED)], expected: all },
    { title: 'leaves one of other people that says the same', properties: [property(ID, 'west')], expected: [crd.metadata.name, SET] },
  ])('$title', ({ properties, expected }) => {
    expect(writtenBeside(properties)).toEqual(expected);
  });

  it('publishes nothing where the About API is of a version that mcs does not write', () => {
    expect(writtenBeside([property(ID, 'west')], 'v1alpha1')).toEqual([]);
  });

  it.each([
    { title: 'another cluster id', standing: property(ID, 'prod'), hint: '--clusterid prod' },
    { title: 'another cluster set', standing: property(SET, 'set-2'), hint: 'kubectl get clusterproperty' },
  ])('refuses $title that somebody else gave, whatever the version', ({ standing, hint }) => {
    for (const version of [undefined, 'v1alpha1']) {
      expect(thrown(() => writtenBeside([standing], version))).toMatchObject({ code: 'MCS_CLUSTER_PROPERTY_CONFLICT', hints: [expect.stringContaining(hint)] });
    }
  });
});

describe('readClusterProperties()', () => {
  const signal = new AbortController().signal;

  it.each([
    { served: ['about.k8s.io/v1'], asked: ['v1', 'v1'], foreignVersion: undefined },
    { served: ['about.k8s.io/v1alpha1', 'about.k8s.io/v1beta1'], asked: ['v1beta1', 'v1beta1'], foreignVersion: 'v1beta1' },
    { served: ['v1'], asked: [], foreignVersion: undefined },
  ])('asks for the version that is served: $served', async ({ served, asked, foreignVersion }) => {
    const versions: string[] = [];
    const client = stubClient({
      find: ((resource: { version: string }, name: string) => {
        versions.push(resource.version);
        return Promise.resolve(name === ID ? property(ID, 'prod') : undefined);
      }) as never,
    });
    const found = await readClusterProperties(client, new Set(served), signal);
    expect(versions).toEqual(asked);
    expect(found.foreignVersion).toBe(foreignVersion);
    expect(standingClusterId(found)).toBe(asked.length > 0 ? 'prod' : undefined);
  });

  it('takes what may not be read for missing', async () => {
    const client = stubClient({ find: () => Promise.reject(new ApiError({ code: 403, reason: 'Forbidden' } as never)) });
    expect(await readClusterProperties(client, new Set(['about.k8s.io/v1']), signal)).toEqual({ foreignVersion: undefined, properties: [] });
  });
});
