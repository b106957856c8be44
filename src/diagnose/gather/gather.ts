import type { Clock } from '../../base/clock.ts';
import { toMcsError } from '../../base/errors.ts';
import { closeFleet, type Fleet, type FleetMember, type FleetSource, nameOf, surveyFleet, type UnreadCluster } from '../../inspect/survey-fleet.ts';
import type { KubeClient } from '../../kube/client.ts';
import { diagnose } from '../diagnose.ts';
import type { DiagnoseReport } from '../report.ts';
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, type ArchivedCluster, type ArchiveIndex, folderOf, type GatherType, renderLog, renderRecording } from './archive-format.ts';
import { collectLogs, type ContainerLog } from './collect-logs.ts';
import { collectObjects, type Missing, ownNamespaces } from './collect-objects.ts';
import { fitFiles, type TextFile } from './fit.ts';
import { GATHER_MODULES, type GatherModule } from './modules.ts';
import { createRecording, type Recording } from './recording.ts';
import { recordingClient } from './recording-client.ts';
import { createRedactor, openRedactor, type Redactor, secretValuesOf } from './redact.ts';
import { renderSummary } from './summary.ts';

export interface GatherOptions {
  /** Of mcs itself. */
  readonly version: string;
  readonly types: readonly GatherType[];
  /** Beside what the checks read; all by default. */
  readonly modules?: readonly GatherModule[];
  /** Logs and events of the last so many seconds only. */
  readonly sinceSeconds?: number;
  /** What the archive may hold, unpacked. */
  readonly maxBytes: number;
  /** A cluster that has not answered by then counts as unread, ms. */
  readonly surveyMs: number;
  /** Time for the checks of a cluster, and again for all that is to be read of it, ms. */
  readonly deadlineMs: number;
  readonly includesSensitiveData: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

export interface Gathered {
  readonly index: ArchiveIndex;
  readonly files: readonly TextFile[];
  readonly fleet: Pick<Fleet, 'clusters' | 'unread' | 'leftOut'>;
}

interface Connection {
  /** Notes nothing: for logs. */
  readonly client: KubeClient;
  readonly recording: Recording;
}

/** All that was read of one cluster. */
interface Collected {
  readonly member: FleetMember;
  readonly recording: Recording;
  readonly logs: readonly ContainerLog[];
  readonly missing: readonly Missing[];
}

/** The clusters as they are, with all that is needed to examine them elsewhere. Only reads; one that cannot be read is named in the index. */
export async function gather(sources: readonly FleetSource[], options: GatherOptions): Promise<Gathered> {
  const { clock, signal, surveyMs, deadlineMs, progress } = options;
  const connections = new Map<string, Connection>();
  const fleet = await surveyFleet(sources.map((source) => recordedSource(source, connections)), { signal, timeoutMs: surveyMs });
  try {
    // what the checks read is what they need to be run again
    const report = await diagnose(fleet, { signal, deadlineMs, clock });
    const collected = await Promise.all(
      fleet.clusters.map(async (member) => {
        const result = await collectCluster(member, connections, options);
        progress(`${nameOf(member)}: read${result.logs.length > 0 ? `, with ${result.logs.length} logs` : ''}`);
        return result;
      }),
    );
    signal.throwIfAborted();
    return { ...pack(fleet, report, collected, options), fleet };
  } finally {
    closeFleet(fleet);
  }
}

function recordedSource(source: FleetSource, connections: Map<string, Connection>): FleetSource {
  const { context } = source;
  return {
    context,
    connect: async () => {
      const client = await source.connect();
      const recording = createRecording();
      connections.set(context, { client, recording });
      return recordingClient(client, recording);
    },
  };
}

async function collectCluster(member: FleetMember, connections: ReadonlyMap<string, Connection>, { signal, deadlineMs, types, modules = GATHER_MODULES, maxBytes, sinceSeconds, progress }: GatherOptions): Promise<Collected> {
  const { client, recording } = connections.get(member.context) ?? { client: member.client, recording: createRecording() };
  const within = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const missing = await collectObjects(member, modules, within);
  if (!types.includes('logs')) return { member, recording, logs: [], missing };
  const tell = (done: number, all: number): void => {
    if (done % 25 === 0) progress(`${nameOf(member)}: ${done} of ${all} logs`);
  };
  const found = await collectLogs(client, { state: member.state, recording }, { signal: within, modules, maxBytes, progress: tell, ...(sinceSeconds !== undefined && { sinceSeconds }) });
  return { member, recording, logs: found.logs, missing: [...missing, ...found.missing] };
}

type Packed = Pick<Gathered, 'index' | 'files'>;

function pack({ unread, leftOut }: Fleet, report: DiagnoseReport, collected: readonly Collected[], options: GatherOptions): Packed {
  const { clock, version, includesSensitiveData, types, modules, sinceSeconds, maxBytes } = options;
  const redactor = includesSensitiveData ? openRedactor : createRedactor(secretValuesOf(collected.map(({ recording }) => recording)));
  const packed = collected.map((each) => packCluster(each, redactor, { ...options, maxBytes: Math.floor(maxBytes / collected.length) }));
  const omitted = leftOut.map(({ context, reason }) => ({ context, name: context, objects: 0, logs: 0, leftOut: reason, missing: [] }));
  const index: ArchiveIndex = {
    format: ARCHIVE_FORMAT,
    formatVersion: ARCHIVE_VERSION,
    mcsVersion: version,
    createdAt: new Date(clock.now()).toISOString(),
    redacted: !includesSensitiveData,
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    types,
    ...(modules !== undefined && { modules }),
    clusters: [...packed.map(({ cluster }) => cluster), ...unread.map(describeUnread), ...omitted],
  };
  const shown = redactor.json(index) as ArchiveIndex;
  const told = redactor.json(report) as DiagnoseReport;
  const first = [
    { path: 'summary.md', text: renderSummary(shown, told) },
    { path: 'index.json', text: `${JSON.stringify(shown, undefined, 2)}\n` },
    { path: 'report.json', text: `${JSON.stringify(told, undefined, 2)}\n` },
  ];
  return { index: shown, files: [...first, ...packed.flatMap(({ files }) => files)] };
}

function describeUnread({ context, error }: UnreadCluster): ArchivedCluster {
  const { code, message, hints } = toMcsError(error);
  return { context, name: context, objects: 0, logs: 0, error: { code, message, hints }, missing: [] };
}

function packCluster({ member, recording, logs, missing }: Collected, redactor: Redactor, { clock, types, sinceSeconds, maxBytes }: GatherOptions): { readonly cluster: ArchivedCluster; readonly files: readonly TextFile[] } {
  const { context, state } = member;
  const folder = folderOf(context);
  const sinceTime = sinceSeconds === undefined ? -Infinity : clock.now() - sinceSeconds * 1000;
  const objects = types.includes('resources') ? renderRecording(recording, { redactor, own: ownNamespaces(member), sinceTime }) : [];
  const fitted = fitFiles({ objects, logs: logs.map((log) => renderLog(log, redactor)) }, maxBytes);
  const cluster: ArchivedCluster = {
    context,
    name: nameOf(member),
    folder,
    server: recording.server,
    ...(recording.serverTime !== undefined && { serverTime: recording.serverTime }),
    kubernetesVersion: state.kubernetesVersion,
    objects: types.includes('resources') ? [...recording.collections.values()].reduce((sum, each) => sum + each.objects.size, 0) : 0,
    logs: fitted.files.filter(({ path }) => path.startsWith('logs/')).length,
    missing: [...missing, ...fitted.missing],
  };
  return { cluster, files: fitted.files.map(({ path, text }) => ({ path: `clusters/${folder}/${path}`, text })) };
}
