import { describe, expect, it } from '@jest/globals';
import { parseCorefile, parseServerKey } from '../../../src/cluster-dns/corefile.ts';
import type { DnsObjects } from '../../../src/cluster-dns/dns-objects.ts';
import { planUnwiring, planWiring } from '../../../src/cluster-dns/plan-wiring.ts';
import { CLUSTERSET_WIRING } from '../../../src/cluster-dns/wiring-subject.ts';
import { applyAll, coreDns, fixtureNames, readFixture } from './fixtures.ts';

const DOMAIN = 'clusterset.local';
const wish = { subject: CLUSTERSET_WIRING, upstream: '10.96.0.53' };
const wired = (objects: DnsObjects, upstream = wish.upstream): DnsObjects => applyAll(objects, planWiring(objects, { subject: CLUSTERSET_WIRING, upstream }).changes);
const unwired = (objects: DnsObjects): DnsObjects => applyAll(objects, planUnwiring(objects, CLUSTERSET_WIRING).changes);
const textOf = ({ configMaps }: DnsObjects, name: string, key = 'Corefile'): string => configMaps.get(`kube-system/${name}`)?.data?.[key] ?? '';

/** Server blocks for the domain in everything that CoreDNS would read. */
const blocksFor = (text: string): string[] => (parseCorefile(text)?.blocks ?? []).filter(({ keys }) => keys.some((key) => parseServerKey(key).zone === DOMAIN)).flatMap(({ keys, directives }) => [...keys, ...directives.map(({ name, args }) => [name, ...args].join(' '))]);

describe('planWiring and planUnwiring, for the DNS of every distribution', () => {
  it.each(fixtureNames)('%s: unwiring what was wired gives what was there, byte for byte', (name) => {
    const before = readFixture(name);
    const after = wired(before);
    expect(after).not.toEqual(before);
    expect(unwired(after)).toEqual(before);
  });

  it.each(fixtureNames)('%s: what is wired needs no further write', (name) => {
    expect(planWiring(wired(readFixture(name)), wish)).toMatchObject({ changes: [], obstacle: undefined });
  });

  it.each(fixtureNames)('%s: another address of the name server replaces the one before, without a trace', (name) => {
    const before = readFixture(name);
    expect(wired(wired(before), '10.96.0.99')).toEqual(wired(before, '10.96.0.99'));
    expect(unwired(wired(wired(before), '10.96.0.99'))).toEqual(before);
  });

  it.each(fixtureNames)('%s: unwiring what is not wired writes nothing', (name) => {
    expect(planUnwiring(readFixture(name), CLUSTERSET_WIRING).changes).toEqual([]);
  });

  const kinds: [string, string, string[]][] = [
    ['kubeadm', 'coredns', ['ConfigMap kube-system/coredns']],
    ['eks', 'coredns', ['ConfigMap kube-system/coredns']],
    ['aks', 'coredns-custom', ['ConfigMap kube-system/coredns-custom, key mcs.server']],
    ['k3s', 'coredns-custom', ['ConfigMap kube-system/coredns-custom, key mcs.server']],
    ['rke2', 'rke2', ['ConfigMap kube-system/rke2-coredns-rke2-coredns']],
    ['kubeadm-node-local-dns', 'coredns', ['ConfigMap kube-system/coredns', 'ConfigMap kube-system/node-local-dns']],
    ['kubespray', 'coredns', ['ConfigMap kube-system/coredns', 'ConfigMap kube-system/nodelocaldns']],
    ['rke2-node-local-dns', 'rke2', ['ConfigMap kube-system/rke2-coredns-rke2-coredns', 'ConfigMap kube-system/node-local-dns']],
    ['gke', 'kube-dns', ['ConfigMap kube-system/kube-dns, key stubDomains']],
    ['gke-empty-stub-domains-node-local-dns', 'kube-dns', ['ConfigMap kube-system/kube-dns, key stubDomains']],
    ['openshift', 'openshift', ['DNS default, server "mcs-clusterset"']],
  ];
  it.each(kinds)('%s is recognised as %s and wired at %j', (name, kind, places) => {
    const plan = planWiring(readFixture(name), wish);
    expect([plan.detected.kind, plan.places]).toEqual([kind, places]);
  });

  const blocks: [string, string, string, string[]][] = [
    ['kubeadm', 'coredns', 'Corefile', [`${DOMAIN}:53`, 'errors', 'forward . 10.96.0.53']],
    ['gardener', 'coredns-custom', 'mcs.server', [`${DOMAIN}:8053`, 'errors', 'forward . 10.96.0.53']],
    ['kubeadm-node-local-dns', 'node-local-dns', 'Corefile', [`${DOMAIN}:53`, 'errors', 'bind 169.254.20.10 10.96.0.10', 'forward . 10.96.0.53']],
  ];
  it.each(blocks)('%s: the block in %s stands on the port and the addresses of the others', (name, map, key, expected) => {
    expect(blocksFor(textOf(wired(readFixture(name)), map, key))).toEqual(expected);
  });

  it('keeps line ends of CR LF, and the rest of such a text', () => {
    const before = readFixture('kubeadm-crlf-without-final-newline');
    const text = textOf(wired(before), 'coredns');
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(text.endsWith(textOf(before, 'coredns'))).toBe(true);
  });

  it('recognises a cluster without a DNS that it knows, and writes nothing', () => {
    expect(planWiring({ configMaps: new Map(), openShift: undefined }, wish)).toMatchObject({ detected: { kind: 'none' }, changes: [], places: [] });
  });

  it('uses the ConfigMap that the user names', () => {
    const { places, changes } = planWiring(readFixture('kubeadm'), { ...wish, custom: { namespace: 'dns', name: 'extra' } });
    expect(places).toEqual(['ConfigMap dns/extra, key mcs.server']);
    expect(changes).toMatchObject([{ verb: 'create', namespace: 'dns', name: 'extra' }]);
  });

  it('writes into the Corefile of a named ConfigMap that has one', () => {
    const objects = coreDns('.:53 {\n}\n', { Corefile: '# nothing yet\n' });
    expect(planWiring(objects, { ...wish, custom: { namespace: 'kube-system', name: 'coredns-custom' } }).places).toEqual(['ConfigMap kube-system/coredns-custom']);
  });

  it('moves with a Corefile that begins to import keys of users', () => {
    const before = wired(readFixture('kubeadm'));
    const map = before.configMaps.get('kube-system/coredns');
    const importing = `${textOf(before, 'coredns')}import custom/*.server\n`;
    const after = wired({ ...before, configMaps: new Map([['kube-system/coredns', { ...map, data: { Corefile: importing } } as never]]) });
    expect(textOf(after, 'coredns')).not.toContain(DOMAIN);
    expect(blocksFor(textOf(after, 'coredns-custom', 'mcs.server'))).toContain(`${DOMAIN}:53`);
  });
});

describe('planWiring, where somebody else serves the domain', () => {
  const ROOT = '.:53 {\n    errors\n}\n';
  const cases: [string, DnsObjects, string][] = [
    ["a user's own block", coreDns(`${ROOT}clusterset.local:53 {\n    forward . 10.9.9.9\n}\n`), 'foreign-block'],
    ["a user's own block, written otherwise", coreDns(`dns://Clusterset.local., other.example {\n    forward . 10.9.9.9\n}\n${ROOT}`), 'foreign-block'],
    ["a user's own key", coreDns(`${ROOT}import custom/*.server\n`, { 'my.server': 'clusterset.local:53 {\n    forward . 10.9.9.9\n}\n' }), 'foreign-block'],
    ['Lighthouse', coreDns(`#lighthouse-start AUTO-GENERATED SECTION. DO NOT EDIT\nclusterset.local:53 {\n    forward . 10.100.1.1\n}\n#lighthouse-end\n${ROOT}`), 'lighthouse'],
    ['Lighthouse, in a custom ConfigMap', coreDns(`${ROOT}import custom/*.server\n`, { 'lighthouse.server': 'clusterset.local:53 {\n    forward . 10.100.1.1\n}\n' }), 'lighthouse'],
    ['the option multicluster', coreDns('.:53 {\n    kubernetes cluster.local clusterset.local in-addr.arpa {\n        multicluster clusterset.local\n    }\n}\n'), 'multicluster'],
    ['the plugin multicluster', coreDns('.:53 {\n    multicluster clusterset.local\n}\n'), 'multicluster'],
    ['the plugin multicluster, in an override', coreDns(`${ROOT}import custom/*.server\n`, { 'a.override': 'multicluster clusterset.local\n' }), 'multicluster'],
    ['a Corefile without braces', coreDns('.:53\nerrors\nforward . /etc/resolv.conf\n'), 'unreadable'],
    ['a Corefile that is cut', coreDns('.:53 {\n    errors\n'), 'unreadable'],
    ['a start mark without an end', coreDns(`# mcs-start clusterset.local 53 10.96.0.53 -\n${ROOT}`), 'damaged-marks'],
  ];
  it.each(cases)('%s: reported, and nothing is written', (_title, objects, reason) => {
    expect(planWiring(objects, wish)).toMatchObject({ obstacle: { reason }, changes: [], places: [] });
  });

  it('takes its own block out where a user adds one, because CoreDNS refuses two', () => {
    const before = wired(coreDns(ROOT));
    const both = `${textOf(before, 'coredns')}clusterset.local:53 {\n    forward . 10.9.9.9\n}\n`;
    const plan = planWiring(coreDns(both), wish);
    expect(plan.obstacle?.reason).toBe('foreign-block');
    expect(blocksFor(textOf(applyAll(coreDns(both), plan.changes), 'coredns'))).toEqual([`${DOMAIN}:53`, 'forward . 10.9.9.9']);
  });

  it('reports a server of somebody else in the DNS of OpenShift', () => {
    const objects = readFixture('openshift');
    const dns = { ...objects.openShift, spec: { servers: [{ name: 'lighthouse', zones: [DOMAIN] }] } } as DnsObjects['openShift'];
    expect(planWiring({ ...objects, openShift: dns }, wish)).toMatchObject({ obstacle: { reason: 'lighthouse' }, changes: [] });
  });

  it('reports a stub domain of somebody else', () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-dns', namespace: 'kube-system' }, data: { stubDomains: '{"clusterset.local":["10.9.9.9"]}' } };
    expect(planWiring({ configMaps: new Map([['kube-system/kube-dns', map]]), openShift: undefined }, wish)).toMatchObject({ obstacle: { reason: 'foreign-block' }, changes: [] });
  });
});
