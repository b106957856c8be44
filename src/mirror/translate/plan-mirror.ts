import type { Endpoints, EndpointSlice, Service } from '../../api/types/index.ts';
import { isOwnedBy, readOwnership } from '../../sync/ownership.ts';
import { plan, type Plan } from '../../sync/plan.ts';
import type { SyncRecord } from '../../sync/record.ts';
import { familyDiffers } from '../../sync/service/broker-objects.ts';
import type { MirrorPreset } from '../settings.ts';
import { toMirrorEndpoints } from './mirror-endpoints.ts';
import { mirrorMustReplace, toMirrorService } from './mirror-service.ts';
import { toMirrorSlices } from './mirror-slices.ts';
import type { MirrorTarget } from './target-of.ts';

/** What has the target's name in the target cluster, of whomever; slices by their label `kubernetes.io/service-name`. Annotations and all. */
export interface StandingMirror {
  readonly service?: Service | undefined;
  readonly slices: readonly EndpointSlice[];
  readonly endpoints?: Endpoints | undefined;
}

export interface MirrorPlanInput {
  readonly owner: string;
  readonly preset: MirrorPreset;
  readonly target: MirrorTarget;
  /** What the mirror is of, and the address of its source; undefined where no mirror shall stand. */
  readonly winner?: { readonly record: SyncRecord; readonly server: string } | undefined;
  readonly standing: StandingMirror;
  /** `settings.endpoints` */
  readonly writesEndpoints: boolean;
  /** As for `chooseSource`. */
  readonly unknownSources: ReadonlySet<string>;
}

/** Conflicts of the plans are objects of that name that are not ours: `ForeignObject`. */
export interface MirrorPlan {
  readonly service: Plan<Service>;
  readonly slices: Plan<EndpointSlice>;
  readonly endpoints: Plan<Endpoints>;
}

/** Origin cluster of the mirror that stands, for `chooseSource`; undefined where none of ours does. */
export function standingOriginOf({ service }: StandingMirror, owner: string): string | undefined {
  const ownership = service && readOwnership(service);
  return ownership?.owner === owner ? ownership.originCluster : undefined;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * What must be written for one mirror. Not for the decision `keep`: that one writes nothing at all.
 * Behind a Service that is not ours nothing is written either, and what is left of ours goes, for
 * slices of its name would be its endpoints.
 */
export function planMirror({ owner, preset, target, winner, standing, writesEndpoints, unknownSources }: MirrorPlanInput): MirrorPlan {
  const isForeign = standing.service !== undefined && !isOwnedBy(standing.service, owner);
  const backed = isForeign ? undefined : winner;
  // a mirror is of one source: beside what that one gives, nothing of another may stay
  const common = { owner, unknownSources: isForeign || winner !== undefined ? NONE : unknownSources };
  const context = { owner, preset, target, server: winner?.server ?? '' };
  const endpoints = writesEndpoints && backed !== undefined && backed.record.kind !== 'ExternalName' ? [toMirrorEndpoints(backed.record, context, standing.endpoints)] : [];
  return {
    service: plan({ ...common, desired: winner === undefined ? [] : [toMirrorService(winner.record, context, standing.service)], standing: listOf(standing.service), mustReplace: mirrorMustReplace }),
    slices: plan({ ...common, desired: backed === undefined ? [] : toMirrorSlices(backed.record, context), standing: standing.slices, mustReplace: familyDiffers }),
    endpoints: plan({ ...common, desired: endpoints, standing: listOf(standing.endpoints) }),
  };
}

function listOf<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}
