import { MEMBER_NAMESPACE, MEMBER_REJECTIONS } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import { brokerOf } from '../../inspect/same-set.ts';
import { isForbidden } from '../../kube/api-error.ts';
import { parseRejectionSummary, REJECTIONS_KEY, type RejectionSummary } from '../../sync/service/rejection-summary.ts';
import { type CheckOutcome, count, pass, skip, warn } from '../check.ts';
import { type ClusterCheck, type DiagnoseContext, kubectlFor, memberOf, subjectNameOf } from '../context.ts';

/** What this cluster refuses of others is right to be refused: the one to be told is the other cluster. */
export function judgeRejections(summary: RejectionSummary, kubectl: string, broker?: string): CheckOutcome {
  const members = Object.entries(summary);
  if (members.length === 0) return pass();
  const evidence = members.flatMap(([cluster, { total, reasons, examples }]) => {
    const tally = Object.entries(reasons).map(([reason, number]) => `${number} ${reason}`);
    return [`of "${cluster}": ${count(total, 'refusal')} (${tally.join(', ')})`, ...examples.slice(0, 2).map(({ object, message }) => `${object}: ${message}`)];
  });
  // what is left of members that are gone is taken away on the broker
  const isLeftOver = members.every(([, { reasons }]) => Object.keys(reasons).every((reason) => reason === 'UnknownMember'));
  const suspects = broker !== undefined && isLeftOver ? [{ cluster: broker, ids: ['MCS-SD-07'] }] : undefined;
  const outcome = warn(evidence, [`${kubectl} -n ${MEMBER_NAMESPACE} get configmap ${MEMBER_REJECTIONS} -o yaml`, 'mcs diagnose cidrs   # with the contexts of those clusters']);
  return { ...outcome, ...(suspects && { suspects }) };
}

function brokerNameOf({ cluster, fleet }: DiagnoseContext): string | undefined {
  const host = brokerOf(fleet, memberOf({ cluster }));
  return host && subjectNameOf(host, fleet);
}

async function readRejections({ cluster }: DiagnoseContext, signal: AbortSignal): Promise<RejectionSummary | undefined> {
  try {
    const map = await cluster.client.find(resources.configMaps, MEMBER_REJECTIONS, MEMBER_NAMESPACE, { signal });
    return parseRejectionSummary(map?.data?.[REJECTIONS_KEY]);
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

export const rejectionChecks: readonly ClusterCheck[] = [
  {
    id: 'MCS-SD-05',
    title: 'Nothing that other members write is refused here',
    topic: 'service-discovery',
    needs: ['MCS-DEP-01', 'MCS-DEP-09'],
    run: async (context, signal) => {
      const summary = await readRejections(context, signal);
      return summary === undefined ? skip(`needs the permission to "get" configmaps in ${MEMBER_NAMESPACE}`) : judgeRejections(summary, kubectlFor(context), brokerNameOf(context));
    },
  },
];
