import type { ClusterLocalKey } from '../api/cluster-local.ts';
import type { ChangeClusterLocalResult } from '../deployers/index.ts';
import type { ClusterLocalReport, ClusterLocalRow } from '../inspect/cluster-local/cluster-local-report.ts';
import type { Section } from './sections.ts';

function describeNamespaces(text: string): string {
  if (text === '') return 'off';
  return text === '*' ? 'all namespaces' : text.replaceAll(',', ', ');
}

const TITLES: Readonly<Record<ClusterLocalKey, string>> = { fallthrough: 'Fallthrough', reflection: 'Reflection' };

export function describeClusterLocalChange({ key, before, after, isUnchanged, manifests }: ChangeClusterLocalResult): string {
  const state = `${TITLES[key]}: ${describeNamespaces(after)}`;
  if (isUnchanged) return `${state} (unchanged)`;
  const change = `${state} (before: ${describeNamespaces(before)})`;
  return manifests === undefined ? change : `${change}\nDry run: nothing was written. Give -o yaml to see the manifest`;
}

/** What is wanted and what is: the one comes from a user, the other from the controller. */
function wiringState({ fallthrough, wiring }: ClusterLocalRow): readonly [string, string] {
  if (wiring !== undefined) return [wiring.state, wiring.message];
  return fallthrough === '' ? ['off', ''] : ['unknown', 'the controller has said nothing yet'];
}

function fallthroughSections({ clusters }: ClusterLocalReport): readonly Section[] {
  const rows = clusters.map((row) => [row.cluster, describeNamespaces(row.fallthrough), ...wiringState(row)]);
  return [{ title: TITLES.fallthrough, columns: ['CLUSTER', 'NAMESPACES', 'CLUSTER DNS', 'DETAIL'], rows, empty: 'no member in these clusters' }];
}

function reflectionSections({ clusters }: ClusterLocalReport): readonly Section[] {
  const rows = clusters.map(({ cluster, reflection, reflected, unreflected }) => [cluster, describeNamespaces(reflection), String(reflected.length), String(unreflected.length)]);
  const services = clusters.flatMap(({ cluster, reflected }) => reflected.map(({ service, of, from, address, readyEndpoints }) => [cluster, service, of, from, address, String(readyEndpoints)]));
  const missing = clusters.flatMap(({ cluster, unreflected }) => unreflected.map(({ service, message }) => [cluster, service, message.split('\n')[0] ?? '']));
  return [
    { title: TITLES.reflection, columns: ['CLUSTER', 'NAMESPACES', 'SERVICES', 'MISSING'], rows, empty: 'no member in these clusters' },
    ...(services.length === 0 ? [] : [{ title: 'Services', columns: ['CLUSTER', 'SERVICE', 'OF', 'FROM', 'ADDRESS', 'READY ENDPOINTS'], rows: services, empty: '' }]),
    ...(missing.length === 0 ? [] : [{ title: 'Missing', columns: ['CLUSTER', 'OF', 'BECAUSE'], rows: missing, empty: '' }]),
  ];
}

/** The tables of `mcs fallthrough status` and `mcs reflection status`. */
export function clusterLocalSections(report: ClusterLocalReport, key: ClusterLocalKey): readonly Section[] {
  return key === 'fallthrough' ? fallthroughSections(report) : reflectionSections(report);
}

/** What to do where names do not fall through; `asTyped` as in BaseCommand. */
export function fallthroughCures({ clusters }: Pick<ClusterLocalReport, 'clusters'>, asTyped: (command: string) => string): readonly string[] {
  return clusters.flatMap(({ cluster, wiring }) => (wiring === undefined || wiring.hints.length === 0 ? [] : [`Names do not fall through in "${cluster}"`, ...wiring.hints.map((hint) => `  Try: ${asTyped(hint)}`)]));
}
