import { readFileSync } from 'node:fs';
import type { Agent } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import { type Clock, systemClock } from '../base/clock.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import type { ClusterAccess, ConnectionSettings, TlsMaterial } from './client.ts';
import { getContext, type LoadedKubeconfig } from './kubeconfig.ts';
import { proxyFor } from './proxy-env.ts';

export interface AccessOptions {
  /** Value of `--as`: the user to impersonate. */
  readonly as?: string;
  /** Names a proxy for clusters that have no `proxy-url`. Default: it names none. */
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
}

/** Credential plugins are asked again, and files read again, after so long. */
const MAX_CREDENTIAL_AGE_MS = 30_000;
const MAX_STATE = 200;

/** What client-node's applyToHTTPSOptions fills in. */
interface AppliedOptions {
  headers: Record<string, string>;
  ca?: Buffer | string;
  cert?: Buffer | string;
  key?: Buffer | string;
  servername?: string;
  rejectUnauthorized?: boolean;
  auth?: string;
  agent?: Agent;
}

interface Credential {
  readonly headers: Record<string, string>;
  readonly settings: ConnectionSettings;
}

function readPem(path: string | undefined, base64: string | undefined): string | undefined {
  if (path) return readFileSync(path, 'utf8');
  return base64 ? Buffer.from(base64, 'base64').toString('utf8') : undefined;
}

function serverTls(cluster: Cluster): TlsMaterial {
  const ca = readPem(cluster.caFile, cluster.caData);
  return { ...(ca && { ca }), ...(cluster.tlsServerName && { servername: cluster.tlsServerName }), ...(cluster.skipTLSVerify && { rejectUnauthorized: false }) };
}

function invalidContext(loaded: LoadedKubeconfig, context: string, error: unknown): McsError {
  return new McsError('MCS_KUBECONFIG_INVALID', `Cannot use context "${context}" of kubeconfig ${loaded.files.map((file) => `"${file}"`).join(', ')}: ${errorMessage(error)}`, {
    hints: [`kubectl --context ${context} version`],
    details: { context, files: loaded.files },
    cause: error,
  });
}

/** Plugins print help ("run aws sso login") on stderr; whatever looks like a credential in it is left out. */
function pluginState(error: unknown): string {
  const lines = errorMessage(error).split('\n').map((line) => line.trim()).filter((line) => line !== '');
  return (lines.at(-1) ?? 'it failed').replaceAll(/[\w+/=.-]{40,}/g, '<redacted>').slice(0, MAX_STATE);
}

function pluginFailed(config: KubeConfig, server: string, error: unknown): McsError {
  const command = (config.getCurrentUser()?.exec as { command?: string } | undefined)?.command;
  const what = command === undefined ? 'the kubeconfig credential' : `the credential plugin "${command}"`;
  return new McsError('MCS_UNAUTHORIZED', `Cannot sign in to the API server at ${server}: ${what} failed: ${pluginState(error)}`, {
    hints: [`kubectl --context ${config.getCurrentContext()} version`],
    details: { server, ...(command !== undefined && { plugin: command }) },
  });
}

/** Plugins of some clouds want to be told that nobody can answer a question of theirs. */
function addExecInfo(config: KubeConfig): void {
  const exec = config.getCurrentUser()?.exec as { apiVersion?: string; env?: { name: string; value: string }[] } | undefined;
  if (!exec || exec.env?.some(({ name }) => name === 'KUBERNETES_EXEC_INFO')) return;
  const info = { apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  exec.env = [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
}

const text = (value: Buffer | string | undefined): string | undefined => value?.toString();

function toCredential({ headers, auth, ...applied }: AppliedOptions, tls: TlsMaterial, proxy: string | undefined): Credential {
  const cert = text(applied.cert);
  const key = text(applied.key);
  const basic = auth === undefined ? {} : { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` };
  return {
    headers: { ...headers, ...basic },
    settings: { tls: { ...tls, ...(cert && { cert }), ...(key && { key }) }, ...(proxy !== undefined && applied.agent && { agent: applied.agent, proxy }) },
  };
}

class KubeconfigAccess implements ClusterAccess {
  readonly server: string;
  readonly tls: TlsMaterial;
  readonly #config: KubeConfig;
  readonly #impersonate: Record<string, string>;
  readonly #clock: Clock;
  readonly #proxy: string | undefined;
  #credential: Promise<Credential> | undefined;
  #resolvedAt = 0;
  #settings: ConnectionSettings | undefined;

  constructor(config: KubeConfig, cluster: Cluster, { as, clock = systemClock }: AccessOptions) {
    this.#config = config;
    this.server = cluster.server;
    this.tls = serverTls(cluster);
    this.#impersonate = as === undefined ? {} : { 'Impersonate-User': as };
    this.#clock = clock;
    this.#proxy = cluster.proxyUrl || undefined;
  }

  async headers(): Promise<Record<string, string>> {
    return { ...(await this.#current()).headers, ...this.#impersonate };
  }

  async connection(): Promise<ConnectionSettings> {
    const { settings } = await this.#current();
    // the same object as long as nothing changed, so that connections are kept
    if (this.#settings?.agent !== settings.agent || !isDeepStrictEqual(this.#settings?.tls, settings.tls)) this.#settings = settings;
    return this.#settings ?? settings;
  }

  onUnauthorized(): void {
    this.#credential = undefined;
  }

  #current(): Promise<Credential> {
    const age = this.#clock.monotonic() - this.#resolvedAt;
    if (this.#credential === undefined || age >= MAX_CREDENTIAL_AGE_MS) {
      this.#resolvedAt = this.#clock.monotonic();
      this.#credential = this.#resolve();
      this.#credential.catch(() => this.onUnauthorized()); // a failure is not kept
    }
    return this.#credential;
  }

  async #resolve(): Promise<Credential> {
    const applied: AppliedOptions = { headers: {} };
    try {
      await this.#config.applyToHTTPSOptions(applied);
    } catch (error) {
      throw pluginFailed(this.#config, this.server, error);
    }
    return toCredential(applied, this.tls, this.#proxy);
  }
}

/**
 * Access with a context of a kubeconfig (the current one by default): client certificates, tokens, token
 * files, credential plugins, basic authentication, `tls-server-name`, `proxy-url`, HTTPS_PROXY.
 * Throws MCS_UNKNOWN_CONTEXT and MCS_KUBECONFIG_INVALID; later, MCS_UNAUTHORIZED where a plugin fails.
 */
export function accessForContext(loaded: LoadedKubeconfig, contextName?: string, options: AccessOptions = {}): ClusterAccess {
  const { name } = getContext(loaded, contextName);
  const config = loaded.configFor(name);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw invalidContext(loaded, name, 'it has no cluster');
  addExecInfo(config);
  try {
    // client-node refuses plain HTTP (kubectl proxy) unless verification is off as well
    if (cluster.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true });
    Object.assign(cluster, { proxyUrl: cluster.proxyUrl || proxyFor(cluster.server, options.env ?? {}) });
    return new KubeconfigAccess(config, cluster, options);
  } catch (error) {
    throw error instanceof McsError ? error : invalidContext(loaded, name, error);
  }
}
