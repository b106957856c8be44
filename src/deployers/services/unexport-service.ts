import { EXPORT_POLICY, EXPORT_WISH } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskResult } from '../../base/tasks.ts';
import { isNotFound } from '../../kube/api-error.ts';
import type { DeployContext } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { Steps } from '../steps.ts';

export interface UnexportServiceOptions {
  readonly name: string;
  readonly namespace: string;
  readonly dryRun?: boolean;
}

export interface UnexportServiceResult {
  readonly name: string;
  readonly namespace: string;
  readonly steps: readonly TaskResult[];
  /** What a dry run would have written. */
  readonly planned?: readonly string[];
}

/** Throws MCS_EXPORTED_BY_POLICY for what would come back at once. */
async function requireOwnExport({ client, signal }: DeployContext, name: string, namespace: string): Promise<void> {
  const policy = (await client.find(resources.serviceExports, name, namespace, { signal }))?.metadata.labels?.[EXPORT_POLICY];
  if (policy === undefined) return;
  throw new McsError('MCS_EXPORTED_BY_POLICY', `Cannot unexport service "${namespace}/${name}": policy "${policy}" exports it, and would do so again`, {
    hints: [`kubectl -n ${namespace} annotate service ${name} ${EXPORT_WISH}=false`, 'mcs show policies'],
  });
}

/** Ends the sharing of a Service. Throws MCS_SERVICE_NOT_EXPORTED where it is not shared, and MCS_EXPORTED_BY_POLICY. */
export async function unexportService(given: DeployContext, { name, namespace, dryRun = false }: UnexportServiceOptions): Promise<UnexportServiceResult> {
  const { context, planned } = dryRun ? dryRunOf(given) : { context: given };
  const steps = new Steps(context);
  await steps.do('Delete the ServiceExport', async ({ signal }) => {
    await requireOwnExport(context, name, namespace);
    try {
      await context.client.delete(resources.serviceExports, name, namespace, { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      throw new McsError('MCS_SERVICE_NOT_EXPORTED', `Cannot unexport service "${namespace}/${name}": it is not exported`, { hints: ['kubectl get serviceexports -A'], cause: error });
    }
    return { state: 'deleted', detail: `${namespace}/${name}` };
  });
  return { name, namespace, steps: steps.results, ...(planned && { planned }) };
}
