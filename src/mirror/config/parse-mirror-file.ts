import { MIRROR_NAMESPACE } from '../../api/names.ts';
import type { MirrorSettings, SourceAccess, SourceSettings } from '../settings.ts';
import { invalidConfig } from './invalid.ts';
import { type KubeconfigRules, readKubeconfigSource, type ReadFile, readNamed } from './kubeconfig-source.ts';
import { parseMirrorDocument, type SourceDocument } from './mirror-document.ts';
import { checkName, checkNamespaces, checkSelector, checkTemplate, SAME_NAMES, urlAccess } from './source-settings.ts';

export const DEFAULT_MIRROR_NAME = 'default';
/** As k8-cross-cluster-controller has it, s. */
export const DEFAULT_SWEEP_SECONDS = 300;

/** Which installation a file is for, where that is settled before it is read. */
export interface Installation {
  readonly name?: string;
  readonly namespace?: string;
  readonly kubeconfigRules?: KubeconfigRules;
}

/**
 * Settings from the text of a `mirror.yaml`. `readReference` gives the text of a file that it names: one
 * beside it, or a key of the Secret. Nothing is taken of a document with a fault.
 * Throws MCS_MIRROR_CONFIG_INVALID with the path in the document.
 */
export function parseMirrorFile(text: string, readReference: ReadFile, { name, namespace = MIRROR_NAMESPACE, kubeconfigRules = {} }: Installation = {}): MirrorSettings {
  const document = parseMirrorDocument(text);
  if (name !== undefined && document.name !== undefined && document.name !== name) throw invalidConfig('name', `it is "${document.name}", but this mirror is "${name}"`);
  const sources = document.sources.map((source, index) => toSource(source, `sources[${index}]`, readReference, kubeconfigRules));
  requireUniqueNames(sources);
  const { endpoints = false, removeNamespaces = false, sweepSeconds = DEFAULT_SWEEP_SECONDS, targetNamespaces, denyNamespaces } = document;
  return {
    name: checkName(name ?? document.name ?? DEFAULT_MIRROR_NAME, 'name'),
    namespace,
    preset: 'none',
    sources,
    endpoints,
    removeNamespaces,
    sweepSeconds,
    ...(targetNamespaces && { targetNamespaces: checkNamespaces(targetNamespaces, 'targetNamespaces') }),
    ...(denyNamespaces && { denyNamespaces: checkNamespaces(denyNamespaces, 'denyNamespaces') }),
  };
}

function requireUniqueNames(sources: readonly SourceSettings[]): void {
  const seen = new Map<string, number>();
  for (const [index, { name }] of sources.entries()) {
    const first = seen.get(name);
    if (first !== undefined) throw invalidConfig(`sources[${index}].name`, `"${name}" is the name of sources[${first}] already`);
    seen.set(name, index);
  }
}

function toSource(source: SourceDocument, path: string, readReference: ReadFile, rules: KubeconfigRules): SourceSettings {
  const { selector = '', namespaces, exported = false, namespacePolicy = 'skip', target = {}, notReady = 'keep' } = source;
  const { namespace = SAME_NAMES.namespace, name = SAME_NAMES.name } = target;
  return {
    name: checkName(source.name, `${path}.name`),
    access: accessOf(source, path, readReference, rules),
    selection: {
      labelSelector: checkSelector(selector, `${path}.selector`),
      exportedOnly: exported,
      ...(namespaces && { namespaces: checkNamespaces(namespaces, `${path}.namespaces`) }),
    },
    namespacePolicy,
    mapping: { namespace: checkTemplate(namespace, `${path}.target.namespace`), name: checkTemplate(name, `${path}.target.name`) },
    notReady,
  };
}

const URL_FIELDS = ['caFile', 'tokenFile', 'certFile', 'keyFile'] as const;

function accessOf(source: SourceDocument, path: string, readReference: ReadFile, rules: KubeconfigRules): SourceAccess {
  const { kubeconfig, context, url } = source;
  if ((kubeconfig === undefined) === (url === undefined)) throw invalidConfig(path, kubeconfig === undefined ? 'it needs "kubeconfig" or "url"' : 'it has "kubeconfig" and "url", and can have one');
  if (kubeconfig !== undefined) {
    const misplaced = URL_FIELDS.find((field) => source[field] !== undefined);
    if (misplaced !== undefined) throw invalidConfig(`${path}.${misplaced}`, 'it goes with "url": the kubeconfig has its own');
    const place = `${path}.kubeconfig`;
    return readKubeconfigSource([{ text: readNamed(readReference, kubeconfig, place), readFile: besides(kubeconfig, readReference) }], context, place, rules).access;
  }
  if (context !== undefined) throw invalidConfig(`${path}.context`, 'it goes with "kubeconfig"');
  return urlAccess(url ?? '', credentialsOf(source, path, readReference), `${path}.url`);
}

/** What a kubeconfig names is relative to itself. */
function besides(kubeconfig: string, readReference: ReadFile): ReadFile {
  const folder = kubeconfig.includes('/') ? kubeconfig.slice(0, kubeconfig.lastIndexOf('/') + 1) : '';
  return (path) => readReference(path.startsWith('/') ? path : `${folder}${path}`);
}

function credentialsOf({ caFile, tokenFile, certFile, keyFile }: SourceDocument, path: string, readReference: ReadFile): { ca?: string; token?: string; cert?: string; key?: string } {
  const read = (field: string, file: string): string => readNamed(readReference, file, `${path}.${field}`);
  return {
    ...(caFile !== undefined && { ca: read('caFile', caFile) }),
    ...(tokenFile !== undefined && { token: read('tokenFile', tokenFile).trim() }),
    ...(certFile !== undefined && { cert: read('certFile', certFile) }),
    ...(keyFile !== undefined && { key: read('keyFile', keyFile) }),
  };
}
