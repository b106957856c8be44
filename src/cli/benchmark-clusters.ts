import { McsError } from '../base/errors.ts';
import type { ClusterSelection } from './connect.ts';
import { splitList } from './split-list.ts';

/** How the clusters of a benchmark are named. */
export interface BenchmarkSelection extends ClusterSelection {
  readonly tocontext?: string | undefined;
  readonly toconfig?: string | undefined;
  readonly contexts?: string | undefined;
  readonly 'intra-cluster': boolean;
}

/** The one or two clusters that the flags name. Throws MCS_USAGE. */
export function chooseBenchmarkClusters(flags: BenchmarkSelection): readonly [ClusterSelection, ClusterSelection?] {
  const { as, context, kubeconfig, toconfig, tocontext } = flags;
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
