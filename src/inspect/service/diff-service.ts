import { WINNER } from '../../api/labels.ts';
import type { EndpointSlice } from '../../api/types/index.ts';
import { brokerObjectsOf, findExporters, importedFrom } from './exporters.ts';
import { lagOf } from './last-change.ts';
import { brokerFields, importFields, type ServiceFields, sourceFields } from './service-fields.ts';
import { findPlace, type ServiceKey, type ServicePlace, type ServiceView } from './service-view.ts';

/** Where a value stands: at its source, on the broker, or in a cluster that imports it. */
export interface DiffPlace {
  readonly role: 'source' | 'broker' | 'destination';
  readonly cluster: string;
  /** False where nothing of the service stands there. */
  readonly exists: boolean;
  /** Seconds from the last change of what it was copied from to its own; absent where that is not known, or it has yet to follow. */
  readonly lagSeconds?: number;
  /** For a destination: the exporter whose settings the import has, where that is another one. */
  readonly winner?: string;
}

export interface DiffField {
  readonly field: string;
  /** One for each place; undefined where the place does not have the field. */
  readonly values: readonly (string | undefined)[];
  readonly differs: boolean;
}

/** One exporter's service in all places. */
export interface ExportDiff {
  readonly exporter: string;
  readonly places: readonly DiffPlace[];
  readonly fields: readonly DiffField[];
}

/** docs/schemas/diff.schema.json describes it as JSON. */
export interface ServiceDiff extends ServiceKey {
  readonly ok: boolean;
  readonly exports: readonly ExportDiff[];
  /** What could not be compared, and why. */
  readonly notCompared: readonly string[];
  readonly unread: ServiceView['unread'];
  readonly leftOut: ServiceView['leftOut'];
}

interface Column {
  readonly place: DiffPlace;
  readonly fields: ServiceFields | undefined;
}

function destinationColumn(place: ServicePlace, exporter: string, originals: readonly EndpointSlice[]): Column {
  const slices = importedFrom(place.imported, exporter);
  const winner = place.serviceImport?.metadata.annotations?.[WINNER];
  const fields = importFields(place, slices);
  return {
    place: { role: 'destination', cluster: place.cluster, exists: fields !== undefined, ...lagOf({ originals, copies: slices }), ...(winner !== undefined && winner !== exporter && { winner }) },
    fields,
  };
}

function columnsOf(view: ServiceView, exporter: string): readonly Column[] {
  const source = findPlace(view, exporter);
  const { serviceImport, slices } = brokerObjectsOf(view, exporter);
  const pairs = source === undefined ? [] : [{ originals: [source.service, source.serviceExport], copies: [serviceImport] }, { originals: source.slices, copies: slices }];
  const own = source === undefined ? undefined : sourceFields(source);
  const copy = brokerFields(serviceImport, slices);
  const originals = view.broker === undefined ? (source?.slices ?? []) : slices;
  return [
    ...(source === undefined ? [] : [{ place: { role: 'source', cluster: exporter, exists: own !== undefined }, fields: own } as const]),
    ...(view.broker === undefined ? [] : [{ place: { role: 'broker', cluster: view.broker.cluster, exists: copy !== undefined, ...lagOf(...pairs) }, fields: copy } as const]),
    // a cluster without the namespace imports nothing, and that is as it should be
    ...view.members.filter(({ namespace }) => namespace !== undefined).map((place) => destinationColumn(place, exporter, originals)),
  ];
}

function fieldRows(columns: readonly Column[]): readonly DiffField[] {
  const names = [...new Set(columns.flatMap(({ fields }) => Object.keys(fields ?? {})))];
  return names.map((field) => {
    const values = columns.map(({ fields }) => fields?.[field]);
    return { field, values, differs: new Set(values).size > 1 };
  });
}

function findGaps(view: ServiceView, exporters: readonly string[]): readonly string[] {
  const away = exporters.filter((exporter) => findPlace(view, exporter) === undefined).map((exporter) => `the source in "${exporter}": that cluster was not read`);
  const without = view.members.filter(({ namespace }) => namespace === undefined).map(({ cluster }) => `cluster "${cluster}": it has no namespace "${view.namespace}"`);
  return [...away, ...(view.broker === undefined ? ['the broker: no cluster that was read hosts it'] : []), ...without];
}

/** Compares a service at its sources, on the broker and wherever it is imported. */
export function diffService(view: ServiceView): ServiceDiff {
  const { leftOut, name, namespace, unread } = view;
  const exporters = findExporters(view);
  const exports = exporters.map((exporter) => {
    const columns = columnsOf(view, exporter);
    return { exporter, places: columns.map(({ place }) => place), fields: fieldRows(columns) };
  });
  return { namespace, name, ok: exports.every(({ fields }) => fields.every(({ differs }) => !differs)), exports, notCompared: findGaps(view, exporters), unread, leftOut };
}
