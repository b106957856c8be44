import type { MirrorPreset } from '../settings.ts';
import type { MirrorTarget } from './target-of.ts';

/** What the objects of a mirror depend on besides the record. */
export interface MirrorContext {
  /** Value of the ownership label: `mirrorOwner(settings.name)`. */
  readonly owner: string;
  readonly preset: MirrorPreset;
  readonly target: MirrorTarget;
  /** Address of the source's API. */
  readonly server: string;
}
