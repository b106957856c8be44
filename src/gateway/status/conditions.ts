import type { Condition } from '../../api/types/index.ts';
import { formatHostProblems, type HostProblem } from '../../api/host-problems.ts';
import type { KeyProblem } from '../view/read-wireguard-keys.ts';

/** What a node's network is like. */
export interface NodeState {
  /** Undefined until it has been looked at. */
  readonly hostProblems: readonly HostProblem[] | undefined;
  /** Undefined until the first pass has ended. */
  readonly applied: { readonly isDone: boolean; readonly message: string } | undefined;
  /** Why there is nothing to encrypt the tunnels with, on a gateway that needs it. */
  readonly keyProblem?: KeyProblem | undefined;
}

type Draft = Omit<Condition, 'lastTransitionTime'>;

function hostReady(problems: NodeState['hostProblems']): Draft {
  const type = 'HostReady';
  if (problems === undefined) return { type, status: 'Unknown', reason: 'NotChecked', message: 'The node has not been looked at yet' };
  const [first] = problems;
  if (first === undefined) return { type, status: 'True', reason: 'Ready', message: '' };
  return { type, status: 'False', reason: first.reason, message: formatHostProblems(problems) };
}

function networkApplied({ applied, keyProblem }: NodeState): Draft {
  const type = 'NetworkApplied';
  if (keyProblem !== undefined) return { type, status: 'False', ...keyProblem };
  if (applied === undefined) return { type, status: 'Unknown', reason: 'Waiting', message: 'Nothing has been applied yet' };
  return applied.isDone ? { type, status: 'True', reason: 'Applied', message: '' } : { type, status: 'False', reason: 'ApplyFailed', message: applied.message };
}

/** A condition keeps its time as long as its status stays. */
export function buildConditions(state: NodeState, standing: readonly Condition[], now: string): Condition[] {
  return [hostReady(state.hostProblems), networkApplied(state)].map((draft) => {
    const before = standing.find(({ type, status }) => type === draft.type && status === draft.status);
    return { ...draft, lastTransitionTime: before?.lastTransitionTime ?? now };
  });
}
