import type { ObservedWrite } from '../mirror/observed-client.ts';
import type { MirrorStatus, SourceStatus } from '../mirror/status.ts';
import type { WantedWrite } from '../mirror/dry-run-client.ts';
import type { Section } from './sections.ts';

const DONE: Readonly<Record<ObservedWrite['action'], string>> = { create: 'created', change: 'changed', delete: 'removed' };

/** Writes that nobody wants to read of: those of the process about itself. */
const SILENT_KINDS: readonly string[] = ['Lease', 'ConfigMap', 'Event', 'Secret'];

/** One write in a line; undefined for those of the process about itself. */
export function describeWrite({ action, resource, namespace, name }: ObservedWrite): string | undefined {
  if (SILENT_KINDS.includes(resource.kind)) return undefined;
  return `${DONE[action]} ${resource.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** A source in a line. */
export function describeSource({ name, state, message, selected, mirrored }: SourceStatus): string {
  const counts = state === 'synced' || state === 'stale' ? `, ${mirrored} of ${selected} services mirrored` : '';
  return `${name}: ${state}${counts}${message === '' ? '' : ` (${message})`}`;
}

/** Services that wait for their namespace, as a normal state. */
export function waitingServices({ sources }: MirrorStatus): number {
  return sources.reduce((sum, { waiting }) => sum + waiting, 0);
}

/** What to do about them; undefined where there are none. */
export function describeWaiting(count: number): string | undefined {
  if (count === 0) return undefined;
  return `${count} ${count === 1 ? 'service waits for its namespace, which the target lacks' : 'services wait for their namespaces, which the target lacks'} (--namespace-policy create makes it)`;
}

/** A mirror that has just begun is about to list its sources: nobody needs to read that. */
const BEGINNING_LOOKS = 10;

/** What is to be said now that was not said before: of sources that changed and have settled, and of new problems. */
export class MirrorNarrator {
  readonly #sources = new Map<string, string>();
  readonly #states = new Map<string, string>();
  #problems = new Set<string>();
  #settingsError = '';
  #looks = 0;
  #waiting = 0;

  news(status: MirrorStatus): readonly string[] {
    const { sources, problems, settingsError } = status;
    const lines: string[] = [];
    this.#looks += 1;
    if (settingsError !== '' && settingsError !== this.#settingsError) lines.push(`The new configuration is not used: ${settingsError}`);
    this.#settingsError = settingsError;
    for (const source of sources) {
      if (source.state === 'syncing' && this.#looks < BEGINNING_LOOKS) continue;
      const line = describeSource(source);
      const isOther = this.#states.get(source.name) !== source.state;
      // counts while it catches up would be a line for each service
      if (this.#sources.get(source.name) === line || (!isOther && source.pending > 0)) continue;
      this.#sources.set(source.name, line);
      this.#states.set(source.name, source.state);
      lines.push(line);
    }
    const told = problems.map(({ reason, target, message }) => `${target}: ${message} (${reason})`);
    lines.push(...told.filter((line) => !this.#problems.has(line)));
    this.#problems = new Set(told);
    return [...lines, ...this.#newsOfWaiting(sources.some(({ pending }) => pending > 0) ? this.#waiting : waitingServices(status))];
  }

  #newsOfWaiting(count: number): readonly string[] {
    const line = count === this.#waiting ? undefined : describeWaiting(count);
    this.#waiting = count;
    return line === undefined ? [] : [line];
  }
}

/** What a dry run found, as a table. */
export function wantedSections(writes: readonly WantedWrite[], { sources, problems }: MirrorStatus): readonly Section[] {
  const isAsItShallBe = sources.every(({ state, selected, mirrored }) => state === 'synced' && selected === mirrored);
  return [
    {
      title: 'Would be written',
      columns: ['ACTION', 'KIND', 'NAMESPACE', 'NAME'],
      rows: writes.map(({ action, object: { kind, metadata } }) => [action, kind, metadata.namespace ?? '', metadata.name]),
      empty: isAsItShallBe ? 'nothing: everything is as it shall be' : 'nothing',
    },
    { title: 'Problems', columns: ['TARGET', 'SOURCE', 'REASON', 'MESSAGE'], rows: problems.map(({ target, source, reason, message }) => [target, source, reason, message]), empty: 'none' },
  ];
}
