import { BROKER_NAMESPACE, MEMBER_NAMESPACE, MIRROR_NAMESPACE } from '../api/names.ts';
import { namespaceRefusal } from '../sync/service/namespace-policy.ts';
import type { Namespaces } from './namespaces.ts';
import { type Offer, offersFor, readOffer, toTarget } from './offers.ts';
import type { MirrorSettings } from './settings.ts';
import type { SourceSession } from './source-session.ts';
import type { MirrorProblem, MirrorProblemReason } from './status.ts';
import type { TargetKey } from './target.ts';
import { chooseSource } from './translate/choose-source.ts';
import type { MirrorPlanInput } from './translate/plan-mirror.ts';

/** What one mirror shall be, and why not otherwise. */
export interface Wish {
  readonly winner?: MirrorPlanInput['winner'];
  readonly offer?: Offer | undefined;
  readonly problems: readonly MirrorProblem[];
  /** Nothing may be written now. */
  readonly isHeld: boolean;
  /** A source that is unknown has a say in it. */
  readonly isUndecided: boolean;
  /** The unknown source whose mirror stays meanwhile. */
  readonly keptOf?: string | undefined;
  /** The source whose Service waits for its namespace, as a normal state. */
  readonly waitsOf?: string | undefined;
}

export interface WishSources {
  /** Origin cluster of the mirror that stands; undefined where none of ours does. */
  readonly standingOrigin: string | undefined;
  readonly unknownSources: ReadonlySet<string>;
  /** In the order of the settings. */
  readonly sessions: readonly SourceSession[];
  readonly settings: MirrorSettings;
  readonly namespaces: Pick<Namespaces, 'state'>;
  /** Whether pods may have addresses on loopback. */
  readonly simulated: boolean;
}

const RESERVED = [MIRROR_NAMESPACE, MEMBER_NAMESPACE, BROKER_NAMESPACE];

/** Decides, from what is known alone, what shall stand under a key of the target. */
export function wishFor(key: TargetKey, sources: WishSources): Wish {
  const { sessions, simulated, standingOrigin, unknownSources } = sources;
  const at = toTarget(key);
  const offers = offersFor(key, sessions);
  const choice = chooseSource({ target: at, candidates: offers, standingOrigin, unknownSources });
  const isUndecided = choice.decision === 'keep' || offers.some(({ source }) => unknownSources.has(source));
  if (choice.decision === 'keep') return { problems: choice.problems, isHeld: true, isUndecided, keptOf: standingOrigin };
  const offer = offers.find((each) => each.source === choice.winner?.source && each.service === choice.winner.service);
  if (offer === undefined) return { problems: choice.problems, isHeld: false, isUndecided };
  const { record, problems: odd } = readOffer(offer, at, simulated);
  const problems = [...choice.problems, ...odd];
  // what cannot be read is unknown, and unknown differs from gone
  if (record === undefined) return { problems, isHeld: true, isUndecided };
  return place({ winner: { record, server: offer.session.server }, offer, problems, isHeld: false, isUndecided }, key, sources);
}

/** The wish, or why the namespace does not take the mirror. */
function place(wish: Wish & { readonly offer: Offer }, key: TargetKey, { settings, namespaces }: WishSources): Wish {
  const { namespace } = toTarget(key);
  const { targetNamespaces, denyNamespaces } = settings;
  const { offer, problems, isUndecided } = wish;
  const refusal = namespaceRefusal(namespace, { reserved: RESERVED, ...(targetNamespaces && { importNamespaces: targetNamespaces }), ...(denyNamespaces && { denyNamespaces }) });
  const complain = (reason: MirrorProblemReason, message: string): MirrorProblem[] => [...problems, problemOf(key, offer, reason, message)];
  if (refusal !== undefined) return { problems: complain('NamespaceRefused', refusal), isHeld: false, isUndecided };
  const state = namespaces.state(namespace);
  if (state === 'going') return { problems: complain('NamespaceTerminating', `namespace "${namespace}" is being deleted; the mirror comes when it is made anew`), isHeld: true, isUndecided };
  const policy = offer.session.settings.namespacePolicy;
  if (state === 'there' || policy === 'create') return wish;
  if (policy === 'skip') return { problems, isHeld: true, isUndecided, waitsOf: offer.source };
  return { problems: complain('NamespaceMissing', `namespace "${namespace}" does not exist`), isHeld: true, isUndecided };
}

/** What is amiss with the mirror of a key. */
export function problemOf(key: TargetKey, offer: Offer | undefined, reason: MirrorProblemReason, message: string): MirrorProblem {
  return { reason, source: offer?.source ?? '', service: offer?.service ?? '', target: key, message };
}
