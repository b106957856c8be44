import type { CanIResult } from '../deployers/index.ts';
import { describeQuestion } from '../discovery/missing-access.ts';

/** One line: yes, or how much is missing. */
export function describeCanI({ action, allowed, user, needed, missing }: CanIResult): string {
  const who = user === undefined ? 'You' : `"${user}"`;
  return allowed ? `yes: ${who} may ${action} (${needed} rights)` : `no: ${who} may not ${action}: ${missing.length} of ${needed} rights are missing`;
}

/** The missing rights, a line each. */
export function describeMissing(result: CanIResult): string {
  const lines = result.missing.map((question) => `${describeQuestion(question)}${question.name === undefined ? '' : ` named "${question.name}"`}`);
  return [...lines, describeCanI(result)].join('\n');
}
