import { describe, expect, it } from '@jest/globals';
import { unreadExitCode } from '../../../src/cli/fleet-command.ts';
import type { Fleet } from '../../../src/inspect/survey-fleet.ts';

const fleet = (clusters: number, leftOut: number, unread: number): Fleet =>
  ({ clusters: Array.from({ length: clusters }), leftOut: Array.from({ length: leftOut }), unread: Array.from({ length: unread }) }) as unknown as Fleet;

describe('unreadExitCode', () => {
  it.each([
    ['everything was read', fleet(2, 0, 0), 0],
    ['there was nothing to read', fleet(0, 0, 0), 0],
    ['a part could not be read', fleet(1, 0, 1), 7],
    ['only clusters without mcs could be read', fleet(0, 1, 1), 7],
    ['nothing could be read', fleet(0, 0, 2), 6],
  ])('where %s', (_name, read, code) => {
    expect(unreadExitCode(read)).toBe(code);
  });
});
