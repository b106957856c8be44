import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../../src/api/types/index.ts';
import { GATHER_MODULES, type GatherModule, isLogOf, markedKinds, namespacesOf, wholeKinds } from '../../../../src/diagnose/gather/modules.ts';

const OWN = ['submariner-operator', 'submariner-k8s-broker'];
const pod = (namespace: string, labels: Readonly<Record<string, string>>): Pod => ({ metadata: { name: 'p', namespace, labels } }) as unknown as Pod;
const component = (name: string): Pod => pod('submariner-operator', { 'app.kubernetes.io/component': name });

describe('kinds of the modules of an archive', () => {
  it('reads everything for all of them, and each kind once', () => {
    const plurals = wholeKinds(GATHER_MODULES).map(({ plural }) => plural);
    expect(new Set(plurals).size).toBe(plurals.length);
    expect([...plurals, ...markedKinds(GATHER_MODULES).map(({ plural }) => plural)]).toEqual(expect.arrayContaining(['nodes', 'gateways', 'serviceexports', 'clusterjoins', 'customresourcedefinitions', 'flowschemas']));
  });

  it.each<[GatherModule, string, string]>([['connectivity', 'gateways', 'serviceexports'], ['service-discovery', 'serviceimports', 'nodes'], ['broker', 'clusterjoins', 'gateways']])('reads for %s %s, and not %s', (module, wanted, other) => {
    const plurals = wholeKinds([module]).map(({ plural }) => plural);
    expect([plurals.includes(wanted), plurals.includes(other)]).toEqual([true, false]);
  });
});

describe('namespacesOf', () => {
  it.each<[readonly GatherModule[], readonly string[]]>([[['broker'], ['submariner-k8s-broker']], [['operator'], ['submariner-operator']], [GATHER_MODULES, OWN]])('%j: %j', (modules, namespaces) => {
    expect(namespacesOf(OWN, modules)).toEqual(namespaces);
  });
});

describe('isLogOf', () => {
  it.each<[string, Pod, readonly GatherModule[]]>([
    ['gateways', component('gateway'), ['connectivity']],
    ['name servers', component('dns'), ['service-discovery']],
    ['the controller', component('controller'), ['connectivity', 'service-discovery', 'operator']],
    ['the desk', component('desk'), ['broker']],
    ['what we do not know', component('new-part'), GATHER_MODULES],
    ["the cluster's own DNS", pod('kube-system', { 'k8s-app': 'kube-dns' }), ['service-discovery']],
    ['other software', pod('shop', { 'app.kubernetes.io/component': 'dns' }), []],
  ])('takes logs of %s for %#', (_, each, modules) => {
    expect(GATHER_MODULES.filter((module) => isLogOf(each, OWN, [module]))).toEqual(modules);
  });
});
