import type { DiagnoseReport } from '../../diagnose/report.ts';
import { findLatencies } from '../../inspect/latency.ts';
import { makeMatrix } from '../../inspect/matrix/make-matrix.ts';
import type { Fleet } from '../../inspect/survey-fleet.ts';
import { makeTopology } from '../../inspect/topology.ts';
import { readCheckPages } from './read-check-pages.ts';
import { writeReportFile } from './report-file.ts';
import type { ReportPage } from './report-page.ts';
import { MAX_DRAWN } from './render-topology.ts';
import { renderReport } from './render-report.ts';

/** What was looked at, by whom, and when. */
export interface ReportSource extends Pick<ReportPage, 'at' | 'version' | 'gatheredBy'> {
  /** Where `docs/checks` is. */
  readonly packageRoot: string;
}

/** Writes what `diagnose` found as a page to a file. Throws MCS_REPORT_WRITE. */
export async function writeReport(path: string, report: DiagnoseReport, fleet: Fleet, { packageRoot, ...source }: ReportSource): Promise<void> {
  const matrix = makeMatrix(fleet);
  const topology = matrix.clusters.length > MAX_DRAWN ? undefined : makeTopology(fleet);
  const checkPages = await readCheckPages(packageRoot, report);
  await writeReportFile(path, renderReport({ ...source, report, matrix, latencies: findLatencies(fleet), checkPages, ...(topology !== undefined && { topology }) }));
}
