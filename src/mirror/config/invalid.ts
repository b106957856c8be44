import { McsError } from '../../base/errors.ts';

export interface InvalidOptions {
  readonly hints?: readonly string[];
  readonly cause?: unknown;
}

/**
 * MCS_MIRROR_CONFIG_INVALID. `place` is where it stands: a path in the document (`sources[1].selector`)
 * or a flag. `state` never holds the content of a file: it may be a credential.
 */
export function invalidConfig(place: string, state: string, { hints = ['docs/mirror.md lists all settings'], cause }: InvalidOptions = {}): McsError {
  return new McsError('MCS_MIRROR_CONFIG_INVALID', `Cannot use the mirror's configuration: ${place}: ${state}`, { hints, details: { path: place }, ...(cause !== undefined && { cause }) });
}
