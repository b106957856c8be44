import { MEMBER_NAMESPACE } from '../../api/names.ts';
import type { Looked } from '../../base/looked.ts';
import { brokerOf } from '../../inspect/same-set.ts';
import type { BrokerLayer, BrokerPath, BrokerStep } from '../../probe/broker/broker-path.ts';
import { describeCallError, describeDnsError } from '../call-errors.ts';
import { type CheckOutcome, fail, pass, skip, type Suspect } from '../check.ts';
import { type ClusterCheck, type DiagnoseContext, kubectlFor, memberOf, subjectNameOf } from '../context.ts';
import { readPodProbe } from '../probes/run-pod-probe.ts';

/** What cures a broken layer depends on who is asked to cure it. */
interface View {
  /** Context of the member, and `kubectl` for it. */
  readonly context: string;
  readonly kubectl: string;
  /** Context of the cluster that hosts the broker; undefined where that is not among those that were read. */
  readonly brokerContext: string | undefined;
}

type Broken = Pick<BrokerPath, 'host' | 'namespace' | 'port' | 'server'> & { readonly step: BrokerStep };

interface LayerFacts {
  readonly id: string;
  readonly title: string;
  readonly needs: readonly string[];
  readonly layer: BrokerLayer;
  /** What a person would call the fault. */
  explain(broken: Broken): readonly string[];
  cures(broken: Broken, view: View): readonly string[];
}

const rejoin = ({ context }: View): string => `mcs join broker-info.subm --context ${context}`;
const brokerKubectl = ({ brokerContext }: View, namespace: string): string => `kubectl --context ${brokerContext ?? '<broker>'} -n ${namespace}`;
const policies = ({ kubectl }: View): string => `${kubectl} -n ${MEMBER_NAMESPACE} get networkpolicies`;

function curesOfTls({ host, port, step: { code } }: Broken, view: View): readonly string[] {
  if (code === 'AUTHORITY_MISMATCH') return ['Make sure that nobody stands between the members and the broker', `mcs recover-broker-info --context ${view.brokerContext ?? '<broker>'}   # if the broker has a new authority`, `${rejoin(view)} --repin`];
  if (code === 'NAME_MISMATCH') return [`${rejoin(view)} --broker-url https://<a name that the certificate has>:${port}`];
  if (code === 'EXPIRED') return ["Renew the certificate of the broker's API server, and look at the clocks of both machines"];
  return [`openssl s_client -connect ${host}:${port} -showcerts </dev/null   # from a node of the member`];
}

const LAYERS: readonly LayerFacts[] = [
  {
    id: 'MCS-BRK-02',
    title: 'A pod finds the address of the broker',
    needs: ['MCS-DEP-08'],
    layer: 'name',
    explain: ({ host, step: { code = '' } }) => [`a pod asked for "${host}": ${describeDnsError(code)}`],
    cures: ({ port }, view) => [`${view.kubectl} -n kube-system get pods -l k8s-app=kube-dns`, `${rejoin(view)} --broker-url https://<address>:${port}`],
  },
  {
    id: 'MCS-BRK-03',
    title: 'A pod connects to the broker',
    needs: ['MCS-BRK-02'],
    layer: 'tcp',
    explain: ({ step: { code = '', seen } }) => [`${seen.join(', ')}: ${describeCallError(code)}`],
    cures: ({ host, port }, view) => [`Let TCP ${port} pass from the nodes of this cluster to ${host}`, policies(view), `kubectl --context ${view.brokerContext ?? '<broker>'} get --raw /readyz`],
  },
  {
    id: 'MCS-BRK-04',
    title: 'The broker shows a certificate of the pinned authority',
    needs: ['MCS-BRK-03'],
    layer: 'tls',
    explain: ({ step: { code = '', seen } }) => [`TLS failed: ${code}`, ...seen],
    cures: curesOfTls,
  },
  {
    id: 'MCS-BRK-05',
    title: 'The broker accepts the credential of the member',
    needs: ['MCS-BRK-04', 'MCS-DEP-03', 'MCS-DEP-09'],
    layer: 'credential',
    explain: ({ step: { seen } }) => seen,
    cures: (_broken, view) => [rejoin(view)],
  },
  {
    id: 'MCS-BRK-06',
    title: 'The member has its rights on the broker',
    needs: ['MCS-BRK-05'],
    layer: 'permission',
    explain: ({ step: { seen } }) => seen,
    cures: ({ namespace }, view) => [`${brokerKubectl(view, namespace)} get rolebindings`, `${rejoin(view)}   # the desk gives it its rights again`],
  },
  {
    id: 'MCS-BRK-07',
    title: 'The member reads and writes on the broker',
    needs: ['MCS-BRK-06'],
    layer: 'use',
    explain: ({ step: { seen } }) => seen,
    cures: ({ namespace }, view) => [`${brokerKubectl(view, namespace)} describe quota`, `kubectl --context ${view.brokerContext ?? '<broker>'} get --raw /readyz`],
  },
];

/** How one layer of the way to the broker did; those behind a broken one were not tried. */
export function judgeLayer(id: string, path: BrokerPath, view: View): CheckOutcome {
  const facts = LAYERS.find((layer) => layer.id === id);
  const step = path.steps.find(({ layer }) => layer === facts?.layer);
  if (facts === undefined || step === undefined) return skip('not tried: an earlier layer of the way is broken');
  if (step.isOk) return pass(...step.seen.slice(0, 1)); // a certificate has many names
  const broken = { ...path, step };
  return fail([`broker ${path.server}, port ${path.port}`, ...facts.explain(broken)], facts.cures(broken, view));
}

/** What explains that something of a member does not arrive at the broker. */
export function brokerSuspects({ cluster, fleet }: Pick<DiagnoseContext, 'cluster' | 'fleet'>): readonly Suspect[] {
  return [{ cluster: subjectNameOf(cluster, fleet), ids: LAYERS.map(({ id }) => id) }];
}

/** Contexts that could not be read, of the API server that has the broker: it explains what no member can cure. */
function unreadBrokers({ fleet }: DiagnoseContext, { server }: BrokerPath): readonly Suspect[] {
  return fleet.unread.filter(({ error }) => error.details.server === server).map(({ context }) => ({ cluster: context, ids: ['MCS-API-01'] }));
}

function viewOf(context: DiagnoseContext): View {
  return { context: context.cluster.context, kubectl: kubectlFor(context), brokerContext: brokerOf(context.fleet, memberOf(context))?.context };
}

async function readPath(context: DiagnoseContext, signal: AbortSignal): Promise<Looked<BrokerPath>> {
  const looked = await readPodProbe(context, signal);
  if ('reason' in looked) return looked;
  return looked.found.result.broker ?? { reason: 'not tested: the pod did not try' };
}

/** Checks of members, by a pod beside their agents: the first broken layer of the way to the broker. */
export const brokerPathChecks: readonly ClusterCheck[] = LAYERS.map(({ id, needs, title }) => ({
  id,
  title,
  topic: 'deployment',
  needs,
  run: async (context, signal) => {
    const looked = await readPath(context, signal);
    if ('reason' in looked) return skip(looked.reason);
    const suspects = unreadBrokers(context, looked.found);
    return { ...judgeLayer(id, looked.found, viewOf(context)), ...(suspects.length > 0 && { suspects }) };
  },
}));
