import { describe, expect, it } from '@jest/globals';
import { requestAttributes, type RequestAttributes } from '../../../../src/kube-serve/http/request-attributes.ts';

const CORE = { resourceRequest: true, group: '', version: 'v1', subresource: '', namespace: '', name: '' };
const MCS = { ...CORE, group: 'multicluster.x-k8s.io', version: 'v1beta1', resource: 'serviceimports' };

describe('requestAttributes()', () => {
  it.each<[string, string, Partial<RequestAttributes>]>([
    ['GET', '/api/v1/pods', { ...CORE, verb: 'list', resource: 'pods' }],
    ['GET', '/api/v1/namespaces/shop/pods?watch=true', { ...CORE, verb: 'watch', resource: 'pods', namespace: 'shop' }],
    ['GET', '/api/v1/pods?watch=True', { ...CORE, verb: 'watch', resource: 'pods' }],
    ['GET', '/api/v1/pods?watch=False', { ...CORE, verb: 'list', resource: 'pods' }],
    ['GET', '/api/v1/namespaces/shop/pods?watch=0', { ...CORE, verb: 'list', resource: 'pods', namespace: 'shop' }],
    ['GET', '/api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Da,status.phase%3DRunning', { ...CORE, verb: 'list', resource: 'pods', namespace: 'shop', name: 'a' }],
    ['GET', '/api/v1/namespaces/shop/pods/a/log', { ...CORE, verb: 'get', resource: 'pods', namespace: 'shop', name: 'a', subresource: 'log' }],
    ['DELETE', '/api/v1/namespaces/shop/pods', { ...CORE, verb: 'deletecollection', resource: 'pods', namespace: 'shop' }],
    ['GET', '/api/v1/namespaces', { ...CORE, verb: 'list', resource: 'namespaces' }],
    ['GET', '/api/v1/namespaces/shop', { ...CORE, verb: 'get', resource: 'namespaces', namespace: 'shop', name: 'shop' }],
    ['PUT', '/api/v1/namespaces/shop/status', { ...CORE, verb: 'update', resource: 'namespaces', namespace: 'shop', name: 'shop', subresource: 'status' }],
    ['POST', '/apis/multicluster.x-k8s.io/v1beta1/namespaces/shop/serviceimports', { ...MCS, verb: 'create', namespace: 'shop' }],
    ['PATCH', '/apis/multicluster.x-k8s.io/v1beta1/namespaces/shop/serviceimports/a.b/status', { ...MCS, verb: 'patch', namespace: 'shop', name: 'a.b', subresource: 'status' }],
    ['GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Adesk', { verb: 'get', group: 'rbac.authorization.k8s.io', resource: 'clusterroles', name: 'system:desk' }],
    ['GET', '/api/v1/watch/namespaces/shop/pods/a', { ...CORE, verb: 'watch', resource: 'pods', namespace: 'shop', name: 'a' }],
    ['GET', '/apis/apps/v1/watch/deployments', { verb: 'watch', group: 'apps', resource: 'deployments', namespace: '' }],
    ['GET', '/api/v1', { resourceRequest: false, verb: 'get', path: '/api/v1' }],
    ['GET', '/apis/apps', { resourceRequest: false, path: '/apis/apps' }],
    ['HEAD', '/healthz', { resourceRequest: false, verb: 'get', path: '/healthz' }],
    ['POST', '/version', { resourceRequest: false, verb: 'post' }],
  ])('of %s %s', (method, path, expected) => {
    expect(requestAttributes(method, new URL(path, 'http://x'))).toMatchObject(expected);
  });
});
