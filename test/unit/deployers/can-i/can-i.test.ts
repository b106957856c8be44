import { describe, expect, it } from '@jest/globals';
import type { KubeObject, UnknownObject } from '../../../../src/api/types/index.ts';
import { type Action, type ActionOptions, findNeeds } from '../../../../src/deployers/can-i/actions.ts';
import { canI, type CanIResult } from '../../../../src/deployers/can-i/can-i.ts';
import { grantManifests } from '../../../../src/deployers/can-i/grant-manifests.ts';
import { grantedRoles, questionKey, rightsToWrite, withoutCovered } from '../../../../src/deployers/can-i/needed-rights.ts';
import { rulesFor } from '../../../../src/deployers/can-i/rules-for.ts';
import { deployBrokerQuestions, joinQuestions, wiringQuestions } from '../../../../src/deployers/install-questions.ts';
import type { AccessQuestion, KubeClient } from '../../../../src/kube/client.ts';
import { packageTemplates } from '../../../helpers/package-templates.ts';

const signal = new AbortController().signal;
const OPTIONS: ActionOptions = { brokerNamespace: 'broker', mirrorNamespace: 'mcs-mirror', components: ['connectivity', 'service-discovery'], wiresDns: true, loadBalancer: true };
const question = (text: string): AccessQuestion => {
  const [verb = '', path = '', namespace, name] = text.split(' ');
  const [resource = '', subresource] = path.split('/');
  return { verb, group: '', resource, ...(subresource !== undefined && { subresource }), ...(namespace !== undefined && namespace !== '*' && { namespace }), ...(name !== undefined && { name }) };
};

/** An API server where the user may do what `allows` says. */
function serverWhere(allows: (question: AccessQuestion) => boolean, groups: readonly string[] = ['flowcontrol.apiserver.k8s.io/v1']): KubeClient & { readonly asked: AccessQuestion[] } {
  const asked: AccessQuestion[] = [];
  const client: Partial<KubeClient> = {
    getPath: <T>(path: string) => Promise.resolve((path === '/apis' ? { groups: [{ versions: groups.map((groupVersion) => ({ groupVersion })) }] } : { resources: [{ name: 'validatingadmissionpolicies' }] }) as T),
    canI: (one) => {
      asked.push(one);
      return Promise.resolve(allows(one));
    },
    create: <T extends KubeObject>() => Promise.resolve({ status: { userInfo: { username: 'jane' } } } as unknown as T),
  };
  return { ...(client as KubeClient), asked };
}

const ask = (client: KubeClient, action: Action, options = OPTIONS): Promise<CanIResult> => canI({ client, templates: packageTemplates, version: '1.2.3', signal }, action, options);

describe('rights that manifests need', () => {
  it('are those of ensureObject, in the namespace of each', () => {
    const objects = [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'n' } }] as UnknownObject[];
    expect(rightsToWrite(objects)).toEqual(['get', 'create', 'patch'].map((verb) => ({ verb, group: '', resource: 'secrets', namespace: 'n' })));
  });

  it('are all that a role hands out, subresources and names apart', () => {
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'r', namespace: 'n' }, rules: [{ apiGroups: [''], resources: ['pods/status', 'secrets'], resourceNames: ['a', 'b'], verbs: ['get'] }] } as unknown as UnknownObject;
    expect(grantedRoles([role])).toEqual([{ name: 'r', namespace: 'n', rights: [question('get pods/status n a'), question('get pods/status n b'), question('get secrets n a'), question('get secrets n b')] }]);
  });

  it.each([
    ['the same twice', ['get pods n', 'get pods n'], ['get pods n']],
    ['one name of all', ['get pods n', 'get pods n a'], ['get pods n']],
    ['one namespace of all', ['get pods', 'get pods n', 'get pods n a'], ['get pods']],
    ['another verb', ['get pods', 'list pods n'], ['get pods', 'list pods n']],
    ['a subresource', ['get pods', 'get pods/log'], ['get pods', 'get pods/log']],
  ])('are asked about once: %s', (_what, given, expected) => {
    expect(withoutCovered(given.map(question))).toEqual(expected.map(question));
  });

  // the preflight of join and deploy-broker asks a part of it, before anything is rendered
  it.each([
    ['join', [...joinQuestions(), ...wiringQuestions(undefined)]],
    ['deploy-broker', deployBrokerQuestions('broker', { hasFlowSchemas: true, hasAdmissionPolicies: true })],
  ] as const)('for %s cover what its preflight asks about', async (action, asked) => {
    const { objects, steps } = await findNeeds(action, { client: serverWhere(() => true), templates: packageTemplates, version: '1.2.3', signal }, OPTIONS);
    const needed = new Set([...rightsToWrite(objects), ...steps, ...grantedRoles(objects).flatMap(({ rights }) => rights)].map(questionKey));
    expect(asked.filter((one) => !needed.has(questionKey(one)))).toEqual([]);
  });
});

describe('rulesFor', () => {
  it.each([
    ['verbs of one resource', ['get pods', 'create pods'], [{ apiGroups: [''], resources: ['pods'], verbs: ['create', 'get'] }]],
    ['resources with the same verbs', ['get pods', 'get secrets'], [{ apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get'] }]],
    ['names of one resource', ['get secrets n b', 'get secrets n a'], [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['a', 'b'], verbs: ['get'] }]],
    ['a name, and another verb on all', ['get secrets n a', 'create secrets n'], [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['a'], verbs: ['get'] }, { apiGroups: [''], resources: ['secrets'], verbs: ['create'] }]],
    ['a subresource', ['create serviceaccounts/token n'], [{ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }]],
  ])('puts together %s', (_what, given, expected) => {
    expect(rulesFor(given.map(question))).toEqual(expected);
  });
});

describe('grantManifests', () => {
  it('keeps the rights of a namespace in it, and makes that namespace first', () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n', labels: { a: 'b' } } } as unknown as UnknownObject;
    const text = grantManifests([question('get secrets n'), question('get nodes')], { action: 'join', user: 'jane', namespaces: [namespace] });
    expect([...text.matchAll(/^kind: .*$/gm)].map(([line]) => line)).toEqual(['kind: Namespace', 'kind: ClusterRole', 'kind: ClusterRoleBinding', 'kind: ClusterRole', 'kind: RoleBinding']);
    expect(text).toContain('name: mcs-can-join-in-n\n  namespace: n');
    expect(text).toContain('name: jane');
  });
});

describe('canI', () => {
  it('asks an administrator one question', async () => {
    const client = serverWhere(() => true);
    expect(await ask(client, 'join')).toMatchObject({ allowed: true, missing: [], user: 'jane' });
    expect(client.asked).toHaveLength(1);
  });

  it('says what is missing, and nothing more', async () => {
    const client = serverWhere(({ verb, resource }) => verb !== '*' && verb !== 'escalate' && !(verb === 'patch' && resource === 'nodes'));
    const result = await ask(client, 'join');
    expect(result).toMatchObject({ allowed: false, missing: [{ verb: 'patch', group: '', resource: 'nodes' }] });
    expect(result.manifests).toContain('resources:\n      - nodes\n    verbs:\n      - patch\n');
  });

  it('does not ask whoever may escalate and bind for what the roles hand out', async () => {
    const isHandedOut = ({ group }: AccessQuestion): boolean => group === 'coordination.k8s.io';
    const result = await ask(serverWhere((one) => one.verb !== '*' && !isHandedOut(one)), 'deploy-broker');
    expect(result.allowed).toBe(true);
    const without = await ask(serverWhere((one) => one.verb !== '*' && one.verb !== 'escalate' && !isHandedOut(one)), 'deploy-broker');
    expect(without.missing.every(isHandedOut)).toBe(true);
    expect(without.allowed).toBe(false);
  });

  it.each([
    ['tunnels', { components: ['service-discovery'] }, 'daemonsets', 'create'],
    ['DNS wiring', { wiresDns: false }, 'dnses', 'patch'],
  ] as const)('asks about %s only where they are wanted', async (_what, more, resource, verb) => {
    const concerns = ({ missing }: CanIResult): boolean => missing.some((one) => one.resource === resource && one.verb === verb);
    const nobody = serverWhere(() => false);
    expect(concerns(await ask(nobody, 'join'))).toBe(true);
    expect(concerns(await ask(nobody, 'join', { ...OPTIONS, ...more }))).toBe(false);
  });

  it('asks about the pools of Calico only where that is the network', async () => {
    const resourcesOf = async (groups: readonly string[]): Promise<string[]> => (await ask(serverWhere(() => false, groups), 'join')).missing.map(({ resource }) => resource);
    expect(await resourcesOf(['crd.projectcalico.org/v1'])).toContain('ippools');
    expect(await resourcesOf([])).not.toContain('ippools');
    expect(await resourcesOf([])).toEqual(expect.arrayContaining(['secrets', 'customresourcedefinitions']));
  });
});
