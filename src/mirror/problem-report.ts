import { describeObject } from '../api/kinds.ts';
import { splitKey } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { EventReporter } from '../kube/event-reporter.ts';
import type { MirrorProblem } from './status.ts';
import type { Target } from './target.ts';

/** Events in a minute. Thousands of Services may be in trouble for one reason; the status counts them all. */
const EVENTS = 50;
const PERIOD_MS = 60_000;

export interface ProblemReportOptions {
  readonly target: Target;
  readonly events: Pick<EventReporter, 'warn'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Tells people by Kubernetes Events what is new of what is amiss. */
export class ProblemReport {
  readonly #options: ProblemReportOptions;
  #told = 0;
  #since: number;

  constructor(options: ProblemReportOptions) {
    this.#options = options;
    this.#since = options.clock.monotonic();
  }

  /** Each on the object that stands in the way, else on its mirror, else on the namespace where that belongs. */
  tell(problems: readonly MirrorProblem[], foreign: readonly KubeObject[] = []): void {
    for (const problem of problems) {
      if (problem.reason === 'NamespaceRefused') continue; // as configured; whoever selects everything would fill kube-system with them
      const obstacle = problem.reason === 'ForeignObject' ? foreign.find((object) => problem.message.startsWith(describeObject(object))) : undefined;
      const about = obstacle ?? this.#involved(problem.target);
      if (about === undefined) this.#options.logger.warn(textOf(problem), { reason: problem.reason });
      else this.#warn(about, problem);
    }
  }

  #involved(target: string): KubeObject | undefined {
    const { namespace, name } = splitKey(target);
    const { target: cluster } = this.#options;
    const service = cluster.services.get(target);
    const isMirror = service !== undefined && cluster.originOf(service) !== undefined;
    return isMirror ? service : cluster.namespaces.get(namespace ?? name);
  }

  #warn(about: KubeObject, problem: MirrorProblem): void {
    const now = this.#options.clock.monotonic();
    if (now - this.#since >= PERIOD_MS) {
      this.#since = now;
      this.#told = 0;
    }
    this.#told += 1;
    if (this.#told > EVENTS) return;
    this.#options.events.warn(about, problem.reason, textOf(problem));
  }
}

function textOf({ source, service, target, message }: MirrorProblem): string {
  return service === '' ? message : `Service "${service}" of source "${source}", for "${target}": ${message}`;
}
