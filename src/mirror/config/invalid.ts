import { McsError } from '../../base/errors.ts';

export interface InvalidOptions {
  readonly hints?: readonly string[];
  readonly cause?: unknown;
}

/** User and password of a URL: whoever wrote one there finds it without them too. */
const USER_IN_URL = /:\/\/[^/\s]*@/g;

/**
 * MCS_MIRROR_CONFIG_INVALID. `place` is where it stands: a path in the document (`sources[1].selector`)
 * or a flag, as it was given. `state` never holds the content of a file: it may be a credential.
 */
export function invalidConfig(place: string, state: string, { hints = ['docs/mirror.md lists all settings'], cause }: InvalidOptions = {}): McsError {
  const path = place.replaceAll(USER_IN_URL, '://<redacted>@');
  return new McsError('MCS_MIRROR_CONFIG_INVALID', `Cannot use the mirror's configuration: ${path}: ${state}`, { hints, details: { path }, ...(cause !== undefined && { cause }) });
}
