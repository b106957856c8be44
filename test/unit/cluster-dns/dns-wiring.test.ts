import { describe, expect, it } from '@jest/globals';
import { MEMBER_CLUSTER_LOCAL, MEMBER_DNS_WIRING, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import { failureStatus } from '../../../src/api/status.ts';
import type { DnsWiringSettings } from '../../../src/api/types/index.ts';
import { silentLogger } from '../../../src/base/log.ts';
import type { DnsAnswer, DnsQuestion } from '../../../src/cluster-dns/ask-name-server.ts';
import { wireFallthrough } from '../../../src/cluster-dns/fallthrough-text.ts';
import { parseWiringStatus, type WiringStatus } from '../../../src/cluster-dns/wiring-status.ts';
import { DnsWiring } from '../../../src/cluster-dns/dns-wiring.ts';
import { CLUSTERSET_WIRING, gatewayWiring, type WiringSubject } from '../../../src/cluster-dns/wiring-subject.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { eventually } from '../../helpers/eventually.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient, type MemoryClient, type MemoryClientOptions } from '../../helpers/memory-client.ts';

const ROOT = '.:53 {\n    errors\n    reload\n}\n';
const ANSWER: DnsAnswer = { rcode: 'NOERROR', text: '1.0.0' };
const NOTHING: DnsAnswer = { rcode: 'NXDOMAIN', text: undefined };

interface Trial {
  readonly client: MemoryClient;
  readonly clock: FakeClock;
  readonly corefile: () => Promise<string>;
  readonly status: () => Promise<WiringStatus | undefined>;
  /** What every server answers to every question. */
  readonly setAnswer: (answer: DnsAnswer) => void;
  readonly asked: DnsQuestion[];
  readonly stop: () => Promise<void>;
}

interface TrialOptions {
  readonly settings?: DnsWiringSettings;
  readonly hasDns?: boolean;
  readonly subject?: WiringSubject;
  /** Default 10.96.0.53; null: there is no Service. */
  readonly clusterIP?: string | null;
  readonly corefile?: string;
  readonly fallthrough?: string;
  /** False: mcs-cluster-local may not be read. */
  readonly hasRights?: boolean;
  readonly beforeWrite?: MemoryClientOptions['beforeWrite'];
}

function trial({ settings, hasDns = true, subject = CLUSTERSET_WIRING, clusterIP = '10.96.0.53', corefile = ROOT, fallthrough, hasRights = true, beforeWrite }: TrialOptions = {}): Trial {
  const clock = new FakeClock();
  const client = createMemoryClient({ now: () => clock.now(), ...(beforeWrite && { beforeWrite }) });
  const pod = { metadata: { name: 'coredns-1', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } }, spec: { containers: [] }, status: { phase: 'Running' as const, podIP: '10.0.0.7' } };
  if (clusterIP !== null) client.seed(resources.services, { metadata: { name: 'mcs-dns', namespace: MEMBER_NAMESPACE }, spec: { clusterIP } });
  if (fallthrough !== undefined) client.seed(resources.configMaps, { metadata: { name: MEMBER_CLUSTER_LOCAL, namespace: MEMBER_NAMESPACE }, data: { fallthrough } });
  if (hasDns) {
    client.seed(resources.configMaps, { metadata: { name: 'coredns', namespace: 'kube-system' }, data: { Corefile: corefile } });
    client.seed(resources.pods, pod);
  }
  let answer = NOTHING;
  const asked: DnsQuestion[] = [];
  const find: KubeClient['find'] = (resource, name, ...rest) => (hasRights || name !== MEMBER_CLUSTER_LOCAL ? client.find(resource, name, ...rest) : Promise.reject(new ApiError(failureStatus('Forbidden', 'configmaps is forbidden'))));
  const wiring = new DnsWiring({ client: { ...client, find }, service: { namespace: MEMBER_NAMESPACE, name: 'mcs-dns' }, subject, hasFallthrough: true, fieldManager: 'mcs-test', settings, ask: (_server, question) => Promise.resolve(asked.push(question) > 0 ? answer : NOTHING), resolvers: () => [], clock, logger: silentLogger });
  const abort = new AbortController();
  const run = wiring.run(abort.signal);
  return {
    client,
    clock,
    corefile: async () => (await client.get(resources.configMaps, 'coredns', 'kube-system')).data?.Corefile ?? '',
    status: async () => parseWiringStatus(await client.find(resources.configMaps, MEMBER_DNS_WIRING, MEMBER_NAMESPACE)),
    asked,
    setAnswer: (next) => (answer = next),
    stop: () => {
      abort.abort(new Error('the test is over'));
      return run;
    },
  };
}

const stateOf = async ({ status }: Trial): Promise<string | undefined> => (await status())?.state;
/** Lets the clock run until a state is reported. */
const reach = async (test: Trial, state: string, stepMs = 1_000): Promise<void> =>
  eventually(async () => {
    await test.clock.advance(stepMs);
    expect(await stateOf(test)).toBe(state);
  });

describe('DnsWiring', () => {
  it('writes the block, and says that it is loaded once the pods answer', async () => {
    const test = trial();
    await reach(test, 'loading', 1);
    expect(await test.corefile()).toMatch(/^# mcs-start clusterset\.local 53 10\.96\.0\.53 /);
    const pod = await test.client.get(resources.pods, 'coredns-1', 'kube-system');
    expect(pod.metadata.annotations?.['mcs.clusterset.local/dns-config-hash']).toContain('kube-system/coredns@');
    test.setAnswer(ANSWER);
    await reach(test, 'wired');
    expect(await test.status()).toMatchObject({ kind: 'coredns', upstream: '10.96.0.53', servers: [{ server: 'coredns-1', isLoaded: true, answer: '1.0.0' }] });
    await test.stop();
  });

  it('says after 180 s which pods have not loaded it', async () => {
    const test = trial();
    await reach(test, 'loading', 1);
    await reach(test, 'not-loaded', 30_000);
    expect((await test.status())?.message).toContain('coredns-1 (NXDOMAIN)');
    await test.stop();
  });

  it('repairs a Corefile that somebody has put back', async () => {
    const test = trial();
    test.setAnswer(ANSWER);
    await reach(test, 'wired', 1);
    await test.client.patch(resources.configMaps, 'coredns', 'kube-system', 'application/merge-patch+json', { data: { Corefile: ROOT } });
    await eventually(async () => {
      await test.clock.advance(1_000);
      expect(await test.corefile()).toContain('# mcs-start');
    });
    await test.stop();
  });

  it('reports a block of somebody else, and leaves it', async () => {
    const test = trial();
    await reach(test, 'loading', 1);
    const users = `${ROOT}clusterset.local {\n    forward . 10.9.9.9\n}\n`;
    await test.client.patch(resources.configMaps, 'coredns', 'kube-system', 'application/merge-patch+json', { data: { Corefile: users } });
    await reach(test, 'conflict');
    expect(await test.corefile()).toBe(users);
    await test.stop();
  });

  it('says where names resolve in a cluster whose DNS is not known', async () => {
    const test = trial({ hasDns: false });
    await reach(test, 'none', 1);
    expect((await test.status())?.message).toBe('no cluster DNS was recognised: names of clusterset.local resolve at 10.96.0.53 only');
    await test.stop();
  });

  it('touches nothing where join was told so', async () => {
    const test = trial({ settings: { isWanted: false } });
    await reach(test, 'off', 1);
    expect(await test.corefile()).toBe(ROOT);
    await test.stop();
  });
});

describe('DnsWiring without an address of the name server', () => {
  const BLOCK = '### BEGIN CROSS CLUSTER CONNECTIVITY\nxcc.test {\n    forward . None\n    reload\n}\n### END CROSS CLUSTER CONNECTIVITY\n';
  const cases: [string, string | null, WiringSubject][] = [
    ['XC-25: a headless Service', 'None', gatewayWiring(['xcc.test'])],
    ['XC-23: no Service', null, gatewayWiring(['xcc.test'])],
    ["no Service of the member's", null, CLUSTERSET_WIRING],
  ];
  it.each(cases)('%s: nothing forwards to nowhere, and what was written is taken out', async (_title, clusterIP, subject) => {
    const isGateway = subject !== CLUSTERSET_WIRING;
    const test = trial({ clusterIP, subject, corefile: ROOT + (isGateway ? BLOCK : '') });
    await reach(test, 'no-address', 1);
    expect(await test.corefile()).toBe(ROOT);
    expect((await test.status())?.message).toBe(`Service ${MEMBER_NAMESPACE}/mcs-dns has no cluster address, so nothing forwards to it`);
    await test.stop();
  });

  it('wires as soon as there is one, and takes it out again when the Service goes', async () => {
    const test = trial({ clusterIP: null, subject: gatewayWiring(['xcc.test']) });
    await reach(test, 'no-address', 1);
    test.setAnswer({ rcode: 'NOERROR', text: 'ns.dns.xcc.test' });
    await test.client.create(resources.services, { metadata: { name: 'mcs-dns', namespace: MEMBER_NAMESPACE }, spec: { clusterIP: '10.96.0.53', ports: [] } });
    await reach(test, 'wired');
    expect(await test.corefile()).toContain('xcc.test {\n    forward . 10.96.0.53\n');
    await test.client.delete(resources.services, 'mcs-dns', MEMBER_NAMESPACE);
    await reach(test, 'no-address');
    expect(await test.corefile()).toBe(ROOT);
    await test.stop();
  });
});

describe('DnsWiring of gateway names', () => {
  it('asks for the SOA of each suffix, and says which one is not loaded', async () => {
    const test = trial({ subject: gatewayWiring(['a.test', 'b.test']) });
    await reach(test, 'loading', 1);
    expect((await test.status())?.servers).toEqual([{ server: 'coredns-1', isLoaded: false, answer: 'a.test: NXDOMAIN' }]);
    expect(test.asked).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'a.test', type: 'SOA' }), expect.objectContaining({ name: 'b.test', type: 'SOA' })]));
    await test.stop();
  });

  it('leaves the block when it stops: a restart takes no names away', async () => {
    const test = trial({ subject: gatewayWiring(['xcc.test']) });
    await reach(test, 'loading', 1);
    await test.stop();
    expect(await test.corefile()).toContain('xcc.test {');
  });

  it('reads again where somebody else has written in between, reports no failure, and loses nothing of theirs', async () => {
    let writes = 0;
    const others = `${ROOT}example.org {\n    forward . 10.1.1.1\n}\n`;
    const test: Trial = trial({
      subject: gatewayWiring(['xcc.test']),
      beforeWrite: (_verb, resource, name) => {
        if (resource === 'configmaps' && name === 'coredns' && (writes += 1) === 1) test.client.seed(resources.configMaps, { metadata: { name: 'coredns', namespace: 'kube-system' }, data: { Corefile: others } });
      },
    });
    await reach(test, 'loading', 100);
    expect(await test.corefile()).toContain(`${others}### BEGIN`);
    await test.stop();
  });
});

describe('DnsWiring beside another part of ours', () => {
  it('reads again where both make the ConfigMap for servers of users at once, and reports no failure', async () => {
    const states: (string | undefined)[] = [];
    let creates = 0;
    const test: Trial = trial({
      corefile: `${ROOT}import /etc/coredns/custom/*.server\n`,
      subject: gatewayWiring(['xcc.test']),
      beforeWrite: async (verb, _resource, name) => {
        if (name === MEMBER_DNS_WIRING) states.push(await stateOf(test));
        if (verb === 'create' && name === 'coredns-custom' && (creates += 1) === 1) test.client.seed(resources.configMaps, { metadata: { name, namespace: 'kube-system', labels: { 'app.kubernetes.io/managed-by': 'mcs' } }, data: { 'mcs.server': '# the block of the member' } });
      },
    });
    await reach(test, 'loading', 100);
    expect((await test.client.get(resources.configMaps, 'coredns-custom', 'kube-system')).data).toEqual({ 'mcs.server': '# the block of the member', 'mcs-gateway.server': expect.stringContaining('xcc.test {') });
    expect([creates, states.includes('failed')]).toEqual([1, false]);
    await test.stop();
  });
});

describe('DnsWiring and names of cluster.local that fall through', () => {
  const STANZA = '.:53 {\n    kubernetes cluster.local {\n        ttl 30\n    }\n    forward . /etc/resolv.conf\n}\n';
  const reachFallthrough = (test: Trial, state: string | undefined): Promise<unknown> =>
    eventually(async () => {
      await test.clock.advance(1_000);
      expect((await test.status())?.fallthrough?.state).toBe(state);
    });
  const patch = (test: Trial, name: string, namespace: string, data: object): Promise<unknown> => test.client.patch(resources.configMaps, name, namespace, 'application/merge-patch+json', { data });

  it('is wired, repaired and taken out as the ConfigMap of the member says', async () => {
    const test = trial({ corefile: STANZA });
    await reach(test, 'loading', 1);
    expect((await test.status())?.fallthrough).toBeUndefined();
    test.client.seed(resources.configMaps, { metadata: { name: MEMBER_CLUSTER_LOCAL, namespace: MEMBER_NAMESPACE }, data: {} });
    await patch(test, MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE, { fallthrough: 'shop' });
    await reachFallthrough(test, 'loading');
    const wired = await test.corefile();
    expect(wired).toContain('    forward cluster.local 10.96.0.53 # mcs-fallthrough added\n');
    test.setAnswer(ANSWER);
    await reachFallthrough(test, 'wired');
    expect(await test.status()).toMatchObject({ state: 'wired', fallthrough: { place: 'ConfigMap kube-system/coredns', servers: [{ server: 'coredns-1', isLoaded: true }] } });
    await patch(test, 'coredns', 'kube-system', { Corefile: wired.replace(/.*forward cluster.*\n/, '') });
    await eventually(async () => {
      await test.clock.advance(1_000);
      expect(await test.corefile()).toBe(wired);
    });
    await patch(test, MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE, { fallthrough: null });
    await reachFallthrough(test, undefined);
    expect(await test.corefile()).toBe(wired.slice(0, wired.indexOf('# mcs-end\n') + 10) + STANZA);
    await test.stop();
  });

  it('says why it is refused', async () => {
    const test = trial({ corefile: STANZA.replace('cluster.local', 'corp.local'), fallthrough: '*' });
    await reachFallthrough(test, 'refused');
    expect((await test.status())?.fallthrough).toMatchObject({ reason: 'other-domain', message: expect.stringContaining('does not serve cluster.local') });
    await test.stop();
  });

  it('is refused where join was told to leave the DNS alone', async () => {
    const test = trial({ settings: { isWanted: false }, fallthrough: '*' });
    await reachFallthrough(test, 'refused');
    expect(await test.status()).toMatchObject({ state: 'off', fallthrough: { reason: 'off' } });
    await test.stop();
  });

  it('leaves what stands where it may not read what is asked for, and wires the rest', async () => {
    const edit = wireFallthrough(STANZA, '10.96.0.53');
    const standing = edit.kind === 'text' ? edit.text : '';
    const test = trial({ corefile: standing, fallthrough: '*', hasRights: false });
    test.setAnswer(ANSWER);
    await reach(test, 'wired');
    expect([(await test.corefile()).endsWith(standing), (await test.status())?.fallthrough]).toEqual([true, undefined]);
    await test.stop();
  });
});
