import { objectKey, splitKey } from '../api/resources.ts';
import type { Service } from '../api/types/index.ts';
import type { SourceSession } from './source-session.ts';
import type { TargetKey } from './target.ts';
import type { Candidate } from './translate/choose-source.ts';
import { type ReadService, readSourceService } from './translate/read-source-service.ts';
import type { MirrorTarget } from './translate/target-of.ts';

/** A Service that a source has for a mirror, as `chooseSource` sees it and as it is. */
export interface Offer extends Candidate {
  readonly session: SourceSession;
  readonly object: Service;
}

/** What all sources have for one mirror, in their order. */
export function offersFor(key: TargetKey, sessions: readonly SourceSession[]): Offer[] {
  return sessions.flatMap((session) =>
    session.caches.services
      .by('target', key)
      .filter((service) => session.isSelected(service))
      .map((object) => ({ session, object, source: session.settings.name, service: objectKey(object.metadata), createdAt: object.metadata.creationTimestamp ?? '' })),
  );
}

/** What is taken of a source's Service and its endpoints. */
export function readOffer({ session, object }: Offer, target: MirrorTarget, allowLoopback: boolean): ReadService {
  const key = objectKey(object.metadata);
  const { slices, endpoints } = session.caches;
  const backends = session.servesSlices ? { slices: slices.by('service', key) } : { endpoints: endpoints.get(key) };
  return readSourceService({ source: session.settings, target, service: object, backends, allowLoopback });
}

/** Namespace and name of a mirror by its key. */
export function toTarget(key: TargetKey): MirrorTarget {
  const { namespace = '', name } = splitKey(key);
  return { namespace, name };
}
