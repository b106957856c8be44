import type { AddClusterResult, InstallHubResult, InstallServerResult, RemoveClusterResult, UninstallResult } from '../deployers/gateway-dns/index.ts';
import { labelled, plannedLines } from './present-deploy.ts';

const UNCHANGED = 'Everything stands as it should: nothing was changed';
const DRY_RUN = 'nothing was written. Give -o yaml to see the manifests';

interface Installed {
  readonly isUnchanged: boolean;
  readonly manifests?: string;
  readonly replaced?: readonly string[];
}

function outcomeRows({ isUnchanged, manifests, replaced = [] }: Installed): readonly (readonly [string, string] | undefined)[] {
  return [
    replaced.length === 0 ? undefined : [manifests === undefined ? 'Taken over' : 'Would take over', replaced.join(', ')],
    manifests === undefined ? undefined : ['Dry run', DRY_RUN],
    isUnchanged && manifests === undefined ? ['Changes', UNCHANGED] : undefined,
  ];
}

export function describeHub(result: InstallHubResult): string {
  const { namespace, suffix, clusters } = result;
  return labelled([
    ['Hub', `xcc-dns-controller, namespace ${namespace}`],
    ['Names', `<any>.gateway.<cluster>.<namespace>.clusters.${suffix}`],
    clusters.length === 0 ? undefined : ['Clusters', clusters.join(', ')],
    ...outcomeRows(result),
  ]);
}

export function describeServer(result: InstallServerResult): string {
  return labelled([['Name server', `dns-server, namespace ${result.namespace}`], ['Suffixes', result.suffixes.join(', ')], ...outcomeRows(result)]);
}

export function describeAddedCluster(result: AddClusterResult): string {
  const { cluster, server, account, expiresAt, secret, labels } = result;
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return labelled([
    ['Cluster', `${cluster} (${server})`],
    pairs.length === 0 ? undefined : ['Labels', pairs.join(', ')],
    account === undefined ? undefined : ['Account', account],
    expiresAt === undefined ? undefined : ['Good until', `${expiresAt}; the hub renews it before`],
    ['Kubeconfig', `Secret ${secret}`],
    ...outcomeRows(result),
  ]);
}

function tail(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

export function describeRemovedCluster({ cluster, planned, isUnchanged, stays }: RemoveClusterResult): string {
  const head = planned === undefined ? (isUnchanged ? `The hub does not know a cluster ${cluster}` : `The hub does not know cluster ${cluster} any more`) : plannedLines(planned);
  return [head, ...tail('Stays:', stays)].join('\n');
}

/** `what` reads "hub of gateway-dns". */
export function describeUninstalled({ namespace, stays, leftovers, isUnchanged, planned }: UninstallResult, what: string): string {
  const head = planned === undefined ? (isUnchanged ? `There is no ${what} in namespace ${namespace}` : `The ${what} is removed`) : plannedLines(planned);
  return [head, ...tail('Stays:', stays), ...tail('Left over:', leftovers.flatMap(({ object, command }) => [object, `  ${command}`]))].join('\n');
}
