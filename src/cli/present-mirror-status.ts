import type { MirrorReportEntry } from '../deployers/mirror/index.ts';
import type { Section } from './sections.ts';

/** What `mcs mirror status` found in all clusters. */
export interface MirrorReport {
  readonly formatVersion: 1;
  readonly mirrors: readonly MirrorReportEntry[];
  /** Contexts that could not be read. */
  readonly unread: readonly { readonly context: string; readonly code: string; readonly message: string; readonly hints: readonly string[] }[];
}

const placeOf = ({ namespace, name }: MirrorReportEntry): string => `${namespace}/${name}`;

function lagOf({ lagMs }: MirrorReportEntry['sources'][number]): string {
  return lagMs === undefined ? '-' : `${Math.round(lagMs.p50)} / ${Math.round(lagMs.p95)} ms`;
}

function messageOf({ message, waiting }: MirrorReportEntry['sources'][number]): string {
  return [message, ...(waiting > 0 ? [`${waiting} without their namespace here (--namespace-policy)`] : [])].filter((text) => text !== '').join('; ');
}

function stateOf({ life, evidence, settingsError }: MirrorReportEntry): string {
  return settingsError === '' ? `${life}: ${evidence}` : `${life}: ${evidence}; does not take its configuration: ${settingsError}`;
}

/** The tables of `mcs mirror status`. */
export function mirrorSections({ mirrors }: MirrorReport): readonly Section[] {
  const rows = mirrors.map((mirror) => {
    const { deployment, objects, version } = mirror;
    return [mirror.context, placeOf(mirror), deployment === undefined ? 'foreground' : `${deployment.ready}/${deployment.wanted}`, version, String(objects.services), stateOf(mirror)];
  });
  const sources = mirrors.flatMap((mirror) =>
    mirror.sources.map((source) => {
      const pending = source.pending === 0 ? '0' : `${source.pending} (${source.oldestPendingSeconds} s)`;
      return [mirror.context, placeOf(mirror), source.name, source.state, source.since, String(source.selected), String(source.mirrored), pending, lagOf(source), messageOf(source)];
    }),
  );
  const problems = mirrors.flatMap((mirror) => mirror.problems.map(({ reason, source, service, target, message, fix }) => [mirror.context, target, reason, `${source} ${service}`, message, fix]));
  return [
    { title: 'Mirrors', columns: ['CLUSTER', 'MIRROR', 'READY', 'VERSION', 'SERVICES', 'STATE'], rows, empty: 'no mirror in these clusters' },
    { title: 'Sources', columns: ['CLUSTER', 'MIRROR', 'SOURCE', 'STATE', 'SINCE', 'SELECTED', 'MIRRORED', 'PENDING', 'LAG P50 / P95', 'MESSAGE'], rows: sources, empty: 'no source' },
    { title: 'Problems', columns: ['CLUSTER', 'TARGET', 'REASON', 'SERVICE', 'MESSAGE', 'WHAT TO DO'], rows: problems, empty: 'none' },
  ];
}

/** One line for each mirror. */
export function shortMirrors({ mirrors }: MirrorReport): string {
  return mirrors.map((mirror) => `${mirror.context} ${placeOf(mirror)} ${mirror.life} ${mirror.sources.map(({ name, state, selected, mirrored }) => `${name}=${state}:${mirrored}/${selected}`).join(' ')}`.trimEnd()).join('\n');
}

/** What the tables leave out. */
export function mirrorRemarks({ mirrors, unread }: MirrorReport): readonly string[] {
  const more = mirrors.filter(({ problems, problemCount }) => problemCount > problems.length);
  return [
    ...more.map((mirror) => `${placeOf(mirror)} has ${mirror.problemCount} problems; the first ${mirror.problems.length} are shown`),
    ...unread.map(({ context, message }) => `Cannot show "${context}": ${message}`),
  ];
}
