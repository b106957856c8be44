import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import type { PolicyRule } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { eventually } from '../helpers/eventually.ts';
import { startTestSandbox, type TestSandbox } from '../helpers/test-sandbox.ts';

jest.setTimeout(30_000);

const NAMESPACE = 'shop';
const RBAC = 'rbac.authorization.k8s.io';
let test: TestSandbox;
let admin: KubeClient;

beforeAll(async () => {
  test = await startTestSandbox();
  admin = test.client();
  await admin.create(resources.namespaces, { metadata: { name: NAMESPACE } });
});
afterAll(async () => {
  await test.stop();
});

/** A ServiceAccount that holds these rules in the namespace, and a client that acts as it. */
async function account(name: string, rules: PolicyRule[]): Promise<KubeClient> {
  await admin.create(resources.serviceAccounts, { metadata: { name, namespace: NAMESPACE } });
  await admin.create(resources.roles, { metadata: { name, namespace: NAMESPACE }, rules });
  await admin.create(resources.roleBindings, {
    metadata: { name, namespace: NAMESPACE },
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: NAMESPACE }],
  });
  const { token } = await admin.createToken(name, NAMESPACE, { expirationSeconds: 3600 });
  return test.client(0, token);
}

describe('tokens', () => {
  it('are refused when they are not the cluster\'s own', async () => {
    await expect(test.client(0, 'made-up').list(resources.pods)).rejects.toMatchObject({ code: 401 });
  });

  it('live and die with the Secret that they are bound to', async () => {
    await account('bound', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }]);
    const secret = await admin.create(resources.secrets, { metadata: { name: 'join', namespace: NAMESPACE } });
    const { token, expirationTimestamp } = await admin.createToken('bound', NAMESPACE, { expirationSeconds: 600, boundSecret: { name: 'join', uid: secret.metadata.uid ?? '' } });
    const client = test.client(0, token);
    expect((await client.list(resources.configMaps, { namespace: NAMESPACE })).items).toBeDefined();
    expect(Math.round((Date.parse(expirationTimestamp) - Date.now()) / 10_000)).toBe(60);
    await admin.delete(resources.secrets, 'join', NAMESPACE);
    await expect(client.list(resources.configMaps, { namespace: NAMESPACE })).rejects.toMatchObject({ code: 401 });
  });

  it('die with their ServiceAccount, and are not revived by one of the same name', async () => {
    const client = await account('mortal', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }]);
    await admin.delete(resources.serviceAccounts, 'mortal', NAMESPACE);
    await admin.create(resources.serviceAccounts, { metadata: { name: 'mortal', namespace: NAMESPACE } });
    await expect(client.list(resources.configMaps, { namespace: NAMESPACE })).rejects.toMatchObject({ code: 401 });
  });

  it.each([
    ['a life of less than ten minutes', { expirationSeconds: 599 }, 422],
    ['a Secret that does not exist', { expirationSeconds: 600, boundSecret: { name: 'ghost', uid: 'x' } }, 404],
  ])('are not issued for %s', async (_title, options, code) => {
    await expect(admin.createToken('default', NAMESPACE, options)).rejects.toMatchObject({ code });
  });

  it('are not issued for another Secret of the same name', async () => {
    await admin.create(resources.secrets, { metadata: { name: 'again', namespace: NAMESPACE } });
    await expect(admin.createToken('default', NAMESPACE, { expirationSeconds: 600, boundSecret: { name: 'again', uid: 'former' } })).rejects.toMatchObject({ code: 409 });
  });

  it('are issued only to those who may create serviceaccounts/token, by name', async () => {
    const client = await account('renewer', [{ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'], resourceNames: ['renewer'] }]);
    expect((await client.createToken('renewer', NAMESPACE, { expirationSeconds: 600 })).token).toBeDefined();
    await expect(client.createToken('default', NAMESPACE, { expirationSeconds: 600 })).rejects.toMatchObject({ code: 403 });
  });
});

describe('authorization', () => {
  it('grants what a role says and nothing else, and tells the user so', async () => {
    const client = await account('reader', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }]);
    expect((await client.list(resources.configMaps, { namespace: NAMESPACE })).items).toBeDefined();
    await expect(client.list(resources.configMaps)).rejects.toMatchObject({ code: 403 });
    await expect(client.list(resources.secrets, { namespace: NAMESPACE })).rejects.toThrow(
      `secrets is forbidden: User "system:serviceaccount:${NAMESPACE}:reader" cannot list resource "secrets" in API group "" in the namespace "${NAMESPACE}"`,
    );
    expect(await client.canI({ verb: 'list', group: '', resource: 'configmaps', namespace: NAMESPACE })).toBe(true);
    expect(await client.canI({ verb: 'delete', group: '', resource: 'configmaps', namespace: NAMESPACE })).toBe(false);
  });

  it('lets a rule with resourceNames list and watch one object by its name', async () => {
    const client = await account('narrow', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'], resourceNames: ['mcs-broker'] }]);
    await admin.create(resources.secrets, { metadata: { name: 'mcs-broker', namespace: NAMESPACE } });
    const found = await client.list(resources.secrets, { namespace: NAMESPACE, fieldSelector: 'metadata.name=mcs-broker' });
    expect(found.items.map(({ metadata }) => metadata.name)).toEqual(['mcs-broker']);
    await expect(client.list(resources.secrets, { namespace: NAMESPACE })).rejects.toMatchObject({ code: 403 });
  });

  it('takes effect at once when a binding goes', async () => {
    const client = await account('former', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }]);
    await admin.delete(resources.roleBindings, 'former', NAMESPACE);
    await expect(client.list(resources.configMaps, { namespace: NAMESPACE })).rejects.toMatchObject({ code: 403 });
  });

  it('lets nobody grant what they do not hold, unless they may escalate or bind', async () => {
    const manage: PolicyRule = { apiGroups: [RBAC], resources: ['roles', 'rolebindings'], verbs: ['create'] };
    const own: PolicyRule = { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] };
    await admin.create(resources.roles, { metadata: { name: 'powerful', namespace: NAMESPACE }, rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['*'] }] });
    const client = await account('desk', [manage, own]);
    const binder = await account('binder', [manage, { apiGroups: [RBAC], resources: ['roles'], resourceNames: ['powerful'], verbs: ['bind'] }]);
    const role = (name: string, rules: PolicyRule[]): Promise<unknown> => client.create(resources.roles, { metadata: { name, namespace: NAMESPACE }, rules });
    const bind = (who: KubeClient, name: string): Promise<unknown> =>
      who.create(resources.roleBindings, { metadata: { name, namespace: NAMESPACE }, roleRef: { apiGroup: RBAC, kind: 'Role', name: 'powerful' }, subjects: [] });
    await role('fair', [own]);
    await expect(role('unfair', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }])).rejects.toThrow('attempting to grant RBAC permissions not currently held');
    await expect(bind(client, 'bind-1')).rejects.toMatchObject({ code: 403 });
    await bind(binder, 'bind-2');
  });
});

describe('a new cluster', () => {
  it('has what tools look for: namespaces, node, version, Service ranges, kubeadm-config', async () => {
    const { plan } = test.cluster();
    const names = (await admin.list(resources.namespaces)).items.map(({ metadata }) => metadata.name);
    expect(names).toEqual(expect.arrayContaining(['default', 'kube-system', 'kube-public']));
    const [node] = (await admin.list(resources.nodes)).items;
    expect(node).toMatchObject({ metadata: { name: 'cluster0' }, spec: { podCIDR: plan.nodes[0]?.podCIDR }, status: { nodeInfo: { kubeletVersion: 'v1.34.0-sandbox' } } });
    expect((await admin.get(resources.serviceCIDRs, 'kubernetes')).spec).toEqual({ cidrs: [plan.serviceCIDR] });
    expect((await admin.get(resources.configMaps, 'kubeadm-config', 'kube-system')).data?.ClusterConfiguration).toContain(`podSubnet: ${plan.podCIDR}`);
    expect(await admin.getPath('/version')).toMatchObject({ major: '1', minor: '34', gitVersion: 'v1.34.0-sandbox' });
  });

  it('is reached through its own Service too, with a certificate for that address', async () => {
    const { entry, plan } = test.cluster();
    const { createKubeClient } = await import('../../src/kube/kube-client.ts');
    const { directAccess } = await import('../../src/kube/direct-access.ts');
    const client = createKubeClient(directAccess({ server: `https://${plan.kubernetesServiceIP}:10443`, ca: entry.ca, token: () => entry.token }));
    expect((await eventually(() => client.get(resources.namespaces, 'default'))).metadata.name).toBe('default');
    client.close();
  });
});
