import { describe, expect, it } from '@jest/globals';
import { parseCidr } from '../../../../src/api/cidr.ts';
import { lint, readSubject } from '../../../../src/inspect/lint/lint.ts';
import { type LintFacts, NO_FACTS, type TargetFacts } from '../../../../src/inspect/lint/lint-facts.ts';
import { localExport, localService, localSlice, recordPort, serviceRecord } from '../../../helpers/service-records.ts';

const EXPORT = 'apiVersion: multicluster.x-k8s.io/v1beta1\nkind: ServiceExport\nmetadata: {name: web, namespace: shop}\n';
const service = (spec: string, name = 'web'): string => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop}\nspec: ${spec}\n`;
const POLICY = (spec: string): string => `apiVersion: mcs.clusterset.local/v1\nkind: ServiceExportPolicy\nmetadata: {name: web.all}\nspec: ${spec}\n`;
const WEB = service('{ports: [{name: http, port: 80}]}');
const both = (spec: string): string => `${service(spec)}---\n${EXPORT}`;

const TARGET: TargetFacts = { cluster: 'west', services: new Map(), exports: new Map(), slices: new Map(), winners: new Map(), families: ['IPv4'] };
const exportedBy = (...records: ReturnType<typeof serviceRecord>[]): LintFacts => ({ target: TARGET, exporters: new Map([['shop/web', records]]), policies: [], members: ['west', 'east'] });
const member = (cluster: string, policy: Partial<LintFacts['policies'][number]['policy']> = {}): LintFacts['policies'][number] => ({ cluster, policy: { reserved: ['submariner-operator', 'submariner-k8s-broker'], ...policy } });

/** `line severity rule` of each finding, and its text. */
function find(text: string, facts: LintFacts = NO_FACTS): string[] {
  return lint(readSubject([{ file: 'a.yaml', text }], 'default'), facts).map(({ line, severity, rule, message }) => `${line} ${severity} ${rule}: ${message}`);
}

describe('lint of files in themselves', () => {
  it.each([
    ['a Service and its export', both('{ports: [{name: http, port: 80}]}'), []],
    ['a Service that nobody exports', WEB, []],
    ['an empty stream', '---\n---\n# nothing\n', []],
    ['objects of other kinds', 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: X_y}\n', []],
    ['what is no YAML', 'a: [1\nb: }', [/^\d error yaml: /]],
    ['a template', 'kind: {{ .Values.kind }}\n', [/^1 error yaml: /]],
    ['what is no object', '- a\n- b\n', [/^1 error yaml: This is no Kubernetes object/]],
    ['an alias that leads nowhere', 'a: *b\n', [/error yaml: /]],
    ['a port that is no number', both('{ports: [{name: http, port: http}]}'), [/^4 error schema: spec\.ports\[0\]\.port: Invalid value/, /no-service/]],
    ['an export without a name', 'apiVersion: multicluster.x-k8s.io/v1beta1\nkind: ServiceExport\nmetadata: {}\n', [/^3 error schema: metadata\.name: Required value/]],
    ['an export without metadata', 'apiVersion: multicluster.x-k8s.io/v1beta1\nkind: ServiceExport\n', [/^1 error schema: metadata: Required value/]],
    ['an export of another engine', 'apiVersion: net.gke.io/v1\nkind: ServiceExport\nmetadata: {name: web}\n', [/^1 error schema: Nobody looks at a ServiceExport of net\.gke\.io\/v1/]],
    ['a name that is no label', EXPORT.replace('name: web', 'name: web.v2'), [/^3 error name: The name "web\.v2" is no DNS label/]],
    ['a name that is too long', EXPORT.replace('name: web', `name: ${'w'.repeat(64)}`), [/^3 error name: .* has 64 characters/]],
    ['the same export twice', `${WEB}---\n${EXPORT}---\n${EXPORT}`, [/^12 error duplicate: It stands twice: also in a\.yaml:8/]],
    ['an export without its Service', EXPORT, [/^3 warning no-service: .* the cluster could not be asked/]],
    ['an ExternalName', both('{type: ExternalName, externalName: example.org}'), [/^4 error service-type: A Service of type ExternalName cannot be exported/]],
    ['several ports of which one has no name', both('{ports: [{name: http, port: 80}, {port: 81}]}'), [/^4 error ports: Of several ports each needs a name/]],
    ['two ports of one number', both('{ports: [{name: a, port: 80}, {name: b, port: 80}]}'), [/^4 error ports: Two ports have the number 80\/TCP/]],
    ['two ports of one number and two protocols', both('{ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]}'), []],
    ['a port name that no importer takes', both('{ports: [{name: Http, port: 80}]}'), [/^4 error ports: Every importer is going to refuse it/]],
    ['a placement that is none', `${WEB}---\n${EXPORT.replace('namespace: shop}', 'namespace: shop, annotations: {mcs.clusterset.local/policy-placement: nearby}}')}`, [/^8 warning settings: Annotation .*nearby/]],
    ['a ServiceImport that nobody needs', 'apiVersion: multicluster.x-k8s.io/v1beta1\nkind: ServiceImport\nmetadata: {name: web}\nspec: {type: Headless, ports: []}\n', [/^2 warning import-by-hand/]],
    ['a policy', POLICY('{namespaces: [shop]}'), []],
    ['a policy that cannot be followed', POLICY('{serviceSelector: {matchExpressions: [{key: a, operator: Like}]}}'), [/^4 error policy: The policy is not going to be followed: spec\.serviceSelector: operator "Like"/]],
    ['a policy for a namespace of the system', POLICY('{namespaces: [shop, kube-system]}'), [/^4 warning policy: Nothing of namespace "kube-system" is exported/]],
    ['a policy whose spec is none', POLICY('everything'), [/^4 error schema: spec: /]],
    ['an export that says it is of a policy', `${WEB}---\n${EXPORT.replace('namespace: shop}', 'namespace: shop, labels: {mcs.clusterset.local/policy: web}}')}`, [/^8 warning policy: With this label the export belongs to policy "web"/]],
    ['a List', `apiVersion: v1\nkind: List\nitems:\n- apiVersion: multicluster.x-k8s.io/v1beta1\n  kind: ServiceExport\n  metadata:\n    name: A\n`, [/^7 error name/]],
  ])('of %s', (_what, text, expected) => {
    const found = find(text);
    expect(found).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(found[index]).toMatch(pattern);
  });

  it('keeps the order of files and counts what it did not look at', () => {
    const subject = readSubject([{ file: 'b.yaml', text: `${EXPORT}---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\n` }, { file: 'a.yaml', text: EXPORT.replace('web', 'A') }], 'default');
    expect(lint(subject).map(({ file }) => file)).toEqual(['b.yaml', 'a.yaml']);
    expect(subject.objects.ignored).toBe(1);
  });
});

describe('lint beside the clusterset', () => {
  it.each([
    ['other port numbers', both('{ports: [{name: http, port: 8080}]}'), exportedBy(serviceRecord('east')), [/^4 error conflict: PortConflict: ports differ: west has http TCP\/8080; east has http TCP\/80, which decides/, /^4 warning not-merged: .*"http" \(8080\/TCP\) is going to get no traffic: of that name, cluster "east" has 80\/TCP/]],
    ['another port name', both('{ports: [{name: web, port: 80}]}'), exportedBy(serviceRecord('east')), [/PortConflict/, /not-merged: .* is reached as "http"/]],
    ['a port without a name beside named ones', both('{ports: [{port: 81}]}'), exportedBy(serviceRecord('east')), [/PortConflict/, /not-merged: The port without a name \(81\/TCP\) .* called "unnamed"/]],
    ['another type', both('{clusterIP: None, ports: [{name: http, port: 80}]}'), exportedBy(serviceRecord('east')), [/error conflict: TypeConflict/]],
    ['the same ports', both('{ports: [{name: http, port: 80}]}'), exportedBy(serviceRecord('east')), []],
    ['affinity with the default timeout', both('{sessionAffinity: ClientIP, ports: [{name: http, port: 80}]}'), exportedBy(serviceRecord('east', { traffic: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } }, internalTrafficPolicy: 'Cluster' } })), []],
    ['a conflict that stands already', both('{ports: [{name: http, port: 8080}]}'), exportedBy(serviceRecord('east'), serviceRecord('west', { ports: [recordPort('http TCP/8080')], createdAt: '2026-01-02T00:00:00Z' })), [/^4 warning conflict: PortConflict: .*\(stands already\)/, /not-merged/]],
    ['the own export alone, changed', both('{ports: [{name: http, port: 8080}]}'), exportedBy(serviceRecord('west')), []],
    ['a placement with a cluster that is no member', `${WEB}---\n${EXPORT.replace('namespace: shop}', 'namespace: shop, annotations: {mcs.clusterset.local/policy-placement: "failover=east,north"}}')}`, exportedBy(), [/^8 warning settings: .*"north", which is no member/]],
    ['a missing Service', EXPORT, exportedBy(), [/^3 error no-service: .*neither in these files nor in cluster "west"/]],
    ['a namespace of mcs', both('{ports: [{port: 80}]}').replaceAll('shop', 'submariner-operator'), { ...exportedBy(), policies: [member('west'), member('east')] }, [/^8 error namespace: Nothing is exported from it/]],
    ['a namespace that all others deny', both('{ports: [{port: 80}]}'), { ...exportedBy(), policies: [member('west'), member('east', { denyNamespaces: ['shop'] })] }, [/error namespace: No other member imports it: .*deny list/]],
    ['a namespace that one of two others does not want', both('{ports: [{port: 80}]}'), { ...exportedBy(), policies: [member('west'), member('east', { importNamespaces: ['bank'] }), member('north')] }, [/warning namespace: Cluster "east" does not import it/]],
    ['a ServiceImport of an exported service', 'apiVersion: multicluster.x-k8s.io/v1beta1\nkind: ServiceImport\nmetadata: {name: web, namespace: shop}\n', exportedBy(serviceRecord('east')), [/error import-by-hand/]],
  ] as const)('finds %s', (_what, text, facts, expected) => {
    const found = find(text, facts);
    expect(found).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(found[index]).toMatch(pattern);
  });

  it('blames the Service of a file for a conflict of an export that stands in the cluster', () => {
    const facts: LintFacts = { ...exportedBy(serviceRecord('east')), target: { ...TARGET, exports: new Map([['shop/web', localExport()]]) } };
    expect(find(service('{ports: [{name: http, port: 81}]}'), facts)).toEqual([expect.stringMatching(/^4 error conflict/), expect.stringMatching(/not-merged/)]);
  });

  it('takes the Service of the cluster where the file has the export only, and says which endpoints stay at home', () => {
    const granted = [parseCidr('10.1.0.0/16')].filter((range) => range !== undefined);
    const target: TargetFacts = { ...TARGET, granted, services: new Map([['shop/web', localService()]]), slices: new Map([['shop/web', [localSlice(['10.1.0.5', '192.168.7.1'])]]]) };
    expect(find(EXPORT, { ...exportedBy(serviceRecord('east')), target })).toEqual([expect.stringMatching(/^3 warning endpoints: 1 of its endpoints lie outside the ranges granted to cluster "west"/)]);
  });
});
