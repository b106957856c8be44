import type { CredentialResult, InstallEmitterResult, InstallMirrorResult, RevokeCredentialResult, UninstallMirrorResult } from '../deployers/mirror/index.ts';
import { labelled, plannedLines } from './present-deploy.ts';

const UNCHANGED = 'Everything stands as it should: nothing was changed';
const DRY_RUN = 'nothing was written. Give -o yaml to see the manifests';

const list = (names: readonly string[]): string | undefined => (names.length === 0 ? undefined : names.join(', '));

function row(label: string, value: string | undefined): readonly [string, string] | undefined {
  return value === undefined ? undefined : [label, value];
}

export function describeInstalledMirror({ name, namespace, sources, keptSources, removedSources, isUnchanged, manifests }: InstallMirrorResult): string {
  return labelled([
    ['Mirror', `${name}, namespace ${namespace}`],
    row('Sources', list(sources.map((source) => (source.name === source.server ? source.server : `${source.name} (${source.server})`)))),
    row('Kept as they were', list(keptSources)),
    row('No longer mirrored', list(removedSources)),
    manifests === undefined ? undefined : ['Dry run', DRY_RUN],
    isUnchanged && manifests === undefined ? ['Changes', UNCHANGED] : undefined,
  ]);
}

export function describeInstalledEmitter({ namespace, isUnchanged, manifests }: InstallEmitterResult): string {
  return labelled([
    ['Emitter', `mcs-emitter, namespace ${namespace}`],
    manifests === undefined ? undefined : ['Dry run', DRY_RUN],
    isUnchanged && manifests === undefined ? ['Changes', UNCHANGED] : undefined,
  ]);
}

/** Everything but the kubeconfig itself, which is printed or written apart. */
export function describeCredential({ account, namespace, server, expiresAt, manifests }: CredentialResult, file: string | undefined): string {
  return labelled([
    ['Account', `${namespace}/${account}`],
    ['Server', server],
    row('Good until', expiresAt === undefined ? undefined : `${expiresAt}; a mirror renews it before`),
    row('Kubeconfig', file),
    manifests === undefined ? undefined : ['Dry run', DRY_RUN],
  ]);
}

export function describeRevocation({ account, namespace, isUnchanged, planned }: RevokeCredentialResult): string {
  if (planned !== undefined) return plannedLines(planned);
  return isUnchanged ? `There is no account ${namespace}/${account}` : `Account ${namespace}/${account} is removed; the API server refuses its tokens within some 10 s`;
}

export function describeUninstalledMirror({ name, namespace, stays, leftovers, isUnchanged, planned }: UninstallMirrorResult): string {
  const head = planned === undefined ? (isUnchanged ? `There is no mirror "${name}" in namespace ${namespace}` : `Mirror "${name}" is removed`) : plannedLines(planned);
  const left = leftovers.flatMap(({ object, command }) => [`  ${object}`, `    ${command}`]);
  return [head, ...(stays.length > 0 ? ['Stays:', ...stays.map((line) => `  ${line}`)] : []), ...(left.length > 0 ? ['Left over:', ...left] : [])].join('\n');
}
