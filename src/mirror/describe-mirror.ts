import { objectKey } from '../api/resources.ts';
import type { Service } from '../api/types/index.ts';
import type { MirrorFigures } from './metrics.ts';
import type { Mirroring } from './mirroring.ts';
import type { MirrorSettings } from './settings.ts';
import { NO_TARGET } from './source-caches.ts';
import type { SourceSession } from './source-session.ts';
import type { MirrorProblem, MirrorStatus, SourceStatus } from './status.ts';
import type { Target } from './target.ts';
import { targetOf } from './translate/target-of.ts';

const SHOWN_PROBLEMS = 50;

export interface MirrorView {
  readonly settings: MirrorSettings;
  readonly version: string;
  readonly target: Target;
  /** Undefined while another process is the active one. */
  readonly mirroring: Mirroring | undefined;
  /** When the mirror began, ms since the epoch. */
  readonly begunAt: number;
  readonly now: number;
  readonly settingsError: string;
}

/** What a mirror says of itself. */
export function describeMirror({ settings, version, target, mirroring, begunAt, now, settingsError }: MirrorView): MirrorStatus {
  const problems = problemsOf(mirroring).toSorted((a, b) => compare(a.target, b.target) || compare(a.service, b.service));
  const sources = mirroring?.sessions.map((session) => describeSource(session, mirroring)) ?? settings.sources.map(({ name }) => unknownSource(name, begunAt));
  return {
    formatVersion: 1,
    name: settings.name,
    preset: settings.preset,
    version,
    updatedAt: new Date(now).toISOString(),
    sources,
    objects: {
      services: countOwn(target.services),
      endpointSlices: countOwn(target.slices),
      endpoints: countOwn(target.endpoints),
      namespaces: target.namespaces.by('own', 'own').length,
    },
    problems: problems.slice(0, SHOWN_PROBLEMS),
    problemCount: problems.length,
    settingsError,
  };
}

/** The same for its gauges. */
export function figuresOf(target: Target, mirroring: Mirroring | undefined, isLeader: boolean): MirrorFigures {
  const kinds = { Service: target.services, EndpointSlice: target.slices, Endpoints: target.endpoints };
  const objects = new Map([...target.origins()].map((source) => [source, new Map(Object.entries(kinds).map(([kind, cache]) => [kind, cache.by('origin', source).length]))]));
  const problems = new Map<string, number>();
  for (const { reason } of problemsOf(mirroring)) problems.set(reason, (problems.get(reason) ?? 0) + 1);
  return {
    objects,
    synced: new Map(mirroring?.sessions.map((session) => [session.settings.name, session.isKnown])),
    problems,
    queueDepth: mirroring?.reconciler.queue.depth ?? 0,
    isLeader,
  };
}

function describeSource(session: SourceSession, { ledger }: Mirroring): SourceStatus {
  const { name } = session.settings;
  const lagMs = ledger.lag(name);
  return {
    name,
    server: session.server,
    state: session.state,
    since: new Date(session.since).toISOString(),
    message: session.message,
    selected: session.selected().length,
    mirrored: ledger.mirrored(name),
    waiting: ledger.waiting(name),
    ...ledger.backlog(name),
    ...(lagMs !== undefined && { lagMs }),
  };
}

function unknownSource(name: string, begunAt: number): SourceStatus {
  return { name, server: '', state: 'syncing', since: new Date(begunAt).toISOString(), message: 'Another process is the active one', selected: 0, mirrored: 0, waiting: 0, pending: 0, oldestPendingSeconds: 0 };
}

function problemsOf(mirroring: Mirroring | undefined): MirrorProblem[] {
  return mirroring === undefined ? [] : [...mirroring.ledger.problems(), ...mirroring.sessions.flatMap(namelessOf)];
}

/** Services that are mapped to a name that Kubernetes does not take: they have no key. */
function namelessOf(session: SourceSession): MirrorProblem[] {
  const { settings, caches } = session;
  const services = caches.services.by('target', NO_TARGET).filter((service) => session.isSelected(service));
  return services.flatMap(({ metadata }: Service) => {
    const target = targetOf(settings, metadata);
    return 'invalid' in target ? [{ reason: 'NameInvalid' as const, source: settings.name, service: objectKey(metadata), target: '', message: target.invalid }] : [];
  });
}

function countOwn(cache: { indexValues(index: 'origin'): string[]; by(index: 'origin', value: string): readonly unknown[] }): number {
  return cache.indexValues('origin').reduce((sum, source) => sum + cache.by('origin', source).length, 0);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
