import { describe, expect, it } from '@jest/globals';
import type { DnsObjects } from '../../../src/cluster-dns/dns-objects.ts';
import { planUnwiring, planWiring } from '../../../src/cluster-dns/plan-wiring.ts';
import { CLUSTERSET_WIRING, gatewayWiring, type WiringSubject } from '../../../src/cluster-dns/wiring-subject.ts';
import { applyAll, coreDns, fixtureNames, readFixture } from './fixtures.ts';

const SUBJECT = gatewayWiring(['xcc.test', 'gw.example']);
const ONE = gatewayWiring(['xcc.test']);
const ROOT = '.:53 {\n    kubernetes cluster.local in-addr.arpa ip6.arpa\n}\n';
const wired = (objects: DnsObjects, subject: WiringSubject = SUBJECT, upstream = '10.96.0.77'): DnsObjects => applyAll(objects, planWiring(objects, { subject, upstream }).changes);
const unwired = (objects: DnsObjects, subject: WiringSubject = gatewayWiring([])): DnsObjects => applyAll(objects, planUnwiring(objects, subject).changes);
const textOf = ({ configMaps }: DnsObjects, name = 'coredns', key = 'Corefile'): string | undefined => configMaps.get(`kube-system/${name}`)?.data?.[key];

describe('gatewayWiring, for the DNS of every distribution', () => {
  it.each(fixtureNames)('%s: taking it out gives what was there, byte for byte, whatever the suffixes were', (name) => {
    const before = readFixture(name);
    expect(wired(before)).not.toEqual(before);
    expect(unwired(wired(before))).toEqual(before);
    expect(unwired(wired(wired(before), ONE, '10.96.0.78'))).toEqual(before);
  });

  it.each(fixtureNames)('%s: what is wired needs no further write', (name) => {
    expect(planWiring(wired(readFixture(name)), { subject: SUBJECT, upstream: '10.96.0.77' })).toMatchObject({ changes: [], obstacle: undefined });
  });

  it.each(fixtureNames)("%s: stands beside the member's own wiring: neither changes or removes the other", (name) => {
    const before = readFixture(name);
    const both = [wired(wired(before, CLUSTERSET_WIRING)), wired(wired(before), CLUSTERSET_WIRING)];
    for (const objects of both) {
      expect(planWiring(objects, { subject: CLUSTERSET_WIRING, upstream: '10.96.0.77' })).toMatchObject({ changes: [], obstacle: undefined });
      expect(planWiring(objects, { subject: SUBJECT, upstream: '10.96.0.77' })).toMatchObject({ changes: [], obstacle: undefined });
      expect(unwired(objects, CLUSTERSET_WIRING)).toEqual(wired(before));
      expect(unwired(unwired(objects, CLUSTERSET_WIRING))).toEqual(before);
      expect(unwired(unwired(objects), CLUSTERSET_WIRING)).toEqual(before);
    }
  });

  const places: [string, string[]][] = [
    ['kubeadm', ['ConfigMap kube-system/coredns']],
    ['k3s', ['ConfigMap kube-system/coredns-custom, key mcs-gateway.server']],
    ['aks', ['ConfigMap kube-system/coredns-custom, key mcs-gateway.server']],
    ['rke2', ['ConfigMap kube-system/rke2-coredns-rke2-coredns']],
    ['kubeadm-node-local-dns', ['ConfigMap kube-system/coredns', 'ConfigMap kube-system/node-local-dns']],
    ['gke', ['ConfigMap kube-system/kube-dns, key stubDomains']],
    ['openshift', ['DNS default, server "mcs-gateway"']],
  ];
  it.each(places)('%s is wired at %j', (name, expected) => {
    expect(planWiring(readFixture(name), { subject: SUBJECT, upstream: '10.96.0.77' }).places).toEqual(expected);
  });

  it('listens on the addresses of the cache of the nodes, and has all suffixes in stubDomains', () => {
    expect(textOf(wired(readFixture('kubeadm-node-local-dns')), 'node-local-dns')).toContain('xcc.test {\n    bind 169.254.20.10 10.96.0.10\n    forward . 10.96.0.77\n');
    expect(textOf(wired(readFixture('gke')), 'kube-dns', 'stubDomains')).toContain('"xcc.test":["10.96.0.77"],"gw.example":["10.96.0.77"]');
  });
});

describe('gatewayWiring and what others have written', () => {
  it("XC-24: takes a block of XCC's patcher over in place of doubling it", () => {
    const patched = coreDns(`${ROOT}### BEGIN CROSS CLUSTER CONNECTIVITY\nxcc.test {\n    forward . 10.96.9.9\n    reload\n}\n### END CROSS CLUSTER CONNECTIVITY\n`);
    expect(textOf(wired(patched, ONE))?.match(/xcc\.test \{/g)).toHaveLength(1);
    expect(planWiring(wired(patched, ONE, '10.96.9.9'), { subject: ONE, upstream: '10.96.9.9' }).changes).toEqual([]);
    expect(planWiring(patched, { subject: ONE, upstream: '10.96.9.9' }).changes).toEqual([]);
    expect(textOf(unwired(patched))).toBe(ROOT);
  });

  it('XC-25: does nothing in a cluster whose ConfigMap has no data', () => {
    const { configMaps } = coreDns('');
    const map = configMaps.get('kube-system/coredns');
    const objects: DnsObjects = { configMaps: new Map([['kube-system/coredns', { ...map, data: undefined } as never]]), openShift: undefined };
    expect(planWiring(objects, { subject: ONE, upstream: '10.96.0.77' })).toMatchObject({ detected: { kind: 'none' }, changes: [], places: [] });
    expect(planUnwiring(objects, ONE).changes).toEqual([]);
  });

  const obstacles: [string, WiringSubject, DnsObjects, object][] = [
    ["a user's block for one of the suffixes", SUBJECT, coreDns(`${ROOT}gw.example:53 {\n    forward . 10.9.9.9\n}\n`), { reason: 'foreign-block', zone: 'gw.example' }],
    ['a plugin of the root block', ONE, coreDns('.:53 {\n    forward xcc.test 10.9.9.9\n    forward . /etc/resolv.conf\n}\n'), { reason: 'foreign-zone', zone: 'xcc.test' }],
    ["the cluster's own domain", gatewayWiring(['cluster.local']), coreDns(ROOT), { reason: 'foreign-zone', zone: 'cluster.local' }],
    ["a suffix above the cluster's own domain", gatewayWiring(['local']), coreDns(ROOT), { reason: 'foreign-zone', zone: 'local' }],
    ["all of the cluster's services", gatewayWiring(['svc.cluster.local']), coreDns(ROOT), { reason: 'foreign-zone', zone: 'svc.cluster.local' }],
    ["a namespace of the cluster's services", gatewayWiring(['shop.svc.cluster.local']), coreDns(ROOT), { reason: 'foreign-zone', zone: 'shop.svc.cluster.local' }],
    ['one that a member has wired', gatewayWiring(['clusterset.local']), wired(coreDns(ROOT), CLUSTERSET_WIRING), { reason: 'foreign-block', zone: 'clusterset.local' }],
    ['marks that are no pair', ONE, coreDns(`${ROOT}### BEGIN CROSS CLUSTER CONNECTIVITY\n`), { reason: 'damaged-marks' }],
  ];
  it.each(obstacles)('%s is told, and nothing is written', (_title, subject, objects, obstacle) => {
    expect(planWiring(objects, { subject, upstream: '10.96.0.77' })).toMatchObject({ obstacle, changes: [], places: [] });
  });

  it('wires a suffix below the domain of the cluster, and names that only look alike', () => {
    const subject = gatewayWiring(['xcc.cluster.local', 'my-cluster.local']);
    expect(planWiring(coreDns(ROOT), { subject, upstream: '10.96.0.77' })).toMatchObject({ obstacle: undefined, places: ['ConfigMap kube-system/coredns'] });
  });
});

describe('proofs of gatewayWiring', () => {
  const answers: [string, string, string | undefined, boolean][] = [
    ['ours', 'NOERROR', 'ns.dns.xcc.test', true],
    ["that of XCC's dns-server, which serves the root", 'NOERROR', 'ns.dns', true],
    ['that of the Internet', 'NOERROR', 'ns1.registrar.example', false],
    ['none', 'NXDOMAIN', undefined, false],
  ];
  it.each(answers)('the SOA of the suffix is %s', (_title, rcode, text, isOurs) => {
    const [proof] = ONE.proofs;
    expect([proof?.name, proof?.type, proof?.isOurs({ rcode, text })]).toEqual(['xcc.test', 'SOA', isOurs]);
  });
});
