import { describe, expect, it } from '@jest/globals';
import { EXPORT_POLICY, OWNER, SERVICE_NAME, WITHDRAWN_CLUSTERS } from '../../../../src/api/labels.ts';
import type { KubeObject } from '../../../../src/api/types/index.ts';
import { type HopId, HOPS } from '../../../../src/diagnose/trace/hop.ts';
import { judgePath } from '../../../../src/diagnose/trace/judge-path.ts';
import { condition, type TracedService, tracedService, VIP, withAddresses, withSpec } from '../../../helpers/traced-service.ts';

function labelled<T extends KubeObject>(object: T | undefined, labels: Record<string, string>): T {
  if (object === undefined) throw new Error('there is no object');
  return { ...object, metadata: { ...object.metadata, labels } };
}

/** What the answers of a pod become. */
function answering(facts: TracedService, error: string, ports: readonly number[]): void {
  const { reach } = facts.caller;
  if (reach === undefined || 'reason' in reach) throw new Error('no pod was run');
  const targets = reach.found.targets.map((target) => (ports.includes(target.port) ? { ...target, error } : target));
  facts.caller = { ...facts.caller, reach: { found: { ...reach.found, targets } } };
}

function exportOf(facts: TracedService): NonNullable<NonNullable<TracedService['source']>['serviceExport']> {
  const found = facts.source?.serviceExport;
  if (found === undefined) throw new Error('there is no export');
  return found;
}

interface Fault {
  readonly what: string;
  readonly inject: (facts: TracedService) => void;
  readonly at: HopId;
  readonly cluster: string;
  readonly evidence: RegExp;
  readonly owner: RegExp;
}

const source = (facts: TracedService): NonNullable<TracedService['source']> => {
  if (facts.source === undefined) throw new Error('there is no source');
  return facts.source;
};
const broker = (facts: TracedService): NonNullable<TracedService['view']['broker']> => {
  if (facts.view.broker === undefined) throw new Error('there is no broker');
  return facts.view.broker;
};

const WEST = { cluster: 'west', owner: /whoever deploys shop\/web in "west"/ };
const COPIED = { cluster: 'hub', owner: /controller of "west"/ };
const EAST = { cluster: 'east', owner: /controller of "east"/ };

const FAULTS: readonly Fault[] = [
  { ...WEST, what: 'the Service is gone', inject: (facts) => delete source(facts).service, at: 'service', evidence: /there is no Service "web"/ },
  { ...WEST, what: 'the namespace of the Service is gone', inject: (facts) => delete source(facts).namespace, at: 'service', evidence: /there is no namespace "shop"/ },
  { ...WEST, what: 'no endpoint is ready', inject: (facts) => void (source(facts).slices = [withAddresses(source(facts).slices[0], ['10.1.0.5'], false)]), at: 'service', evidence: /0 of 1 endpoints ready/ },
  { ...WEST, what: 'the Service is an ExternalName', inject: (facts) => void Object.assign(source(facts).service?.spec ?? {}, { type: 'ExternalName' }), at: 'service', evidence: /ExternalName/ },
  { ...WEST, what: 'nobody exports it', inject: (facts) => delete source(facts).serviceExport, at: 'export', evidence: /no ServiceExport "web".*\n.*the broker still has a copy/ },
  { ...WEST, what: 'the export is not valid', inject: (facts) => void (exportOf(facts).status = { conditions: [condition('Valid', 'False', 'NoService', 'gone')] }), at: 'export', evidence: /Valid=False NoService: gone/ },
  { what: 'no controller looked at the export', cluster: 'west', owner: /controller of "west"/, inject: (facts) => delete exportOf(facts).status, at: 'export', evidence: /has not looked at it/ },
  { what: 'the broker refuses the copy', cluster: 'west', owner: /controller of "west"/, inject: (facts) => void (exportOf(facts).status = { conditions: [condition('Valid', 'True', 'Valid'), condition('Ready', 'False', 'Failed', 'forbidden')] }), at: 'export', evidence: /Ready=False Failed: forbidden/ },
  { ...COPIED, what: 'the copy is missing', inject: (facts) => void (broker(facts).imports = []), at: 'broker', evidence: /no copy of the export of "west"/ },
  { ...COPIED, what: 'the copy has another port', inject: (facts) => void (broker(facts).imports = [withSpec(broker(facts).imports[0], { ports: [{ name: 'http', port: 81, protocol: 'TCP' }] })]), at: 'broker', evidence: /ports: "http 81\/TCP" at the broker, "http 80\/TCP" in "west"/ },
  { ...COPIED, what: 'the copy lacks an endpoint', inject: (facts) => void (broker(facts).slices = [withAddresses(broker(facts).slices[0], ['10.1.0.5'])]), at: 'broker', evidence: /endpoint 10\.1\.0\.6: "none" at the broker/ },
  { what: 'somebody changed the labels of the copy', cluster: 'hub', owner: /mcs-controller/, inject: (facts) => void (broker(facts).imports = broker(facts).imports.map((object) => labelled(object, { ...object.metadata.labels, [OWNER]: 'me' }))), at: 'broker', evidence: /LabelsDisagree/ },
  { what: 'the namespace of the caller is missing', cluster: 'east', owner: /whoever makes namespaces in "east"/, inject: (facts) => delete facts.from.namespace, at: 'import', evidence: /there is no namespace "shop"/ },
  { what: 'the caller denies the namespace', cluster: 'east', owner: /whoever joined "east"/, inject: (facts) => void (facts.from.config = { ...facts.from.config, denyNamespaces: ['shop'] }), at: 'import', evidence: /on the deny list/ },
  { ...EAST, what: 'the import is missing', inject: (facts) => delete facts.from.serviceImport, at: 'import', evidence: /there is no ServiceImport "web"/ },
  { what: 'somebody else made the import', cluster: 'east', owner: /^mcs-controller$/, inject: (facts) => void (facts.from.serviceImport = labelled(facts.from.serviceImport, {})), at: 'import', evidence: /not made by mcs/ },
  { ...EAST, what: 'the import has settings of yesterday', inject: (facts) => void (facts.from.serviceImport = withSpec(facts.from.serviceImport, { sessionAffinity: 'ClientIP' })), at: 'import', evidence: /session affinity: "ClientIP" at "east", "None" in the copy on the broker/ },
  { ...EAST, what: 'the import is not ready', inject: (facts) => void (facts.from.serviceImport = { ...withSpec(facts.from.serviceImport, {}), status: { conditions: [condition('Ready', 'False', 'IPFamilyNotSupported', 'none of the families')] } }), at: 'import', evidence: /IPFamilyNotSupported/ },
  { what: 'the types differ', cluster: 'east', owner: /whoever exports shop\/web in "west"/, inject: (facts) => void (facts.from.serviceImport = withSpec(facts.from.serviceImport, { type: 'Headless' })), at: 'import', evidence: /exports it as ClusterSetIP, but it is Headless/ },
  { ...EAST, what: 'the imported slices are missing', inject: (facts) => void (facts.from.imported = []), at: 'slices', evidence: /endpoint 10\.1\.0\.5: "none" at "east"/ },
  { ...EAST, what: 'an imported slice has an address that is gone', inject: (facts) => void (facts.from.imported = [withAddresses(facts.from.imported[0], ['10.1.0.5', '10.1.0.99'])]), at: 'slices', evidence: /10\.1\.0\.99: "ready" at "east", "none"/ },
  { ...EAST, what: 'the exporter is silent and alone', inject: (facts) => { facts.from.imported = []; facts.from.serviceImport = { ...withSpec(facts.from.serviceImport, {}), metadata: { ...withSpec(facts.from.serviceImport, {}).metadata, annotations: { [WITHDRAWN_CLUSTERS]: 'west' } } }; }, at: 'slices', evidence: /withdrawn: cluster "west" has been silent/ },
  { ...EAST, what: 'the derived Service is gone', inject: (facts) => delete facts.from.derived, at: 'clusterset-ip', evidence: /there is no Service "derived-/ },
  { ...EAST, what: 'the derived Service has another address', inject: (facts) => void (facts.from.serviceImport = withSpec(facts.from.serviceImport, { ips: ['10.97.0.8'] })), at: 'clusterset-ip', evidence: /says 10\.97\.0\.8, but its Service has 10\.97\.0\.7/ },
  { ...EAST, what: 'a slice does not belong to the derived Service', inject: (facts) => void (facts.from.imported = facts.from.imported.map((slice) => labelled(slice, { ...slice.metadata.labels, [SERVICE_NAME]: 'other' }))), at: 'clusterset-ip', evidence: /kube-proxy does not route to it/ },
  { what: 'no name server runs', cluster: 'east', owner: /mcs-dns of "east"/, inject: (facts) => void (facts.caller = { ...facts.caller, answers: { found: [] } }), at: 'name-server', evidence: /no pod of the name server runs/ },
  { what: 'one name server does not know the name', cluster: 'east', owner: /mcs-dns of "east"/, inject: (facts) => void (facts.caller = { ...facts.caller, answers: { found: [{ pod: 'dns-a', type: 'A', rcode: 0, addresses: [VIP] }, { pod: 'dns-b', type: 'A', rcode: 3, addresses: [] }] } }), at: 'name-server', evidence: /^dns-b answers A with no such name in place of 10\.97\.0\.7/ },
  { what: 'one name server runs and does not answer', cluster: 'east', owner: /mcs-dns of "east"/, inject: (facts) => void (facts.caller = { ...facts.caller, answers: { found: [{ pod: 'dns-a', type: 'A', rcode: 0, addresses: [], error: 'connection refused' }] } }), at: 'name-server', evidence: /^dns-a does not answer: connection refused/ },
  { what: 'the cluster DNS does not forward', cluster: 'east', owner: /DNS of "east"/, inject: (facts) => void (facts.caller = { ...facts.caller, wiring: { status: 'fail', evidence: ['a block of somebody else'] } }), at: 'cluster-dns', evidence: /a block of somebody else/ },
  { what: 'DNS pods have not loaded it yet', cluster: 'east', owner: /DNS of "east"/, inject: (facts) => void (facts.caller = { ...facts.caller, isLoading: true, wiring: { status: 'warn', evidence: ['1 of 2 loaded'] } }), at: 'cluster-dns', evidence: /1 of 2 loaded/ },
  { what: 'a pod gets no answer', cluster: 'east', owner: /DNS of "east"/, inject: (facts) => void (facts.caller = { ...facts.caller, reach: { found: { names: [{ name: 'web.shop.svc.clusterset.local', type: 'A', asked: 'pod', servers: ['10.97.0.10'], addresses: [], error: 'ENOTFOUND' }, { name: 'web.shop.svc.clusterset.local', type: 'A', asked: 'mcs', servers: ['10.97.0.2:53'], addresses: [VIP] }], targets: [] } } }), at: 'pod-answer', evidence: /10\.97\.0\.10 answers A .* no such name \(ENOTFOUND\) in place of 10\.97\.0\.7\n.*mcs-dns .* with 10\.97\.0\.7/ },
  { what: 'endpoints do not answer', cluster: 'east to west', owner: /network between "east" and "west"/, inject: (facts) => { answering(facts, 'ETIMEDOUT', [8080]); }, at: 'endpoints', evidence: /2 of 2 connections .*\n10\.1\.0\.5:8080: no answer/ },
  { what: 'the clusterset IP does not answer', cluster: 'east', owner: /kube-proxy of "east"/, inject: (facts) => { answering(facts, 'ECONNREFUSED', [80]); }, at: 'vip', evidence: /10\.97\.0\.7:80: refused/ },
];

describe('judgePath', () => {
  it('finds nothing broken on a way that is whole', () => {
    const { brokenAt, hops } = judgePath(tracedService());
    expect(brokenAt).toBeUndefined();
    expect(hops.map(({ id, state }) => [id, state])).toEqual(HOPS.map((id) => [id, 'ok']));
  });

  it.each(FAULTS)('stops at "$at" where $what', ({ at, cluster, evidence, inject, owner }) => {
    const facts = tracedService();
    inject(facts);
    const { brokenAt, hops } = judgePath(facts);
    const hop = hops.find(({ id }) => id === at);
    expect(brokenAt).toBe(at);
    expect(hop).toMatchObject({ cluster, state: 'broken', owner: expect.stringMatching(owner) });
    expect(hop?.evidence.join('\n')).toMatch(evidence);
    expect(hops.filter(({ state }) => state === 'not reached').map(({ id }) => id)).toEqual(HOPS.slice(HOPS.indexOf(at) + 1));
  });

  it('has a fault for every hop', () => {
    expect(new Set(FAULTS.map(({ at }) => at))).toEqual(new Set(HOPS));
  });

  it('says how long a copy has been behind, and how long the others took', () => {
    const facts = tracedService();
    const whole = judgePath(facts).hops;
    broker(facts).imports = [];
    const behind = judgePath(facts).hops.find(({ id }) => id === 'broker');
    expect([whole.find(({ id }) => id === 'broker')?.lagSeconds, whole.find(({ id }) => id === 'slices')?.lagSeconds, behind?.lagSeconds]).toEqual([1, 1, 3600]);
  });

  it('warns, and goes on, where an endpoint changed a moment ago', () => {
    const facts = tracedService();
    facts.now = Date.parse('2026-01-01T00:00:03Z');
    broker(facts).slices = [withAddresses(broker(facts).slices[0], ['10.1.0.5'])];
    facts.from.imported = [withAddresses(facts.from.imported[0], ['10.1.0.5'])];
    const { brokenAt, hops } = judgePath(facts);
    expect([brokenAt, hops.find(({ id }) => id === 'broker')?.state]).toEqual([undefined, 'warning']);
  });

  it.each<[string, (facts: TracedService) => void, string]>([
    ['the connection', (facts) => void (facts.from.connections = [{ cluster: 'east', gateway: 'n1', remoteCluster: 'west', remoteGateway: 'n2', remoteIP: '192.0.2.1', nat: false, cableDriver: 'vxlan', subnets: [], status: 'error', message: 'no answer for 30 s', averageRTT: '' }]), 'the connection from "east" to "west" is error: no answer for 30 s'],
    ['that there is none', (facts) => void (facts.from.config = { ...facts.from.config, components: ['connectivity'] }), '"east" has no connection to "west"'],
    ['that the network itself has to do it', () => undefined, '"east" was joined without connectivity: its network itself has to lead to the pods of "west"'],
  ])('tells of %s where endpoints do not answer', (_title, change, expected) => {
    const facts = tracedService();
    change(facts);
    answering(facts, 'ETIMEDOUT', [8080]);
    expect(judgePath(facts).hops.find(({ id }) => id === 'endpoints')?.evidence.at(-1)).toBe(expected);
  });

  it('warns of a conflict, a line for each, and of what the export asks for in vain', () => {
    const facts = tracedService();
    exportOf(facts).status = { conditions: [condition('Valid', 'True', 'Valid'), condition('Ready', 'True', 'Exported'), condition('Conflict', 'True', 'PortConflict', 'ports differ\ntypes differ'), condition('mcs.clusterset.local/EndpointsRoutable', 'False', 'EndpointsNotRoutable', '1 of 2')] };
    const { brokenAt, hops } = judgePath(facts);
    expect(brokenAt).toBeUndefined();
    expect(hops.find(({ id }) => id === 'export')).toMatchObject({ state: 'warning', evidence: ['Conflict=True PortConflict: ports differ', 'types differ', expect.stringContaining('EndpointsNotRoutable: 1 of 2')] });
  });

  it('says which policy exports it', () => {
    const facts = tracedService();
    source(facts).serviceExport = labelled(exportOf(facts), { [EXPORT_POLICY]: 'web' });
    expect(judgePath(facts).hops.find(({ id }) => id === 'export')).toMatchObject({ state: 'ok', evidence: ['Valid and Ready', 'exported by policy "web"'] });
  });

  it('does not miss endpoints outside the granted ranges on the broker', () => {
    const facts = tracedService();
    source(facts).slices = [...source(facts).slices, withAddresses(source(facts).slices[0], ['192.168.0.1'])];
    expect(judgePath(facts).hops.find(({ id }) => id === 'broker')?.state).toBe('ok');
  });

  it('says that a controller does not run where its copy is missing', () => {
    const facts = tracedService();
    broker(facts).imports = [];
    source(facts).workloads = [];
    expect(judgePath(facts).hops.find(({ id }) => id === 'broker')?.evidence).toContain('there is no controller in "west"');
  });

  it('warns where placement or a failing connection leaves the endpoints of one exporter out while others serve', () => {
    const facts = tracedService();
    facts.from.imported = facts.from.imported.map((slice) => labelled(slice, { ...slice.metadata.labels, 'multicluster.kubernetes.io/source-cluster': 'north' }));
    const unreachable = condition('mcs.clusterset.local/Reachable', 'False', 'ConnectionFailed', 'The connection to cluster "west" fails');
    facts.from.serviceImport = { ...withSpec(facts.from.serviceImport, {}), status: { conditions: [condition('Ready', 'True', 'Ready'), unreachable] } };
    const { brokenAt, hops } = judgePath(facts);
    expect(brokenAt).toBeUndefined();
    expect(hops.find(({ id }) => id === 'slices')).toMatchObject({ state: 'warning', evidence: [expect.stringContaining('connection to cluster "west" fails')] });
    expect(hops.find(({ id }) => id === 'endpoints')).toMatchObject({ state: 'untested', evidence: ['there is no endpoint of "west" to try'] });
  });

  it('leaves what cannot be looked at untested, and says why', () => {
    const facts = tracedService();
    facts.source = undefined;
    delete facts.view.broker;
    facts.view.members = [facts.from];
    facts.caller = { answers: { reason: 'no right' }, wiring: { status: 'skip', evidence: ['no cluster DNS was recognised'] }, reach: { reason: '--no-pods' } };
    facts.from.slices = [];
    const open = judgePath(facts).hops.filter(({ state }) => state === 'untested').map(({ evidence, id }) => [id, evidence[0]]);
    expect(open).toEqual(expect.arrayContaining([['service', 'cluster "west" was not read'], ['broker', 'no cluster that was read hosts the broker'], ['name-server', 'no right'], ['vip', '--no-pods']]));
  });

  it('asks for the endpoints of a headless service, and has no clusterset IP to go through', () => {
    const { brokenAt, hops } = judgePath(tracedService({ service: { clusterIP: 'None', clusterIPs: ['None'] } }));
    expect(brokenAt).toBeUndefined();
    expect(hops.map(({ id }) => id)).toEqual(HOPS.filter((id) => id !== 'clusterset-ip' && id !== 'vip'));
  });

  it('looks no further than it is told', () => {
    expect(judgePath(tracedService(), 'import').hops.map(({ id }) => id)).toEqual(['service', 'export', 'broker', 'import']);
  });
});
