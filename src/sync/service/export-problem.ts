import type { Service } from '../../api/types/index.ts';
import { isCopy } from '../ownership.ts';
import { clusterIPsOf, kindOf } from './service-record.ts';

/** What stands between a Service and its export. */
export type ExportProblem = 'NoService' | 'ExternalName' | 'Copy' | 'NoAddress';

/** Why a Service cannot be exported as it is; undefined where it can. */
export function findExportProblem(service: Service | undefined): ExportProblem | undefined {
  if (service === undefined || service.metadata.deletionTimestamp !== undefined) return 'NoService';
  if (isCopy(service)) return 'Copy';
  const kind = kindOf(service);
  if (kind === 'ExternalName') return 'ExternalName';
  return kind === 'ClusterSetIP' && clusterIPsOf(service).length === 0 ? 'NoAddress' : undefined;
}

export interface InvalidExport {
  /** As the MCS API has it. */
  readonly reason: 'NoService' | 'InvalidServiceType';
  readonly message: string;
}

const INVALID: Readonly<Partial<Record<ExportProblem, (service: string) => InvalidExport>>> = {
  NoService: (service) => ({ reason: 'NoService', message: `Service "${service}" does not exist` }),
  ExternalName: () => ({ reason: 'InvalidServiceType', message: 'A Service of type ExternalName cannot be exported' }),
  Copy: () => ({ reason: 'InvalidServiceType', message: 'The Service is itself a copy made by mcs, which is never exported' }),
};

/** What cannot be exported at all, whatever the broker says; undefined for what only has to wait. */
export function describeInvalid(problem: ExportProblem | undefined, service: string): InvalidExport | undefined {
  return problem === undefined ? undefined : INVALID[problem]?.(service);
}
