import { describe, expect, it } from '@jest/globals';
import { MEMBER_DNS_WIRING, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { DnsWiringSettings } from '../../../src/api/types/index.ts';
import { silentLogger } from '../../../src/base/log.ts';
import type { TxtAnswer } from '../../../src/cluster-dns/ask-name-server.ts';
import { parseWiringStatus, type WiringStatus } from '../../../src/cluster-dns/wiring-status.ts';
import { DnsWiring } from '../../../src/controller/dns-wiring.ts';
import { eventually } from '../../helpers/eventually.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';

const ROOT = '.:53 {\n    errors\n    reload\n}\n';
const ANSWER: TxtAnswer = { rcode: 'NOERROR', text: '1.0.0' };
const NOTHING: TxtAnswer = { rcode: 'NXDOMAIN', text: undefined };

interface Trial {
  readonly client: MemoryClient;
  readonly clock: FakeClock;
  readonly corefile: () => Promise<string>;
  readonly status: () => Promise<WiringStatus | undefined>;
  readonly setAnswer: (answer: TxtAnswer) => void;
  readonly stop: () => Promise<void>;
}

function trial({ settings, hasDns = true }: { readonly settings?: DnsWiringSettings; readonly hasDns?: boolean } = {}): Trial {
  const clock = new FakeClock();
  const client = createMemoryClient({ now: () => clock.now() });
  const pod = { metadata: { name: 'coredns-1', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } }, spec: { containers: [] }, status: { phase: 'Running' as const, podIP: '10.0.0.7' } };
  client.seed(resources.services, { metadata: { name: 'mcs-dns', namespace: MEMBER_NAMESPACE }, spec: { clusterIP: '10.96.0.53' } });
  if (hasDns) {
    client.seed(resources.configMaps, { metadata: { name: 'coredns', namespace: 'kube-system' }, data: { Corefile: ROOT } });
    client.seed(resources.pods, pod);
  }
  let answer = NOTHING;
  const wiring = new DnsWiring({ client, memberNamespace: MEMBER_NAMESPACE, settings, askTxt: () => Promise.resolve(answer), resolvers: () => [], clock, logger: silentLogger });
  const abort = new AbortController();
  const run = wiring.run(abort.signal);
  return {
    client,
    clock,
    corefile: async () => (await client.get(resources.configMaps, 'coredns', 'kube-system')).data?.Corefile ?? '',
    status: async () => parseWiringStatus(await client.find(resources.configMaps, MEMBER_DNS_WIRING, MEMBER_NAMESPACE)),
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
