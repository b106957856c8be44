import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { readEmptiness } from '../../../src/mirror/namespace-contents.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';

const kind = (name: string) => ({ name, namespaced: true, verbs: ['list'] });
const DISCOVERY: Readonly<Record<string, unknown>> = {
  '/apis': { groups: [{ name: 'example.org', versions: [{ groupVersion: 'example.org/v1' }, { groupVersion: 'example.org/v1alpha1' }], preferredVersion: { groupVersion: 'example.org/v1' } }] },
  '/api/v1': { resources: [kind('configmaps'), kind('pods/log'), { ...kind('bindings'), verbs: ['create'] }] },
  '/apis/example.org/v1': { resources: [kind('gateways')] },
  '/apis/example.org/v1alpha1': { resources: [kind('gateways'), kind('routes')] },
};

/** An API server that has these lists, and no others; gives what was asked. */
function serverWith(lists: Readonly<Record<string, unknown>>): { readonly client: KubeClient; readonly asked: string[] } {
  const asked: string[] = [];
  const getPath = (path: string): Promise<never> => {
    const [plain = ''] = path.split('?');
    asked.push(plain);
    return Promise.resolve((lists[plain] ?? DISCOVERY[plain] ?? { items: [] }) as never);
  };
  return { client: { ...createMemoryClient(), getPath }, asked };
}

const emptinessWith = (lists: Readonly<Record<string, unknown>>): ReturnType<typeof readEmptiness> => readEmptiness(serverWith(lists).client, 'shop', new AbortController().signal);

describe('readEmptiness()', () => {
  it('asks for each kind once, in the version that is preferred', async () => {
    const { client, asked } = serverWith({});
    expect(await readEmptiness(client, 'shop', new AbortController().signal)).toEqual({ isEmpty: true });
    const listed = asked.filter((path) => path.includes('/namespaces/'));
    expect(listed.sort()).toEqual(['/api/v1/namespaces/shop/configmaps', '/apis/example.org/v1/namespaces/shop/gateways', '/apis/example.org/v1alpha1/namespaces/shop/routes']);
  });

  it('finds kinds that only another version of their group has', async () => {
    expect(await emptinessWith({ '/apis/example.org/v1alpha1/namespaces/shop/routes': { items: [{ metadata: { name: 'mine' } }] } })).toEqual({ isEmpty: false, isKnown: true, reason: 'routes.example.org "mine" stands in it' });
  });

  it.each([
    ['is somebody\'s on Kubernetes', [], false],
    ['is there by itself on OpenShift', [{ name: 'project.openshift.io', versions: [] }], true],
  ])('an account `deployer` %s', async (_what, groups, isEmpty) => {
    const lists = { '/apis': { groups }, '/api/v1': { resources: [kind('serviceaccounts')] }, '/api/v1/namespaces/shop/serviceaccounts': { items: [{ metadata: { name: 'default' } }, { metadata: { name: 'deployer' } }] } };
    expect(await emptinessWith(lists)).toMatchObject({ isEmpty });
  });

  it('does not take a first page of what is there by itself for all of it', async () => {
    expect(await emptinessWith({ '/api/v1/namespaces/shop/configmaps': { items: [{ metadata: { name: 'kube-root-ca.crt' } }], metadata: { continue: 'x' } } })).toEqual({ isEmpty: false, isKnown: true, reason: 'more than 20 configmaps stands in it' });
  });
});
