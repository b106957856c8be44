import { describe, expect, it } from '@jest/globals';
import { MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE } from '../../../../src/api/names.ts';
import { resources } from '../../../../src/api/resources.ts';
import { wireFallthrough } from '../../../../src/cluster-dns/fallthrough-text.ts';
import type { FallthroughStatus, WiringStatus } from '../../../../src/cluster-dns/wiring-status.ts';
import { fallthroughChecks, judgeFallthrough, type ObservedFallthrough } from '../../../../src/diagnose/checks/fallthrough.ts';
import type { CheckOutcome } from '../../../../src/diagnose/check.ts';
import type { WorkloadState } from '../../../../src/inspect/cluster-state.ts';
import { contextAmong, member } from '../../../helpers/diagnose-scene.ts';
import { createMemoryClient } from '../../../helpers/memory-client.ts';

const STATUS: FallthroughStatus = { state: 'wired', message: 'it stands', hints: ['kubectl -n kube-system get pods'], servers: [{ server: 'coredns-1', isLoaded: true, answer: 'NOERROR' }] };
const OBSERVED: ObservedFallthrough = { namespaces: new Set(['shop']), status: STATUS, drift: [], servers: 2, mismatches: [] };
const judge = (over: Partial<ObservedFallthrough>): CheckOutcome => judgeFallthrough({ ...OBSERVED, ...over }, 'kubectl --context west');

describe('judgeFallthrough', () => {
  const cases: [string, Partial<ObservedFallthrough>, string, string][] = [
    ['nobody asks for it', { namespaces: new Set(), status: undefined }, 'skip', 'not asked'],
    ['all is well', {}, 'pass', 'it stands'],
    ['all namespaces have it', { namespaces: '*' }, 'pass', 'namespaces: all'],
    ['the controller has said nothing', { status: undefined, drift: ['ConfigMap kube-system/coredns'] }, 'warn', 'has not looked'],
    ['the lines were taken away', { drift: ['ConfigMap kube-system/coredns'] }, 'fail', 'not as the controller would have it: ConfigMap kube-system/coredns'],
    ['the lines are left, though nobody asks for it', { namespaces: new Set(), drift: ['ConfigMap kube-system/coredns'] }, 'fail', 'not as the controller'],
    ['it is refused', { status: { ...STATUS, state: 'refused', message: 'another domain' } }, 'fail', 'another domain'],
    ['it is loading', { status: { ...STATUS, state: 'loading' } }, 'warn', 'coredns-1: NOERROR'],
    ['it is not loaded', { status: { ...STATUS, state: 'not-loaded' } }, 'fail', 'coredns-1: NOERROR'],
    ['a pod of the name server answers otherwise', { mismatches: ['dns-1 answers "no such name" for shop/nginx, whose import has 10.0.0.1'] }, 'fail', 'shop/nginx'],
    ['both pods of the name server are down: the trap of SERVFAIL', { servers: 0 }, 'fail', 'musl'],
  ];
  it.each(cases)('%s', (_title, over, status, text) => {
    const outcome = judge(over);
    expect(outcome.status).toBe(status);
    expect(outcome.evidence.join('\n')).toContain(text);
  });

  it('puts the context into the commands that cure', () => {
    expect(judge({ status: { ...STATUS, state: 'refused' } }).fix).toEqual(['kubectl --context west -n kube-system get pods']);
    expect(judge({ servers: 0 }).fix).toContain('mcs fallthrough disable --context west   # until they run again');
  });
});

describe('MCS-DNS-05', () => {
  const STANZA = '.:53 {\n    kubernetes cluster.local {\n    }\n}\n';
  const edit = wireFallthrough(STANZA, '10.96.0.53');
  const WIRED = edit.kind === 'text' ? edit.text : '';
  const wiring: WiringStatus = { state: 'wired', kind: 'coredns', message: '', hints: [], places: [], upstream: '10.96.0.53', servers: [], notes: [], fallthrough: STATUS };

  async function run(corefile: string, fallthrough: string | undefined, status: WiringStatus = wiring): Promise<CheckOutcome | undefined> {
    const client = createMemoryClient();
    client.seed(resources.configMaps, { metadata: { name: 'coredns', namespace: 'kube-system' }, data: { Corefile: corefile } });
    if (fallthrough !== undefined) client.seed(resources.configMaps, { metadata: { name: MEMBER_CLUSTER_LOCAL, namespace: MEMBER_NAMESPACE }, data: { fallthrough } });
    const workload: WorkloadState = { component: 'dns', kind: 'Deployment', namespace: MEMBER_NAMESPACE, name: 'mcs-dns', image: '', version: '', wanted: 2, ready: 2 };
    const scene = member('west', { workloads: [workload] });
    const { state } = scene;
    const cluster = { ...scene, client, state: { ...state, ...(state.member && { member: { ...state.member, dnsWiring: status } }) } };
    return fallthroughChecks[0]?.run(contextAmong(cluster, []), new AbortController().signal);
  }

  const cases: [string, string, string | undefined, string][] = [
    ['nothing is asked for and nothing stands', STANZA, undefined, 'skip'],
    ['it is asked for and stands', WIRED, 'shop', 'pass'],
    ['it is asked for and was taken away', STANZA, 'shop', 'fail'],
    ['it is asked for with another address', WIRED.replace('10.96.0.53', '10.96.0.99'), '*', 'fail'],
    ['it stands though nobody asks for it any more', WIRED, undefined, 'fail'],
  ];
  it.each(cases)('%s', async (_title, corefile, fallthrough, expected) => {
    expect((await run(corefile, fallthrough))?.status).toBe(expected);
  });

  it('tells of a refusal, not of lines that are therefore missing', async () => {
    const refused = { ...wiring, fallthrough: { ...STATUS, state: 'refused', reason: 'old-coredns', message: 'too old' } } as const;
    expect(await run(STANZA, 'shop', refused)).toMatchObject({ status: 'fail', evidence: ['too old'] });
  });
});
