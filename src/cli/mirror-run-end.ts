import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import type { MirrorStatus } from '../mirror/status.ts';

/**
 * Exit code of `mcs mirror run --once`: 6 where no source could be read, 7 where one could not or
 * something of them is not mirrored, 5 where the time was too short.
 */
export function exitCodeOfMirror({ sources, problemCount }: MirrorStatus, isInTime: boolean): ExitCode {
  const unread = sources.filter(({ state }) => state !== 'synced');
  if (unread.length > 0) return unread.length === sources.length ? EXIT.unreachable : EXIT.partial;
  if (!isInTime) return EXIT.timeout;
  return problemCount > 0 ? EXIT.partial : EXIT.ok;
}
