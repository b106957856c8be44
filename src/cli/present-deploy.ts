import type { DeployBrokerResult, ExportServiceResult, JoinResult, LeaveResult, RemoveBrokerResult, UnexportServiceResult, UpgradeResult } from '../deployers/index.ts';

/** `Label:  value`, one a line. */
export function labelled(rows: readonly (readonly [string, string] | undefined)[]): string {
  const shown = rows.filter((row) => row !== undefined);
  const width = Math.max(...shown.map(([label]) => label.length)) + 2;
  return shown.map(([label, value]) => `${`${label}:`.padEnd(width)}${value}`).join('\n');
}

const UNCHANGED = 'Everything stands as it should: nothing was changed';

export function describeBroker({ server, namespace, components, file, joinKey, isUnchanged, manifests }: DeployBrokerResult): string {
  if (manifests !== undefined) return 'Dry run: nothing was written. Give -o yaml to see the manifests';
  return labelled([
    ['Broker', `${server}, namespace ${namespace}`],
    ['Components', components.join(', ')],
    file && ['File', `${file.path}, good until ${file.expiresAt}`],
    joinKey === undefined ? undefined : ['Join key', `${joinKey} (shown once; this workstation keeps it, others need it)`],
    isUnchanged ? ['Changes', UNCHANGED] : undefined,
  ]);
}

export function describeJoin({ clusterID, broker, podCIDRs, serviceCIDRs, plugin, components, isUnchanged, manifests }: JoinResult): string {
  return labelled([
    ['Cluster', clusterID],
    ['Broker', `${broker.server}, namespace ${broker.namespace}`],
    ['Pod CIDRs', podCIDRs.join(', ')],
    ['Service CIDRs', serviceCIDRs.join(', ')],
    plugin === undefined ? undefined : ['Network plugin', plugin],
    ['Components', components.join(', ')],
    manifests === undefined ? undefined : ['Dry run', 'nothing was written. Give -o yaml to see the manifests'],
    isUnchanged && manifests === undefined ? ['Changes', UNCHANGED] : undefined,
  ]);
}

function leftoverLines(leftovers: LeaveResult['leftovers']): string {
  return leftovers.length === 0 ? '' : `\nLeft over:\n${leftovers.map(({ object, command }) => `  ${object}\n    ${command}`).join('\n')}`;
}

/** What a dry run says. */
export function plannedLines(planned: readonly string[]): string {
  return ['Dry run: nothing was written. It would', ...planned.map((write) => `  ${write}`)].join('\n');
}

export function describeLeave({ clusterID, broker, leftovers, isUnchanged, planned }: LeaveResult): string {
  if (planned !== undefined) return plannedLines(planned);
  const left = clusterID === undefined ? 'This cluster is no member' : `Cluster "${clusterID}" has left the broker at ${broker ?? ''}`;
  return `${left}${isUnchanged ? ': nothing was there to remove' : ''}${leftoverLines(leftovers)}`;
}

export function describeRemoval({ namespace, leftovers, isUnchanged, planned }: RemoveBrokerResult): string {
  if (planned !== undefined) return plannedLines(planned);
  return `${isUnchanged ? `There is no broker in namespace ${namespace}` : `The broker in namespace ${namespace} is removed`}${leftoverLines(leftovers)}`;
}

export function describeUpgrade({ parts, isUnchanged, manifests }: UpgradeResult): string {
  const versions = parts.map(({ part, from, to }) => `The ${part} in this cluster ${from === to ? `is of version ${to}` : `${manifests === undefined ? 'went' : 'would go'} from version ${from || 'unknown'} to ${to}`}`);
  if (isUnchanged) return [...versions, UNCHANGED].join('\n');
  if (manifests === undefined) return versions.join('\n');
  return [...versions, plannedLines(parts.flatMap(({ changes }) => changes)), 'Give -o yaml to see the manifests'].join('\n');
}

export function describeExport({ name, namespace, dnsName, serviceExists, isUnchanged, manifests }: ExportServiceResult): string {
  if (manifests !== undefined) return 'Dry run: nothing was written. Give -o yaml to see the manifest';
  if (!serviceExists) return `Service ${namespace}/${name} will be exported as ${dnsName} as soon as it exists`;
  return `Service ${namespace}/${name} is ${isUnchanged ? 'exported already' : 'exported'} as ${dnsName}`;
}

export function describeUnexport({ name, namespace, planned }: UnexportServiceResult): string {
  return planned === undefined ? `Service ${namespace}/${name} is no longer exported` : plannedLines(planned);
}
