import { describe, expect, it } from '@jest/globals';
import { MANAGED_BY, MANAGED_BY_MCS } from '../../../src/api/labels.ts';
import { MEMBER_CONFIG, MEMBER_DNS_WIRING, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { type Resource, resources } from '../../../src/api/resources.ts';
import type { KubeObject } from '../../../src/api/types/index.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { wireFallthrough } from '../../../src/cluster-dns/fallthrough-text.ts';
import { planWiring } from '../../../src/cluster-dns/plan-wiring.ts';
import { CLUSTERSET_WIRING } from '../../../src/cluster-dns/wiring-subject.ts';
import type { DeployContext } from '../../../src/deployers/deploy-context.ts';
import { wiringQuestions } from '../../../src/deployers/install-questions.ts';
import { stopWiring } from '../../../src/deployers/join/stop-wiring.ts';
import type { Leftover, Removal } from '../../../src/deployers/remove/delete-owned.ts';
import { unwireDns } from '../../../src/deployers/remove/unwire-dns.ts';
import { describeQuestion } from '../../../src/discovery/missing-access.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient, type MemoryClient, type MemoryClientOptions } from '../../helpers/memory-client.ts';
import { applyAll, coreDns } from '../cluster-dns/fixtures.ts';

const USERS = '# do not touch\n.:53 {\n    errors\n\n    reload\n}\n\n# of the users\nexample.org:53 {\n    forward . 10.1.1.1\n}\n';
const WISH = { subject: CLUSTERSET_WIRING, upstream: '10.96.0.53' };
const OURS = { [MANAGED_BY]: MANAGED_BY_MCS };
const SYSTEM = 'kube-system';
const progress = { signal: new AbortController().signal, update: () => undefined };

const before = coreDns(USERS);
const WIRED = applyAll(before, planWiring(before, WISH).changes).configMaps.get('kube-system/coredns')?.data?.Corefile ?? '';

/** A cluster whose DNS an earlier join has wired, with a ConfigMap that this join named. */
function wired(corefile: string, options: MemoryClientOptions = {}): MemoryClient {
  const client = createMemoryClient(options);
  client.seed(resources.configMaps, { metadata: { name: 'coredns', namespace: SYSTEM }, data: { Corefile: corefile } });
  client.seed(resources.configMaps, { metadata: { name: MEMBER_CONFIG, namespace: MEMBER_NAMESPACE }, data: { 'config.json': JSON.stringify({ dnsWiring: { isWanted: true, customConfigMap: 'dns/extra' } }) } });
  client.seed(resources.configMaps, { metadata: { name: MEMBER_DNS_WIRING, namespace: MEMBER_NAMESPACE, labels: OURS }, data: {} });
  const roleRef = { apiGroup: '', kind: 'Role' as const, name: '' };
  for (const [name, namespace] of [['mcs-controller-dns-wiring', SYSTEM], ['mcs-controller-dns-custom', 'dns']] as const) {
    client.seed(resources.roles, { metadata: { name, namespace, labels: OURS }, rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['extra'], verbs: ['patch'] }] });
    client.seed(resources.roleBindings, { metadata: { name, namespace, labels: OURS }, roleRef });
  }
  client.seed(resources.clusterRoles, { metadata: { name: 'mcs-controller-dns-wiring', labels: OURS }, rules: [] });
  client.seed(resources.clusterRoleBindings, { metadata: { name: 'mcs-controller-dns-wiring', labels: OURS }, roleRef });
  return client;
}

const corefileOf = async (client: MemoryClient): Promise<string | undefined> => (await client.get(resources.configMaps, 'coredns', SYSTEM)).data?.Corefile;
const contextOf = (client: MemoryClient): DeployContext => ({ client, clock: new FakeClock() }) as unknown as DeployContext;

function removalOf(client: MemoryClient): Removal & { readonly leftovers: Leftover[] } {
  return { client, clock: new FakeClock(), isDryRun: false, deadline: Infinity, leftovers: [] };
}

describe('unwireDns()', () => {
  it('gives the Corefile back byte for byte, and takes status and rights in a named namespace along', async () => {
    expect(WIRED).toContain('10.96.0.53');
    const client = wired(WIRED);
    expect(await unwireDns(removalOf(client), progress)).toMatchObject({ state: 'updated', detail: expect.stringContaining('coredns') });
    expect(await corefileOf(client)).toBe(USERS);
    expect(await client.find(resources.configMaps, MEMBER_DNS_WIRING, MEMBER_NAMESPACE)).toBeUndefined();
    expect(await client.find(resources.roles, 'mcs-controller-dns-custom', 'dns')).toBeUndefined();
  });

  it('names the Deployment that it deletes where no block of ours stands, and then finds nothing', async () => {
    const client = wired(USERS);
    client.seed(resources.deployments, { metadata: { name: 'mcs-controller', namespace: MEMBER_NAMESPACE, labels: OURS }, spec: { selector: {}, template: {} } } as never);
    expect(await unwireDns(removalOf(client), progress)).toMatchObject({ state: 'deleted', detail: expect.stringContaining(`Deployment ${MEMBER_NAMESPACE}/mcs-controller`) });
    expect(await unwireDns(removalOf(client), progress)).toMatchObject({ state: 'unchanged' });
    expect(await corefileOf(client)).toBe(USERS);
  });

  it('reads and plans again where somebody else writes in between, and loses nothing of theirs', async () => {
    let tries = 0;
    const client: MemoryClient = wired(WIRED, {
      beforeWrite: (_verb, _resource, name) => {
        if (name === 'coredns' && (tries += 1) === 1) client.seed(resources.configMaps, { metadata: { name, namespace: SYSTEM }, data: { Corefile: `${WIRED}# written meanwhile\n` } });
      },
    });
    await unwireDns({ ...removalOf(client), clock: systemClock }, progress);
    expect(tries).toBe(2);
    expect(await corefileOf(client)).toBe(`${USERS}# written meanwhile\n`);
  });

  it('leaves a block whose marks are damaged, and lists it with the command to edit it', async () => {
    const damaged = WIRED.split('\n').filter((line) => !/^# .*end/i.test(line)).join('\n');
    expect(damaged).not.toBe(WIRED);
    const client = wired(damaged);
    const removal = removalOf(client);
    expect(await unwireDns(removal, progress)).toMatchObject({ state: 'warning' });
    expect(await corefileOf(client)).toBe(damaged);
    expect(removal.leftovers).toEqual([{ object: expect.stringContaining('coredns'), command: expect.stringContaining('kubectl') }]);
  });
});

describe('unwireDns() and names of cluster.local that fall through', () => {
  const STANZA = '.:53 {\n    kubernetes cluster.local in-addr.arpa {\n        fallthrough in-addr.arpa\n    }\n    forward . /etc/resolv.conf\n}\n';
  const edit = wireFallthrough(STANZA, '10.96.0.53');
  const fallen = edit.kind === 'text' ? edit.text : '';
  const objects = coreDns(fallen);
  const both = applyAll(objects, planWiring(objects, WISH).changes).configMaps.get('kube-system/coredns')?.data?.Corefile ?? '';

  it.each([['beside the block', both], ['alone', fallen]])('takes the two lines out, %s', async (_title, corefile) => {
    const client = wired(corefile);
    expect(await unwireDns(removalOf(client), progress)).toMatchObject({ state: 'updated', detail: expect.stringContaining('coredns') });
    expect(await corefileOf(client)).toBe(STANZA);
  });

  it('takes them out for a join that does not want the DNS wired any more', async () => {
    const client = wired(both);
    expect(await stopWiring(contextOf(client), progress)).toMatchObject({ state: 'updated' });
    expect(await corefileOf(client)).toBe(STANZA);
  });

  it('lists a line that was edited, and leaves it', async () => {
    const edited = fallen.replace('was "', 'was ');
    const client = wired(edited);
    const removal = removalOf(client);
    expect(await unwireDns(removal, progress)).toMatchObject({ state: 'warning' });
    expect(await corefileOf(client)).toBe(edited);
    expect(removal.leftovers).toHaveLength(1);
  });
});

describe('stopWiring()', () => {
  it('takes out the block and all rights of an earlier join; the second time there is nothing to do', async () => {
    const client = wired(WIRED);
    expect(await stopWiring(contextOf(client), progress)).toMatchObject({ state: 'updated' });
    expect(await corefileOf(client)).toBe(USERS);
    const kinds: Resource<KubeObject>[] = [resources.roles, resources.roleBindings, resources.clusterRoles, resources.clusterRoleBindings];
    const left = await Promise.all(kinds.map((kind) => client.list(kind)));
    expect(left.flatMap(({ items }) => items)).toEqual([]);
    expect(await stopWiring(contextOf(client), progress)).toMatchObject({ state: 'unchanged' });
  });

  it('takes the right to write away before the block, so that the running controller does not write it again', async () => {
    const client = wired(WIRED);
    await stopWiring(contextOf(client), progress);
    const order = client.writes.map((write) => write.split(' ').slice(0, 2).join(' '));
    expect(order.indexOf('patch configmaps')).toBeGreaterThan(order.lastIndexOf('delete rolebindings'));
    expect(order.at(-1)).toBe('delete roles');
  });

  it('completes a run that was cut after the block', async () => {
    const client = wired(USERS);
    expect(await stopWiring(contextOf(client), progress)).toMatchObject({ state: 'updated', detail: 'only rights were left' });
    expect(await client.find(resources.roles, 'mcs-controller-dns-wiring', SYSTEM)).toBeUndefined();
  });

  it('never touches a Role of that name that somebody else made', async () => {
    const client = createMemoryClient();
    client.seed(resources.roles, { metadata: { name: 'mcs-controller-dns-wiring', namespace: SYSTEM }, rules: [] });
    expect(await stopWiring(contextOf(client), progress)).toMatchObject({ state: 'unchanged' });
    expect(client.writes).toEqual([]);
  });
});

describe('wiringQuestions()', () => {
  it.each([
    ['nothing where the DNS is left alone', { isWanted: false }, []],
    ['about kube-system by default', undefined, [SYSTEM]],
    ['about the namespace of a named ConfigMap, too', { isWanted: true, customConfigMap: 'dns/extra' }, [SYSTEM, 'dns']],
  ])('asks %s', (_title, settings, namespaces) => {
    const asked = wiringQuestions(settings).map(describeQuestion);
    expect([...new Set(asked.map((text) => /"(.*)"/.exec(text)?.[1]))]).toEqual(namespaces);
    if (namespaces.length > 0) expect(asked).toEqual(expect.arrayContaining([expect.stringMatching(/^create roles\./), expect.stringMatching(/^patch rolebindings\./)]));
  });
});
