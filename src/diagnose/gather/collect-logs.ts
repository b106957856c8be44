import { resources } from '../../api/resources.ts';
import type { Pod } from '../../api/types/index.ts';
import { mapConcurrently } from '../../base/concurrently.ts';
import type { FleetMember } from '../../inspect/survey-fleet.ts';
import type { KubeClient } from '../../kube/client.ts';
import { type Missing, ownNamespaces, reasonOf } from './collect-objects.ts';
import { GATHER_MODULES, type GatherModule, isLogOf } from './modules.ts';
import { objectsOf, type Recording } from './recording.ts';

/** The log of one container. */
export interface ContainerLog {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Of the run before the present one. */
  readonly isPrevious: boolean;
  readonly text: string;
}

type LogName = Omit<ContainerLog, 'text'>;

export interface LogOptions {
  /** Whose logs; all by default. */
  readonly modules?: readonly GatherModule[];
  readonly signal: AbortSignal;
  /** Only what was said in the last so many seconds. */
  readonly sinceSeconds?: number;
  /** Logs that are longer are read up to here only, bytes. */
  readonly maxBytes: number;
  readonly progress: (done: number, all: number) => void;
}

const AT_ONCE = 4;
/** Weeks of the agents' logs. */
const MAX_LINES = 20_000;

/** Logs that tell of mcs: of all pods in its namespaces, and of the cluster's own DNS. */
export function planLogs(pods: readonly Pod[], own: readonly string[], modules: readonly GatherModule[] = GATHER_MODULES): readonly LogName[] {
  const told = pods.filter((pod) => isLogOf(pod, own, modules));
  return told.flatMap(({ metadata, status }) =>
    (status?.containerStatuses ?? []).flatMap(({ name, restartCount }) => {
      const log = { namespace: metadata.namespace ?? '', pod: metadata.name, container: name };
      return [{ ...log, isPrevious: false }, ...(restartCount > 0 ? [{ ...log, isPrevious: true }] : [])];
    }),
  );
}

function pathOf({ namespace, pod, container, isPrevious }: LogName, { sinceSeconds, maxBytes }: LogOptions): string {
  const query = new URLSearchParams({
    container,
    timestamps: 'true',
    tailLines: String(MAX_LINES),
    limitBytes: String(maxBytes),
    ...(isPrevious && { previous: 'true' }),
    ...(sinceSeconds !== undefined && { sinceSeconds: String(sinceSeconds) }),
  });
  return `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query.toString()}`;
}

const describeLog = ({ namespace, pod, container, isPrevious }: LogName): string => `log of ${namespace}/${pod} ${container}${isPrevious ? ', run before' : ''}`;

/** Reads the logs of a cluster, some at once, of the pods in its recording. What cannot be read is named. */
export async function collectLogs(client: KubeClient, { state, recording }: Pick<FleetMember, 'state'> & { readonly recording: Recording }, options: LogOptions): Promise<{ readonly logs: readonly ContainerLog[]; readonly missing: readonly Missing[] }> {
  const planned = planLogs(objectsOf(recording, resources.pods), ownNamespaces({ state }), options.modules);
  const missing: Missing[] = [];
  let done = 0;
  const read = await mapConcurrently(planned, AT_ONCE, async (name): Promise<readonly ContainerLog[]> => {
    try {
      const said = await client.getPath<unknown>(pathOf(name, options), { signal: options.signal });
      // a log of one line of JSON may be taken for an answer in JSON
      return [{ ...name, text: typeof said === 'string' ? said : JSON.stringify(said) }];
    } catch (error) {
      missing.push({ what: describeLog(name), reason: reasonOf(error, options.signal) });
      return [];
    } finally {
      options.progress(++done, planned.length);
    }
  });
  return { logs: read.flat(), missing };
}
