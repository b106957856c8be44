import { describe, expect, it } from '@jest/globals';
import { WINNER } from '../../../../src/api/labels.ts';
import { diffService } from '../../../../src/inspect/service/diff-service.ts';
import type { ServiceView } from '../../../../src/inspect/service/service-view.ts';
import { type MutableView, tracedService, withAddresses, withSpec } from '../../../helpers/traced-service.ts';

function viewWith(change: (view: MutableView) => void = () => undefined): ServiceView {
  const { view } = tracedService();
  const [source] = view.members;
  if (source !== undefined) {
    // the exporter imports its own service too
    source.imported = view.members[1]?.imported ?? [];
    const own = view.members[1]?.serviceImport;
    if (own !== undefined) source.serviceImport = own;
  }
  change(view);
  return view;
}

const differences = (view: ServiceView): unknown => diffService(view).exports.flatMap(({ fields }) => fields.filter(({ differs }) => differs).map(({ field, values }) => [field, ...values]));

describe('diffService', () => {
  it('finds no difference between a source and its copies, whose addresses are their own', () => {
    const diff = diffService(viewWith());
    expect(diff.ok).toBe(true);
    expect(diff.exports.map(({ exporter, places }) => [exporter, ...places.map(({ cluster, lagSeconds, role }) => [role, cluster, lagSeconds])])).toEqual([
      ['west', ['source', 'west', undefined], ['broker', 'hub', 1], ['destination', 'west', 1], ['destination', 'east', 1]],
    ]);
  });

  it.each<[string, (view: MutableView) => void, unknown]>([
    ['another port on the broker', ({ broker }) => { if (broker) broker.imports = [withSpec(broker.imports[0], { ports: [{ name: 'http', port: 81, protocol: 'TCP' }] })]; }, [['ports', 'http 80/TCP', 'http 81/TCP', 'http 80/TCP', 'http 80/TCP']]],
    ['another affinity in a destination', ({ members: [, east] }) => { if (east) east.serviceImport = withSpec(east.serviceImport, { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }); }, [['session affinity', 'None', 'None', 'None', 'ClientIP for 60 s']]],
    ['an endpoint that is not ready, and one that is missing', ({ members: [west] }) => { if (west) west.slices = [withAddresses(west.slices[0], ['10.1.0.5'], false)]; }, [['endpoint 10.1.0.5', 'not ready 8080/TCP', 'ready 8080/TCP', 'ready 8080/TCP', 'ready 8080/TCP'], ['endpoint 10.1.0.6', undefined, 'ready 8080/TCP', 'ready 8080/TCP', 'ready 8080/TCP']]],
  ])('shows %s', (_title, change, expected) => {
    expect(differences(viewWith(change))).toEqual(expected);
  });

  it('says where nothing stands', () => {
    const { exports, ok } = diffService(viewWith(({ members: [, east] }) => { if (east) delete east.serviceImport; }));
    expect([ok, exports[0]?.places.map(({ exists }) => exists)]).toEqual([false, [true, true, true, false]]);
  });

  it('names the winner whose settings an import has', () => {
    const { exports } = diffService(viewWith(({ members: [, east] }) => {
      if (east?.serviceImport === undefined) return;
      const { metadata } = east.serviceImport;
      east.serviceImport = { ...east.serviceImport, metadata: { ...metadata, annotations: { ...metadata.annotations, [WINNER]: 'north' } } };
    }));
    expect(exports[0]?.places.map(({ winner }) => winner)).toEqual([undefined, undefined, undefined, 'north']);
  });

  it('tells what it could not compare', () => {
    const diff = diffService(viewWith((view) => {
      view.members = view.members.slice(1).map(({ namespace: _namespace, ...place }) => place);
      delete view.broker;
    }));
    expect(diff.notCompared).toEqual(['the source in "west": that cluster was not read', 'the broker: no cluster that was read hosts it', 'cluster "east": it has no namespace "shop"']);
  });
});
