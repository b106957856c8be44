import { describe, expect, it } from '@jest/globals';
import { apiVersionOf, objectKey, resourceName, resourceOfPath, resourcePath, resources, splitKey } from '../../../src/api/resources.ts';

describe('resourcePath', () => {
  it.each([
    ['a collection of all namespaces', resourcePath(resources.pods), '/api/v1/pods'],
    ['a collection of one', resourcePath(resources.pods, 'a'), '/api/v1/namespaces/a/pods'],
    ['an object', resourcePath(resources.serviceExports, 'a', 'b'), '/apis/multicluster.x-k8s.io/v1beta1/namespaces/a/serviceexports/b'],
    ['its status', resourcePath(resources.serviceExports, 'a', 'b', 'status'), '/apis/multicluster.x-k8s.io/v1beta1/namespaces/a/serviceexports/b/status'],
    ['what has no namespace', resourcePath(resources.nodes, 'a', 'b'), '/api/v1/nodes/b'],
    ['names that would lead elsewhere', resourcePath(resources.pods, '../x', 'a/b?c'), '/api/v1/namespaces/..%2Fx/pods/a%2Fb%3Fc'],
  ])('of %s', (_name, path, expected) => {
    expect(path).toBe(expected);
  });
});

describe('names of a resource', () => {
  it('are written as in manifests and in RBAC', () => {
    expect([apiVersionOf(resources.pods), apiVersionOf(resources.leases)]).toEqual(['v1', 'coordination.k8s.io/v1']);
    expect([resourceName(resources.pods), resourceName(resources.leases)]).toEqual(['pods', 'leases.coordination.k8s.io']);
  });

  it('are each described once', () => {
    const names = Object.values(resources).map(resourceName);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('objectKey', () => {
  it.each([
    [{ namespace: 'a', name: 'b' }, 'a/b'],
    [{ name: 'b' }, 'b'],
  ])('of %j is %s, and splitKey takes it apart', (meta, key) => {
    expect(objectKey(meta)).toBe(key);
    expect(splitKey(key)).toEqual(meta);
  });
});

describe('resourceOfPath', () => {
  it.each([
    [resourcePath(resources.pods), 'pods'],
    [resourcePath(resources.pods, 'a', 'b'), 'pods'],
    [`${resourcePath(resources.services, 'a')}?limit=500`, 'services'],
    [resourcePath(resources.namespaces, undefined, 'a'), 'namespaces'],
    [resourcePath(resources.serviceExports, 'a', 'b', 'status'), 'serviceexports/status'],
    ['/readyz?verbose', '/readyz'],
  ])('%s is about %s', (path, expected) => {
    expect(resourceOfPath(path)).toBe(expected);
  });
});
