import { Counter, type Registry } from 'prom-client';
import type { DeskObserver } from './desk.ts';

/** Counts what the desk does; names and labels stand in this folder's README. */
export function createDeskMetrics(registry: Registry): DeskObserver {
  const registers = [registry];
  const joins = new Counter({ name: 'mcs_desk_joins_total', help: 'Joins answered, with the code of a refusal', labelNames: ['result', 'code'], registers });
  const removed = new Counter({ name: 'mcs_desk_members_removed_total', help: 'Members removed because they left', registers });
  const failures = new Counter({ name: 'mcs_desk_failures_total', help: 'Tries that failed and are repeated', registers });
  return {
    joinAnswered: (outcome) => {
      if (outcome.phase === 'Pending') return;
      joins.inc({ result: outcome.phase.toLowerCase(), code: outcome.phase === 'Refused' ? outcome.code : '' });
    },
    memberRemoved: () => removed.inc(),
    failed: () => failures.inc(),
  };
}
