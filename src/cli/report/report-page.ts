import type { DiagnoseReport } from '../../diagnose/report.ts';
import type { Latency } from '../../inspect/latency.ts';
import type { MatrixReport } from '../../inspect/matrix/make-matrix.ts';
import type { Topology } from '../../inspect/topology.ts';

/** All that a page shows. */
export interface ReportPage {
  readonly report: DiagnoseReport;
  readonly matrix: MatrixReport;
  /** Absent where there are too many clusters for a picture. */
  readonly topology?: Topology;
  readonly latencies: readonly Latency[];
  /** Pages of docs/checks by the ids of their checks, as Markdown. */
  readonly checkPages: ReadonlyMap<string, string>;
  /** When the clusters were as the page says. */
  readonly at: Date;
  /** Of the program that looked. */
  readonly version: string;
  /** Version of `mcs gather`, where it is about an archive. */
  readonly gatheredBy?: string;
}
