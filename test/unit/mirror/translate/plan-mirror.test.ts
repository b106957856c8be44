import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../../src/api/resources.ts';
import type { EndpointSlice, Service } from '../../../../src/api/types/index.ts';
import type { MirrorPreset } from '../../../../src/mirror/settings.ts';
import type { SyncRecord } from '../../../../src/sync/record.ts';
import { createMirrorCluster, type MirrorCluster } from '../../../helpers/mirror-cluster.ts';
import { localEndpoints, sourceRecord } from '../../../helpers/mirror-sources.ts';
import { endpointGroup, localService, localSlice, recordPort, serviceRecord } from '../../../helpers/service-records.ts';

const CLUSTER = createMirrorCluster();
const SERVER = 'http://10.4.0.9:8080';

function winner(record: SyncRecord): { record: SyncRecord; server: string } {
  return { record, server: SERVER };
}

/** `shop/web` of source `west` with one endpoint, and what is different. */
function west(spec: Partial<Service['spec']> = {}, metadata: Partial<Service['metadata']> = {}, slices: readonly EndpointSlice[] = [localSlice(['10.1.0.1'])]): ReturnType<typeof winner> {
  return winner(sourceRecord({ service: localService(spec, metadata), slices }));
}

function emptyCluster(): MirrorCluster {
  return CLUSTER.clear();
}

function clusterWith(...records: ReturnType<typeof winner>[]): MirrorCluster {
  const cluster = emptyCluster();
  for (const each of records) cluster.mirror({ winner: each });
  return cluster;
}

const SPECS: Readonly<Record<string, Partial<Service['spec']>>> = {
  'one port without a name': { ports: [{ port: 80 }] },
  'ports of all sorts': { ports: [{ name: 'a', port: 80, targetPort: 'web' }, { name: 'b', port: 53, protocol: 'UDP', appProtocol: 'example.com/dns' }] },
  'headless': { clusterIP: 'None', clusterIPs: ['None'] },
  'headless without ports': { clusterIP: 'None', clusterIPs: ['None'], ports: [] },
  'ExternalName': { type: 'ExternalName', externalName: 'db.example.com', ports: [] },
  'ExternalName with a port': { type: 'ExternalName', externalName: 'db.example.com' },
  'NodePort': { type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30_080 }] },
  'session affinity': { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } },
  'session affinity without a time': { sessionAffinity: 'ClientIP' },
  'two families': { ipFamilies: ['IPv4', 'IPv6'] },
  'a family that the target does not give': { ipFamilies: ['IPv6'] },
  'no families': { ipFamilies: [] },
};

describe('planMirror: nothing is written twice', () => {
  it.each(Object.entries(SPECS))('%s', (_title, spec) => {
    const cluster = emptyCluster();
    const wish = { winner: west(spec), writesEndpoints: true };
    expect(cluster.mirror(wish).length).toBeGreaterThan(0);
    expect(cluster.mirror(wish)).toEqual([]);
  });

  it.each([
    { title: 'no endpoints', slices: [localSlice([])] },
    { title: 'no ports', slices: [{ ...localSlice(['10.1.0.1']), ports: null }] },
    { title: 'host names and states', slices: [{ ...localSlice([]), endpoints: [{ addresses: ['10.1.0.1'], hostname: 'web-0', zone: 'a' }, { addresses: ['10.1.0.2'], conditions: { ready: false } }] }] },
    { title: 'two families', slices: [localSlice(['10.1.0.1']), { ...localSlice(['fd00::1'], { name: 'web-v6' }), addressType: 'IPv6' as const }] },
    { title: 'another name than an API server knows', slices: [localSlice(['10.1.0.1'], { name: `${'x'.repeat(240)}-abcde` })] },
  ])('slices with $title', ({ slices }) => {
    const cluster = emptyCluster();
    const wish = { winner: west({}, {}, slices), writesEndpoints: true };
    expect(cluster.mirror(wish).length).toBeGreaterThan(0);
    expect(cluster.mirror(wish)).toEqual([]);
  });

  it.each<MirrorPreset>(['none', 'reflector', 'cross-cluster'])('preset %s, with labels and annotations', (preset) => {
    const cluster = emptyCluster();
    const wish = { preset, winner: west({}, { labels: { app: 'web', empty: '' }, annotations: { note: '' } }), writesEndpoints: true };
    expect(cluster.mirror(wish)).toEqual(['create Service web', 'create EndpointSlice web-abcde.west', 'create Endpoints web']);
    expect(cluster.mirror(wish)).toEqual([]);
  });

  it('nor after any change from one kind to another', () => {
    for (const [from, before] of Object.entries(SPECS)) {
      for (const [to, after] of Object.entries(SPECS)) {
        const cluster = clusterWith(west(before));
        cluster.mirror({ winner: west(after) });
        expect({ from, to, again: cluster.mirror({ winner: west(after) }) }).toEqual({ from, to, again: [] });
        const { type, clusterIP, externalName } = cluster.standing().service?.spec ?? {};
        expect({ type, isHeadless: clusterIP === 'None', externalName }).toEqual({
          type: after.type === 'ExternalName' ? 'ExternalName' : 'ClusterIP',
          isHeadless: after.clusterIP === 'None',
          externalName: after.externalName,
        });
      }
    }
  });
});

describe('planMirror: changes of the source', () => {
  it('SR-8, CC-4: changed endpoints are written, and nothing else', () => {
    const cluster = clusterWith(west());
    expect(cluster.mirror({ winner: west({}, {}, [localSlice(['10.1.0.1', '10.1.0.2'])]) })).toEqual(['update EndpointSlice web-abcde.west']);
    expect(cluster.mirror({ winner: west({}, {}, []) })).toEqual(['delete EndpointSlice web-abcde.west']);
  });

  it('SR-9: changed ports are written in place, and the address stays', () => {
    const cluster = clusterWith(west());
    const before = cluster.standing().service;
    expect(cluster.mirror({ winner: west({ ports: [{ name: 'http', port: 81 }] }) })).toEqual(['update Service web']);
    const after = cluster.standing().service;
    expect(after?.spec.ports).toEqual([{ name: 'http', protocol: 'TCP', port: 81, targetPort: 81 }]);
    expect([after?.spec.clusterIP, after?.metadata.uid]).toEqual([before?.spec.clusterIP, before?.metadata.uid]);
  });

  it('CC-4: labels and annotations that are gone go, and those of other people stay', () => {
    const cluster = clusterWith(west({}, { labels: { app: 'web', old: 'x' }, annotations: { note: 'x' } }));
    cluster.store.modify(resources.services, { namespace: 'shop', name: 'web' }, ({ metadata }) => Object.assign(metadata.labels ?? {}, { theirs: 'x' }));
    expect(cluster.mirror({ winner: west({}, { labels: { app: 'shop' } }) })).toEqual(['update Service web']);
    const { labels = {}, annotations = {} } = cluster.standing().service?.metadata ?? {};
    expect({ app: labels.app, old: labels.old, theirs: labels.theirs, note: annotations.note }).toEqual({ app: 'shop', old: undefined, theirs: 'x', note: undefined });
    expect(cluster.mirror({ winner: west() })).toEqual(['update Service web']);
    expect(cluster.standing().service?.metadata.annotations).not.toHaveProperty('mcs.clusterset.local/applied-keys');
  });

  it('session affinity goes with its time', () => {
    const cluster = clusterWith(west(SPECS['session affinity']), west());
    expect(cluster.standing().service?.spec).toMatchObject({ sessionAffinity: 'None' });
    expect(cluster.standing().service?.spec.sessionAffinityConfig).toBeUndefined();
  });

  it.each([
    { from: 'headless', to: 'one port without a name', verb: 'replace' },
    { from: 'one port without a name', to: 'headless', verb: 'replace' },
    { from: 'headless', to: 'ExternalName', verb: 'update' },
    { from: 'ExternalName', to: 'headless', verb: 'update' },
    { from: 'ExternalName', to: 'one port without a name', verb: 'update' },
    { from: 'one port without a name', to: 'ExternalName', verb: 'update' },
    { from: 'one port without a name', to: 'two families', verb: 'update' },
    { from: 'two families', to: 'one port without a name', verb: 'update' },
  ])('from $from to $to: $verb', ({ from, to, verb }) => {
    const writes = clusterWith(west(SPECS[from])).mirror({ winner: west(SPECS[to]) });
    expect(writes[0]).toBe(`${verb} Service web`);
  });

  it('an ExternalName Service has neither slices nor Endpoints', () => {
    const cluster = emptyCluster();
    cluster.mirror({ winner: west(), writesEndpoints: true });
    expect(cluster.mirror({ winner: west(SPECS.ExternalName), writesEndpoints: true })).toEqual(['update Service web', 'delete EndpointSlice web-abcde.west', 'delete Endpoints web']);
  });

  it('a slice of another family under the same name is replaced', () => {
    const slice: EndpointSlice = { ...localSlice(['fd00::1']), addressType: 'IPv6' };
    expect(clusterWith(west()).mirror({ winner: west({}, {}, [slice]) })).toEqual(['replace EndpointSlice web-abcde.west']);
  });
});

describe('planMirror: changes of the target', () => {
  it.each([
    { title: 'a selector', change: (spec: Service['spec']) => Object.assign(spec, { selector: { app: 'web' } }) },
    { title: 'other ports', change: (spec: Service['spec']) => Object.assign(spec, { ports: [{ port: 1 }] }) },
    { title: 'node ports', change: (spec: Service['spec']) => Object.assign(spec, { type: 'NodePort' }) },
    { title: 'a policy that drops traffic', change: (spec: Service['spec']) => Object.assign(spec, { internalTrafficPolicy: 'Local' }) },
  ])('SR-10: takes back $title', ({ change }) => {
    const cluster = clusterWith(west());
    const before = cluster.standing().service?.spec;
    cluster.store.modify(resources.services, { namespace: 'shop', name: 'web' }, ({ spec }) => { change(spec); });
    expect(cluster.mirror({ winner: west() })).toEqual(['update Service web']);
    expect(cluster.standing().service?.spec).toEqual(before);
  });

  it('SR-10: writes again what was deleted by hand, alone or together', () => {
    const cluster = emptyCluster();
    const wish = { winner: west(), writesEndpoints: true };
    cluster.mirror(wish);
    cluster.store.delete(resources.endpoints, { namespace: 'shop', name: 'web' });
    expect(cluster.mirror(wish)).toEqual(['create Endpoints web']);
    cluster.store.delete(resources.services, { namespace: 'shop', name: 'web' });
    expect(cluster.mirror(wish)).toEqual(['create Service web']);
  });

  it('removes Endpoints that are no longer asked for', () => {
    const cluster = emptyCluster();
    cluster.mirror({ winner: west(), writesEndpoints: true });
    expect(cluster.mirror({ winner: west() })).toEqual(['delete Endpoints web']);
  });

  it('takes the marks of another preset away', () => {
    const cluster = emptyCluster();
    cluster.mirror({ preset: 'reflector', winner: west() });
    expect(cluster.mirror({ preset: 'cross-cluster', winner: west() })).toEqual(['update Service web', 'update EndpointSlice web-abcde.west']);
    const { labels, annotations } = cluster.standing().service?.metadata ?? {};
    expect(labels).toMatchObject({ 'fair.com/cross-cluster': 'follower' });
    expect(annotations).not.toHaveProperty('service-reflector.squat.ai/reflected');
  });
});

describe('planMirror: what is not ours', () => {
  function foreignCluster(): MirrorCluster {
    const cluster = emptyCluster();
    const { metadata, spec } = localService({ selector: { app: 'own' }, clusterIP: undefined as never, clusterIPs: undefined as never }, { uid: undefined as never });
    cluster.store.create(resources.services, { metadata, spec });
    return cluster;
  }

  it('SR-14, CC-10, CC-12: writes nothing beside a Service that somebody else made, not even slices', () => {
    const cluster = foreignCluster();
    const before = cluster.standing();
    expect(cluster.mirror({ preset: 'cross-cluster', winner: west(), writesEndpoints: true })).toEqual([]);
    expect(cluster.standing()).toEqual(before);
    expect(cluster.standingOrigin()).toBeUndefined();
  });

  it('CC-12: an original that is labelled for export, or as a follower, is no less foreign', () => {
    for (const value of ['true', 'follower']) {
      const cluster = foreignCluster();
      cluster.store.modify(resources.services, { namespace: 'shop', name: 'web' }, ({ metadata }) => { metadata.labels = { 'fair.com/cross-cluster': value }; });
      expect(cluster.mirror({ preset: 'cross-cluster', winner: west() })).toEqual([]);
      expect(cluster.mirror({ preset: 'cross-cluster', winner: undefined })).toEqual([]);
    }
  });

  it('another installation is somebody else', () => {
    const cluster = clusterWith(west());
    cluster.store.modify(resources.services, { namespace: 'shop', name: 'web' }, ({ metadata }) => Object.assign(metadata.labels ?? {}, { 'mcs.clusterset.local/owner': 'mirror-other' }));
    expect(cluster.mirror({ winner: west({ ports: [{ port: 81 }] }) })).toEqual(['delete EndpointSlice web-abcde.west']);
    expect(cluster.mirror({ winner: undefined })).toEqual([]);
  });

  it('takes its slices and Endpoints from behind a Service that took the place of its own, though their source is away', () => {
    const cluster = emptyCluster();
    cluster.mirror({ winner: west(), writesEndpoints: true });
    cluster.store.delete(resources.services, { namespace: 'shop', name: 'web' });
    cluster.store.create(resources.services, { metadata: { namespace: 'shop', name: 'web' }, spec: { ports: [{ port: 80 }] } });
    expect(cluster.mirror({ winner: undefined, unknownSources: new Set(['west']) })).toEqual(['delete EndpointSlice web-abcde.west', 'delete Endpoints web']);
  });

  it('leaves slices and Endpoints of other people behind its own Service', () => {
    const cluster = emptyCluster();
    cluster.store.create(resources.endpointSlices, { ...localSlice(['10.9.0.1'], { uid: undefined as never, name: 'theirs' }) });
    cluster.store.create(resources.endpoints, localEndpoints([], { uid: undefined as never }));
    cluster.mirror({ winner: west(), writesEndpoints: true });
    expect(cluster.mirror({ winner: undefined })).toEqual(['delete Service web', 'delete EndpointSlice web-abcde.west']);
    expect(cluster.standing().slices.map(({ metadata }) => metadata.name)).toEqual(['theirs']);
  });
});

describe('planMirror: several sources', () => {
  const eastRecord = serviceRecord('east', { groups: [endpointGroup('web-1', ['10.2.0.1'])], ports: [recordPort('http TCP/81')] });

  it('SR-15: another source takes over in place, with its own endpoints only', () => {
    const cluster = clusterWith(west());
    const { clusterIP } = cluster.standing().service?.spec ?? {};
    expect(cluster.mirror({ winner: winner(eastRecord) })).toEqual(['update Service web', 'create EndpointSlice web-1.east', 'delete EndpointSlice web-abcde.west']);
    expect([cluster.standing().service?.spec.clusterIP, cluster.standingOrigin()]).toEqual([clusterIP, 'east']);
  });

  it('nothing of a source that is away stays beside what another one gives', () => {
    const cluster = clusterWith(west());
    cluster.store.delete(resources.services, { namespace: 'shop', name: 'web' });
    expect(cluster.mirror({ winner: winner(eastRecord), unknownSources: new Set(['west']) })).toEqual(['create Service web', 'create EndpointSlice web-1.east', 'delete EndpointSlice web-abcde.west']);
  });

  it('SR-11, SR-13: where no mirror shall stand, all of it goes', () => {
    const cluster = emptyCluster();
    cluster.mirror({ winner: west(), writesEndpoints: true });
    expect(cluster.mirror({ winner: undefined, writesEndpoints: true })).toEqual(['delete Service web', 'delete EndpointSlice web-abcde.west', 'delete Endpoints web']);
    expect(cluster.mirror({ winner: undefined })).toEqual([]);
  });

  it('CC-14: what is left of a source that is away stays', () => {
    const cluster = clusterWith(west());
    cluster.store.delete(resources.services, { namespace: 'shop', name: 'web' });
    expect(cluster.mirror({ winner: undefined, unknownSources: new Set(['west']) })).toEqual([]);
  });
});
