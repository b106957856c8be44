import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type KubeconfigFile, readKubeconfigSource, readNamed } from '../../mirror/config/kubeconfig-source.ts';
import { type MirrorDocument, parseMirrorDocument, type SourceDocument } from '../../mirror/config/mirror-document.ts';
import type { UrlCredentials } from '../../mirror/config/source-settings.ts';
import { onlyContext } from './kubeconfig-text.ts';
import type { GeneralSettings, PreparedSource } from './merge-documents.ts';

/** What is said of a source besides how it is reached; what is left out stays as it was, or is the default. */
export type SourceChoices = Omit<SourceDocument, 'name' | 'kubeconfig' | 'context' | 'url' | 'caFile' | 'tokenFile' | 'certFile' | 'keyFile'>;

/** Key of the Secret for a kubeconfig. */
export const kubeconfigKey = (source: string): string => `${source}.kubeconfig`;

/** A source with a kubeconfig of its own making: the text goes into the Secret. */
export function preparedKubeconfig(name: string, text: string, choices: SourceChoices): PreparedSource {
  return { document: { name, kubeconfig: kubeconfigKey(name), ...choices }, files: { [kubeconfigKey(name)]: text } };
}

const beside = (file: string) => (path: string) => readFileSync(resolve(dirname(file), path), 'utf8');

/** A source from kubeconfig files of this workstation, with one context of them. Throws MCS_MIRROR_CONFIG_INVALID and MCS_USAGE. */
export function prepareKubeconfigSource(name: string, paths: readonly string[], context: string | undefined, choices: SourceChoices): PreparedSource {
  const place = `--source ${name}`;
  const files = paths.map((path): KubeconfigFile => ({ text: readNamed((file) => readFileSync(file, 'utf8'), path, place), readFile: beside(path) }));
  const { access } = readKubeconfigSource(files, context, place);
  if (access.kind !== 'kubeconfig') throw new Error('a kubeconfig is read as a kubeconfig');
  return preparedKubeconfig(name, onlyContext(access.text, access.context ?? '', name), choices);
}

const URL_FILES = [['ca', 'caFile', 'ca.crt'], ['token', 'tokenFile', 'token'], ['cert', 'certFile', 'tls.crt'], ['key', 'keyFile', 'tls.key']] as const;

/** A source without a kubeconfig: an emitter, say. */
export function prepareUrlSource(name: string, url: string, credentials: UrlCredentials, choices: SourceChoices): PreparedSource {
  const given = URL_FILES.flatMap(([credential, field, suffix]) => (credentials[credential] === undefined ? [] : [{ field, key: `${name}.${suffix}`, text: credentials[credential] }]));
  const fields: Partial<Pick<SourceDocument, 'caFile' | 'tokenFile' | 'certFile' | 'keyFile'>> = Object.fromEntries(given.map(({ field, key }) => [field, key]));
  return { document: { name, url, ...fields, ...choices }, files: Object.fromEntries(given.map(({ key, text }) => [key, text])) };
}

/** A source of a file: the files that it names go into the Secret under names of the Secret's own. */
function prepareDocumentSource(source: SourceDocument, file: string): PreparedSource {
  const { name, kubeconfig, context, url, caFile, tokenFile, certFile, keyFile, ...choices } = source;
  const place = `--config ${file}: source ${name}`;
  if (kubeconfig !== undefined) return prepareKubeconfigSource(name, [resolve(dirname(file), kubeconfig)], context, choices);
  const read = (path: string | undefined): string | undefined => (path === undefined ? undefined : readNamed(beside(file), path, place));
  const texts = { ca: read(caFile), token: read(tokenFile)?.trim(), cert: read(certFile), key: read(keyFile) };
  const credentials = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)) as UrlCredentials;
  return prepareUrlSource(name, url ?? '', credentials, choices);
}

export interface PreparedDocument {
  readonly general: GeneralSettings;
  readonly name?: string;
  readonly sources: readonly PreparedSource[];
}

/** A `mirror.yaml` of this workstation, with what it names. Throws MCS_MIRROR_CONFIG_INVALID. */
export function prepareDocument(file: string): PreparedDocument {
  const { name, sources, ...general }: MirrorDocument = parseMirrorDocument(readNamed((path) => readFileSync(path, 'utf8'), file, '--config'));
  return { general, ...(name !== undefined && { name }), sources: sources.map((source) => prepareDocumentSource(source, file)) };
}
