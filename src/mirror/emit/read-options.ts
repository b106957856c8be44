import { parseArgs } from 'node:util';
import { isDnsLabel } from '../../api/names.ts';
import { errorMessage, McsError } from '../../base/errors.ts';
import { flagOf, listOf, type OptionValues, splitValues, textOf } from '../config/option-table.ts';
import { listenAddress } from '../config/process-options.ts';
import { EMIT_OPTIONS } from './options.ts';
import { DEFAULT_MAX_WATCHES, DEFAULT_SECURE_PORT, type EmitterSettings, type SecureListener } from './settings.ts';
import { validateEmitterSettings } from './validate-settings.ts';

/** What the flags of an emitter say. */
export interface EmitterInput {
  readonly settings: EmitterSettings;
  /** The cluster; neither: that of the pod, or what kubectl would take. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Of probes and metrics. */
  readonly health?: { readonly host?: string; readonly port: number };
}

/** Every address, of both families where the node has them. */
const ALL_ADDRESSES = '::';
const CERT_DIR = 'mcs-emitter-certificates';

function numberOf(values: OptionValues, name: 'secure-port' | 'insecure-port' | 'max-watches', fallback: number, max: number): number {
  const text = textOf(values, name);
  if (text === undefined) return fallback;
  if (/^\d{1,7}$/.test(text) && Number(text) <= max) return Number(text);
  throw new McsError('MCS_USAGE', `Cannot use --${name} "${text}": it is no number up to ${max}`);
}

function secureListener(values: OptionValues, port: number): SecureListener {
  const [certFile, keyFile] = [textOf(values, 'tls-cert-file'), textOf(values, 'tls-private-key-file')];
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new McsError('MCS_USAGE', 'Cannot use one of --tls-cert-file and --tls-private-key-file alone: certificate and key belong together');
  }
  return {
    host: textOf(values, 'bind-address') ?? ALL_ADDRESSES,
    port,
    ...(certFile !== undefined && keyFile !== undefined && { certificate: { certFile, keyFile } }),
    certDir: textOf(values, 'cert-dir') ?? CERT_DIR,
    names: listOf(values, 'tls-name') ?? [],
  };
}

/** An empty list, as of a variable that is not set, must not mean all of them. */
function namespacesOf(values: OptionValues): readonly string[] | undefined {
  const names = splitValues(textOf(values, 'namespaces'));
  if (names?.length === 0) throw new McsError('MCS_USAGE', 'Cannot use --namespaces: it names no namespace', { hints: ['--namespaces shop,pay', 'leave it out for all of them'] });
  const wrong = names?.find((name) => !isDnsLabel(name));
  if (wrong !== undefined) throw new McsError('MCS_USAGE', `Cannot use --namespaces: "${wrong}" is no name of a namespace`, { hints: ['--namespaces shop,pay'] });
  return names && [...new Set(names)];
}

function settingsOf(values: OptionValues): EmitterSettings {
  const [namespaces, clientCaFile] = [namespacesOf(values), textOf(values, 'client-ca-file')];
  const securePort = numberOf(values, 'secure-port', DEFAULT_SECURE_PORT, 65_535);
  const insecurePort = numberOf(values, 'insecure-port', 0, 65_535);
  return {
    labelSelector: textOf(values, 'selector') ?? '',
    ...(namespaces !== undefined && { namespaces }),
    exportedOnly: flagOf(values, 'exported') ?? false,
    full: flagOf(values, 'full') ?? false,
    ...(securePort > 0 && { secure: secureListener(values, securePort) }),
    ...(insecurePort > 0 && { insecure: { host: textOf(values, 'insecure-bind-address') ?? ALL_ADDRESSES, port: insecurePort } }),
    authentication: { tokenFiles: listOf(values, 'token-file') ?? [], ...(clientCaFile !== undefined && { clientCaFile }), anonymous: flagOf(values, 'anonymous') ?? false },
    maxWatches: numberOf(values, 'max-watches', DEFAULT_MAX_WATCHES, 1_000_000),
  };
}

/** Flags as settings. Throws MCS_USAGE. */
export function readEmitterOptions(values: OptionValues): EmitterInput {
  const [kubeconfig, context, listen] = ['kubeconfig', 'context', 'listen'].map((name) => textOf(values, name));
  const settings = settingsOf(values);
  validateEmitterSettings(settings);
  return {
    settings,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(listen !== undefined && { health: listenAddress(listen) }),
  };
}

/** The flags of an emitter's agent. Throws MCS_USAGE. */
export function parseEmitterArgs(args: readonly string[]): EmitterInput {
  const options = Object.fromEntries(Object.entries(EMIT_OPTIONS).map(([name, option]) => [name, { type: option.type, multiple: 'multiple' in option }]));
  try {
    return readEmitterOptions(parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values);
  } catch (error) {
    if (error instanceof McsError) throw error;
    throw new McsError('MCS_USAGE', `Cannot use these flags: ${errorMessage(error)}`, { hints: ['mcs emit --help'], cause: error });
  }
}
