import type { AcceptResult, CreateTokenResult, RepinResult, RevokeResult, RotateResult, WaitingJoin } from '../deployers/index.ts';
import type { CredentialsReport, JoinTokenRow } from '../inspect/credentials.ts';
import { labelled, plannedLines } from './present-deploy.ts';
import type { Section } from './sections.ts';

/** `2026-01-02 15:04Z`: seconds matter to nobody here. */
function shortTime(time: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(time) ? `${time.slice(0, 10)} ${time.slice(11, 16)}Z` : time;
}

function usesOf({ uses, maxUses }: JoinTokenRow): string {
  return `${uses} of ${maxUses ?? 'any'}`;
}

export function joinTokenSection({ joinTokens, hiddenTokens }: Pick<CredentialsReport, 'joinTokens' | 'hiddenTokens'>): Section {
  const rows = joinTokens.map((token) => [token.context, token.id, token.clusterID === '' ? 'any' : token.clusterID, usesOf(token), token.approve ? 'yes' : 'no', shortTime(token.expiresAt), token.state]);
  const empty = hiddenTokens.length === 0 ? 'no join token' : `the join tokens in ${hiddenTokens.join(', ')} may not be listed by this user`;
  return { title: 'Join tokens', columns: ['BROKER', 'ID', 'CLUSTER', 'USED', 'APPROVAL', 'EXPIRES', 'STATE'], rows, empty };
}

/** The tables of `mcs show credentials`. */
export function credentialSections(report: CredentialsReport): readonly Section[] {
  const rows = report.credentials.map(({ cluster, broker, issuedAt, expiresAt, renewsAt, state }) => [cluster, broker, shortTime(issuedAt), shortTime(expiresAt), shortTime(renewsAt), state]);
  return [{ title: 'Members', columns: ['CLUSTER', 'BROKER', 'ISSUED', 'EXPIRES', 'RENEWS', 'STATE'], rows, empty: 'no member in these clusters' }, joinTokenSection(report)];
}

/** `sha256:... and sha256:...`, whole, for people who compare them. */
export function describePins(pins: readonly string[]): string {
  return pins.length === 0 ? "the system's trust store" : pins.join(' and ');
}

export function describeRotation({ server, before, after, members, isUnchanged, manifests }: RotateResult): string {
  if (manifests !== undefined) return 'Dry run: nothing was written. Give -o yaml to see the manifest';
  return labelled([
    ['Broker', server],
    ['Authorities before', describePins(before)],
    ['Authorities now', describePins(after)],
    ['Members', members.length === 0 ? 'none' : members.join(', ')],
    isUnchanged ? ['Changes', 'nothing: these were published already'] : undefined,
  ]);
}

export function describeRepin({ clusterID, broker, before, after, isUnchanged, planned }: RepinResult): string {
  if (planned !== undefined) return planned.length === 0 ? 'Dry run: the authority is the same; nothing would be written' : `${plannedLines(planned)}\nFrom ${describePins(before)}\nto   ${describePins(after)}`;
  return isUnchanged ? `Cluster "${clusterID}" trusts that authority already` : `Cluster "${clusterID}" now trusts the broker at ${broker} by ${describePins(after)}`;
}

const shortPin = (pin: string): string => pin.slice(0, 'sha256:'.length + 12);

/** What the tables leave out: members that trust more or less than others of the same broker. */
export function credentialRemarks({ credentials }: CredentialsReport): readonly string[] {
  const members = credentials.filter(({ state }) => state !== 'hidden');
  const trust = new Set(members.map(({ broker, caPins }) => `${broker} ${[...caPins].sort().join()}`));
  const brokers = new Set(members.map(({ broker }) => broker));
  if (trust.size === brokers.size && members.every(({ caPins }) => caPins.length <= 1)) return [];
  return members.map(({ cluster, caPins }) => `${cluster} trusts ${caPins.length === 0 ? "the system's trust store" : caPins.map(shortPin).join(' and ')}`);
}

export function describeCreatedToken(result: CreateTokenResult): string {
  if (result.manifests !== undefined) return 'Dry run: nothing was written. Give -o yaml to see the manifest';
  const { server, namespace, clusterID, maxUses, approve, tokenID, file, joinKey } = result;
  return labelled([
    ['Broker', `${server}, namespace ${namespace}`],
    tokenID === undefined ? undefined : ['Join token', tokenID],
    ['Good for', `${clusterID === undefined ? 'any cluster id' : `cluster id "${clusterID}"`}, ${maxUses === undefined ? 'any number of clusters' : `${maxUses} ${maxUses === 1 ? 'cluster' : 'clusters'}`}${approve ? ', each after mcs accept' : ''}`],
    file && ['File', `${file.path}, good until ${file.expiresAt}`],
    joinKey === undefined ? undefined : ['Join key', `${joinKey} (shown once; this workstation keeps it, others need it)`],
  ]);
}

export function describeRevocation({ tokens, ejected, stillUsable, planned }: RevokeResult): string {
  if (planned !== undefined) return plannedLines(planned);
  const revoked = tokens.map((id) => `Join token ${id} is revoked: nobody can join with it any more, at the latest in 10 s`);
  const out = ejected === undefined ? [] : [`Cluster "${ejected}" is ejected: its rights are gone, and its token is refused at the latest in 10 s`];
  const open = stillUsable.length === 0 ? [] : [`It could join again with: ${stillUsable.join(', ')}`];
  return [...revoked, ...out, ...open].join('\n');
}

export function describeApproval({ approval, join, planned }: AcceptResult): string {
  if (planned !== undefined) return plannedLines(planned);
  return `Cluster "${join.clusterID}" (${join.fingerprint}) is ${approval === 'accept' ? 'accepted' : 'denied'}`;
}

export function waitingSection(waiting: readonly WaitingJoin[]): Section {
  const rows = waiting.map(({ clusterID, fingerprint, podCIDRs, serviceCIDRs, tokenID, since }) => [clusterID, fingerprint, podCIDRs.join(', '), serviceCIDRs.join(', '), tokenID, shortTime(since)]);
  return { title: 'Waiting', columns: ['CLUSTER', 'FINGERPRINT', 'POD CIDRS', 'SERVICE CIDRS', 'JOIN TOKEN', 'SINCE'], rows, empty: 'no cluster waits to be accepted' };
}
