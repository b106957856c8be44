import { describe, expect, it } from '@jest/globals';
import { WINNER } from '../../../../src/api/labels.ts';
import type { ServiceExport, ServiceImport } from '../../../../src/api/types/index.ts';
import { type Behind, examineView, findExportCandidates, findImportCandidates, judgeStaleCopies, type OnBroker, type OwnCopies } from '../../../../src/diagnose/checks/stale-copies.ts';
import type { EndpointDigests } from '../../../../src/inspect/endpoint-digest.ts';
import { recordPort, serviceRecord, localExport, localService } from '../../../helpers/service-records.ts';
import { condition, ENDPOINTS, NOW, stored, tracedService, type TracedService, withAddresses } from '../../../helpers/traced-service.ts';
import { resources } from '../../../../src/api/resources.ts';

const digests = (sums: Record<string, number>): EndpointDigests => new Map([['shop/web', sums]]);
const onBroker = (sums: Record<string, number>, ...clusters: string[]): OnBroker => ({ endpoints: digests(sums), records: new Map([['shop/web', clusters.map((cluster) => serviceRecord(cluster))]]) });

describe('findExportCandidates in "west"', () => {
  const serviceExport = (ready: 'True' | 'False'): ServiceExport => stored(resources.serviceExports, { ...localExport(), spec: {}, metadata: { name: 'web', namespace: 'shop' }, status: { conditions: [condition('Ready', ready, 'r')] } });
  const copies = (sum: number, ready: 'True' | 'False' = 'True', port = 80): OwnCopies => ({ cluster: 'west', exports: [serviceExport(ready)], imports: [], services: new Map([['shop/web', localService({ ports: [{ name: 'http', port, targetPort: 8080 }] })]]), source: digests({ west: sum }), imported: new Map() });

  it.each([
    ['the same endpoints', copies(7), onBroker({ west: 7, east: 9 }, 'west'), 0],
    ['other endpoints', copies(8), onBroker({ west: 7 }, 'west'), 1],
    ['no endpoints on the broker', copies(8), onBroker({}, 'west'), 1],
    ['other ports', copies(7, 'True', 81), onBroker({ west: 7 }, 'west'), 1],
    ['nothing on the broker', copies(7), onBroker({}), 1],
    ['an export that is not ready, which another check tells of', copies(8, 'False'), onBroker({ west: 7 }, 'west'), 0],
  ])('%s', (_title, own, there, expected) => {
    expect(findExportCandidates(own, there)).toHaveLength(expected);
  });
});

describe('findImportCandidates in "east"', () => {
  const { from } = tracedService();
  const imported = (more: Partial<ServiceImport['metadata']> = {}, status: ServiceImport['status'] = {}): ServiceImport => {
    const object = from.serviceImport as ServiceImport;
    return { ...object, metadata: { ...object.metadata, ...more }, status };
  };
  const copies = (sums: Record<string, number>, object: ServiceImport = imported()): OwnCopies => ({ cluster: 'east', exports: [], imports: [object], services: new Map(), source: new Map(), imported: digests(sums) });

  it.each<[string, OwnCopies, OnBroker, string[]]>([
    ['the same endpoints', copies({ west: 7, north: 3 }), onBroker({ west: 7, north: 3 }, 'west', 'north'), []],
    ['other endpoints of one exporter', copies({ west: 7, north: 3 }), onBroker({ west: 8, north: 3 }, 'west', 'north'), ['west']],
    ['none of an exporter', copies({ west: 7 }), onBroker({ west: 7, north: 3 }, 'west', 'north'), ['north']],
    ['other own endpoints, which are not taken from the broker', copies({ east: 1 }), onBroker({ east: 2 }, 'east'), []],
    ['other ports of the one that decides', copies({ west: 7 }), { ...onBroker({ west: 7 }), records: new Map([['shop/web', [serviceRecord('west', { ports: [recordPort('http TCP/81')] })]]]) }, ['west']],
    ['an import of somebody else', copies({ west: 7 }, imported({ labels: {} })), onBroker({ west: 8 }, 'west'), []],
    ['a placement', copies({}, imported({ annotations: { [WINNER]: 'west', 'mcs.clusterset.local/policy-placement': 'local' } })), onBroker({ west: 8 }, 'west'), []],
    ['a silent exporter', copies({}, imported({ annotations: { [WINNER]: 'west', 'mcs.clusterset.local/withdrawn-clusters': 'west' } })), onBroker({ west: 8 }, 'west'), []],
    ['what is refused', copies({}, imported({}, { conditions: [condition('mcs.clusterset.local/Rejected', 'True', 'AddressNotGranted')] })), onBroker({ west: 8 }, 'west'), []],
  ])('%s', (_title, own, there, expected) => {
    expect(findImportCandidates(own, there).map(({ exporter }) => exporter)).toEqual(expected);
  });
});

describe('examineView', () => {
  const lose = ({ from }: TracedService): void => { from.imported = [withAddresses(from.imported[0], ENDPOINTS.slice(0, 1))]; };
  const candidate = { key: 'shop/web', exporter: 'west' };

  it('finds nothing on a way that is whole', () => {
    const { view } = tracedService();
    expect(['west', 'east'].map((own) => examineView(view, own, candidate, NOW))).toEqual([undefined, undefined]);
  });

  it('tells what differs in an importing cluster, and for how long', () => {
    const facts = tracedService();
    lose(facts);
    expect(examineView(facts.view, 'east', candidate, NOW)).toMatchObject({ exporter: 'west', seconds: 3599, differences: [expect.stringContaining(ENDPOINTS[1])] });
  });

  it('tells what differs on the broker, in the exporting cluster', () => {
    const facts = tracedService();
    if (facts.view.broker) facts.view.broker.slices = [withAddresses(facts.view.broker.slices[0], ENDPOINTS.slice(0, 1))];
    expect(examineView(facts.view, 'west', candidate, NOW)).toMatchObject({ seconds: 3600, differences: [expect.stringContaining('at the broker')] });
  });

  it('waits for what changed just now', () => {
    const facts = tracedService();
    lose(facts);
    expect(examineView(facts.view, 'east', candidate, Date.parse('2026-01-01T00:00:09Z'))).toBeUndefined();
  });

  it('leaves what has left the broker to another check', () => {
    const facts = tracedService();
    lose(facts);
    if (facts.view.broker) facts.view.broker.imports = [];
    expect(examineView(facts.view, 'east', candidate, NOW)).toBeUndefined();
  });
});

describe('judgeStaleCopies', () => {
  const behind = (exporter: string, seconds?: number): Behind => ({ key: 'shop/web', exporter, differences: ['a', 'b', 'c', 'd'], changed: undefined, seconds });
  const scene = { cluster: 'west', kubectl: 'kubectl', total: 2, suspects: [] };

  it.each([
    ['the own export', behind('west', 12), 'shop/web: the copy on the broker is behind for 12 s, which the controller of "west" has to write'],
    ['an import, since nobody knows when', behind('east'), 'shop/web: the endpoints of "east" here are behind, which the controller of "west" has to write'],
  ])('names %s', (_title, one, expected) => {
    expect(judgeStaleCopies([one], scene)).toMatchObject({ status: 'fail', evidence: [expected, 'a', 'b', 'c', 'and 1 more differences'] });
  });

  it('passes where nothing is behind', () => {
    expect(judgeStaleCopies([], scene)).toEqual({ status: 'pass', evidence: ['2 services'] });
  });
});
