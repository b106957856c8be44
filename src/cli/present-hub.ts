import type { HubJoinResult, HubReport, HubUnjoinResult, InstallHubResult, UninstallHubResult } from '../deployers/hub/index.ts';
import { labelled, plannedLines } from './present-deploy.ts';
import type { Section } from './sections.ts';

const UNCHANGED = 'Everything stands as it should: nothing was changed';
const DRY_RUN = 'nothing was written. Give -o yaml to see the manifests';

type Row = readonly [string, string] | undefined;

function changes(isUnchanged: boolean, manifests: string | undefined): Row {
  if (manifests !== undefined) return ['Dry run', DRY_RUN];
  return isUnchanged ? ['Changes', UNCHANGED] : undefined;
}

export function describeInstalledHub({ hubID, namespace, isUnchanged, manifests }: InstallHubResult): string {
  return labelled([['Hub', `${hubID}, namespace ${namespace}`], changes(isUnchanged, manifests)]);
}

export function describeHubJoin({ clusterID, hubID, server, podCIDRs, serviceCIDRs, expiresAt, isUnchanged, manifests }: HubJoinResult): string {
  return labelled([
    ['Member', clusterID],
    ['Hub', hubID],
    ['Server', server],
    ['Pod CIDRs', podCIDRs.join(', ')],
    ['Service CIDRs', serviceCIDRs.join(', ')],
    expiresAt === undefined ? undefined : ['Credential', `good until ${expiresAt}; the hub renews it before`],
    changes(isUnchanged, manifests),
  ]);
}

function leftoverLines(leftovers: HubUnjoinResult['leftovers']): string[] {
  return leftovers.length === 0 ? [] : ['Left over:', ...leftovers.flatMap(({ object, command }) => [`  ${object}`, `    ${command}`])];
}

export function describeHubUnjoin({ clusterID, hubID, leftovers, isUnchanged, planned }: HubUnjoinResult): string {
  if (planned !== undefined) return plannedLines(planned);
  const head = isUnchanged ? `${hubID} has no member "${clusterID}", and nothing of it was there to remove` : `Member "${clusterID}" is taken out of ${hubID}`;
  return [head, ...leftoverLines(leftovers)].join('\n');
}

export function describeUninstalledHub({ stays, leftovers, members, isUnchanged, planned }: UninstallHubResult): string {
  if (planned !== undefined) return plannedLines(planned);
  const left = members.map((id) => `  member "${id}", as it is: mcs hub unjoin ${id} --from <context>`);
  return [isUnchanged ? 'There is no hub in this cluster' : 'The hub is removed', ...(stays.length + left.length > 0 ? ['Stays:', ...stays.map((line) => `  ${line}`), ...left] : []), ...leftoverLines(leftovers)].join('\n');
}

/** The tables of `mcs hub status`. */
export function hubSections({ hubID, namespace, version, life, evidence, members, problems }: HubReport): readonly Section[] {
  return [
    { title: 'Hub', columns: ['HUB', 'NAMESPACE', 'VERSION', 'STATE'], rows: [[hubID, namespace, version, `${life}: ${evidence}`]], empty: '' },
    { title: 'Members', columns: ['MEMBER', 'STATE', 'SERVICES', 'POD CIDRS', 'SERVER', 'MESSAGE'], rows: members.map((member) => [member.clusterID, member.state, String(member.services), member.podCIDRs.join(','), member.server, member.message]), empty: 'none yet: mcs hub join <name> --from <context>' },
    ...(problems.length === 0 ? [] : [{ title: 'Problems', columns: ['MESSAGE'], rows: problems.map((message) => [message]), empty: '' }]),
  ];
}

/** One line for the hub and one for each member. */
export function shortHub({ hubID, life, members }: HubReport): string {
  return [`${hubID} ${life}`, ...members.map(({ clusterID, state, services }) => `${clusterID} ${state} ${services}`)].join('\n');
}
