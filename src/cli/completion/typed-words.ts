import type { ClusterSelection } from '../connect.ts';

export interface TypedSelection extends ClusterSelection {
  readonly namespace?: string;
}

/** Value of a flag in a command line that may not be complete. Shells hand `--flag=value` over as it is, or as three words. */
function findValue(line: string, names: readonly string[]): string | undefined {
  const match = new RegExp(String.raw`(?:^|\s)(?:${names.join('|')})(?:\s*=\s*|\s+)([^\s=-]\S*)`).exec(line);
  return match?.[1];
}

/** The cluster and namespace that a command line names, so far as it is typed. */
export function findTypedSelection(line: string): TypedSelection {
  const [kubeconfig, context, as, namespace] = [['--kubeconfig'], ['--context'], ['--as'], ['--namespace', '-n']].map((names) => findValue(line, names));
  return { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }), ...(as !== undefined && { as }), ...(namespace !== undefined && { namespace }) };
}
