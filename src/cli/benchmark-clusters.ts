import { McsError } from '../base/errors.ts';
import type { ClusterPair } from '../verify/propagation/stages.ts';
import type { ClusterSelection, ConnectedCluster } from './connect.ts';
import { splitList } from './split-list.ts';

/** How the clusters of a benchmark are named. */
export interface BenchmarkSelection extends ClusterSelection {
  readonly tocontext?: string | undefined;
  readonly toconfig?: string | undefined;
  readonly contexts?: string | undefined;
  readonly 'intra-cluster': boolean;
}

/** Not by oclif's `exclusive`, which would fill the line of usage. Throws MCS_USAGE where a second cluster is named in two ways. */
function refuseSecondBeside(flags: Omit<BenchmarkSelection, 'intra-cluster'> & Partial<BenchmarkSelection>): void {
  const second = (['tocontext', 'toconfig'] as const).find((name) => flags[name] !== undefined);
  const beside = flags.contexts === undefined ? (flags['intra-cluster'] === true ? 'intra-cluster' : undefined) : 'contexts';
  if (second !== undefined && beside !== undefined) throw new McsError('MCS_USAGE', `Cannot use --${second} with --${beside}: each says by itself which clusters are meant`, { hints: ['--context west --tocontext east'] });
}

/** The one or two clusters that the flags name. Throws MCS_USAGE. */
export function chooseBenchmarkClusters(flags: BenchmarkSelection): readonly [ClusterSelection, ClusterSelection?] {
  const { as, context, kubeconfig, toconfig, tocontext } = flags;
  refuseSecondBeside(flags);
  const list = splitList(flags.contexts);
  if (list !== undefined) {
    const [from, to, ...more] = list;
    const wanted = flags['intra-cluster'] ? 1 : 2;
    if (list.length !== wanted || more.length > 0) throw new McsError('MCS_USAGE', `Cannot use --contexts "${flags.contexts ?? ''}": ${wanted === 1 ? 'within a cluster it names one' : 'between clusters it names two'}`, { hints: ['--contexts west,east', '--context west --intra-cluster'] });
    return to === undefined ? [{ kubeconfig, as, context: from }] : [{ kubeconfig, as, context: from }, { kubeconfig, as, context: to }];
  }
  const first = { kubeconfig, as, context };
  return tocontext === undefined && toconfig === undefined ? [first] : [first, { kubeconfig: toconfig ?? kubeconfig, as, context: tocontext }];
}

/** Clusters between which something is timed: those that `--contexts` lists, each with each, or from `--context` to `--tocontext`. Throws MCS_USAGE. */
export function chooseTimedClusters(flags: Omit<BenchmarkSelection, 'intra-cluster'>): readonly ClusterSelection[] {
  refuseSecondBeside(flags);
  const list = splitList(flags.contexts);
  const chosen = list === undefined ? chooseBenchmarkClusters({ ...flags, 'intra-cluster': false }).flatMap((each) => each ?? []) : list.map((context) => ({ kubeconfig: flags.kubeconfig, as: flags.as, context }));
  if (chosen.length < 2) throw new McsError('MCS_USAGE', 'Cannot time what goes from cluster to cluster: name two or more', { hints: ['--context west --tocontext east', '--contexts west,east'] });
  return chosen;
}

/** From which cluster to which: all ways between those that were listed, else the one from the first to the second. Throws MCS_USAGE. */
export function pairClusters(clusters: readonly Pick<ConnectedCluster, 'context'>[], isListed: boolean): readonly ClusterPair[] {
  const names = clusters.map(({ context }) => context);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new McsError('MCS_USAGE', `Cannot time between two clusters that are both "${twice}"`, { hints: ['--context west --tocontext east', 'kubectl config rename-context OLD NEW'] });
  const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to })));
  return isListed ? pairs : pairs.slice(0, 1);
}
