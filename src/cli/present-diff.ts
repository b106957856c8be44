import type { DiffPlace, ExportDiff, ServiceDiff } from '../inspect/service/diff-service.ts';
import type { Section } from './sections.ts';

const heading = ({ cluster, role }: DiffPlace): string => (role === 'destination' ? `IN ${cluster}` : role === 'source' ? `SOURCE ${cluster}` : 'BROKER');

/** Indexes of the places to show: source and broker always, of the destinations those that have something else. */
function shownPlaces({ fields, places }: ExportDiff, isAll: boolean): readonly number[] {
  const original = places.findIndex(({ role }) => role !== 'destination');
  return [...places.keys()].filter((index) => isAll || places[index]?.role !== 'destination' || fields.some(({ differs, values }) => differs && values[index] !== values[original]));
}

function sectionOf(diff: ExportDiff, isAll: boolean): Section {
  const shown = shownPlaces(diff, isAll);
  const rows = diff.fields.filter(({ differs }) => isAll || differs).map(({ field, values }) => [field, ...shown.map((index) => values[index] ?? '(none)')]);
  return { title: `Exported by ${diff.exporter}`, columns: ['FIELD', ...shown.flatMap((index) => (diff.places[index] === undefined ? [] : [heading(diff.places[index])]))], rows, empty: diff.places.length < 2 ? 'there is nothing to compare it with' : `the same in all ${diff.places.length} places` };
}

/** A table for each exporter: what differs, or all. */
export function diffSections({ exports }: ServiceDiff, isAll: boolean): readonly Section[] {
  return exports.map((each) => sectionOf(each, isAll));
}

function placeRemark(exporter: string, { cluster, exists, lagSeconds, role, winner }: DiffPlace): readonly string[] {
  const where = role === 'broker' ? 'the broker' : cluster;
  if (!exists) return [`Nothing of the export of ${exporter} stands ${role === 'broker' ? 'on the broker' : `in ${cluster}`}${role === 'source' ? ' itself: there is no Service' : ''}`];
  const lag = lagSeconds === undefined ? [] : [`The copy of ${exporter} in ${where} was written ${lagSeconds} s after its original`];
  return [...lag, ...(winner === undefined ? [] : [`The settings in ${cluster} are those of ${winner}, which exported first`])];
}

/** Lags, and what could not be compared. */
export function diffRemarks({ exports, notCompared }: ServiceDiff): readonly string[] {
  return [...exports.flatMap(({ exporter, places }) => places.flatMap((place) => placeRemark(exporter, place))), ...notCompared.map((what) => `Not compared: ${what}`)];
}
