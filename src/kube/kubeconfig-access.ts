import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Agent } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import { type Clock, systemClock } from '../base/clock.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import type { ClusterAccess, ConnectionSettings, TlsMaterial } from './client.ts';
import { askCredentialPlugin, type CredentialPlugin, type PluginCredential } from './credential-plugin.ts';
import { getContext, type LoadedKubeconfig } from './kubeconfig.ts';
import { proxyFor } from './proxy-env.ts';

export interface AccessOptions {
  /** Value of `--as`: the user to impersonate. */
  readonly as?: string;
  /** Names a proxy for clusters that have no `proxy-url`. Default: it names none. */
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
  /** Longest time for a credential plugin to answer, ms. Default 60 s: it may open a browser. */
  readonly pluginTimeoutMs?: number;
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
  const last = (lines.at(-1) ?? 'it failed').replaceAll(/[\w+/=.-]{40,}/g, '<redacted>');
  return last.replaceAll(/(?=[\w+=-]*\d)(?=[\w+=-]*[A-Za-z])[\w+=-]{24,}/g, '<redacted>').slice(0, MAX_STATE);
}

function signInFailed(config: KubeConfig, server: string, plugin: CredentialPlugin | undefined, error: unknown): McsError {
  const what = plugin === undefined ? 'the kubeconfig credential' : `the credential plugin "${plugin.command}"`;
  const install = plugin?.installHint?.split('\n').find((line) => line.trim() !== '')?.trim();
  return new McsError('MCS_UNAUTHORIZED', `Cannot sign in to the API server at ${server}: ${what} failed: ${pluginState(error)}`, {
    hints: [`kubectl --context ${config.getCurrentContext()} version`, ...(install === undefined ? [] : [install])],
    details: { server, ...(plugin !== undefined && { plugin: plugin.command }) },
  });
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

function pluginOf(config: KubeConfig): CredentialPlugin | undefined {
  const plugin = config.getCurrentUser()?.exec as Partial<CredentialPlugin> | null | undefined;
  return plugin?.command ? { ...plugin, command: plugin.command } : undefined;
}

/** In place of the plugin, which client-node would wait for without end. */
function setCredential(config: KubeConfig, { clientCertificateData, clientKeyData, token }: PluginCredential): void {
  const current = config.getCurrentUser()?.name;
  const encode = (pem: string): string => Buffer.from(pem).toString('base64');
  const given = { ...(token && { token }), ...(clientCertificateData && { certData: encode(clientCertificateData) }), ...(clientKeyData && { keyData: encode(clientKeyData) }) };
  config.users = config.users.map((user) => (user.name === current ? { name: user.name, ...given } : user));
}

/** When the first certificate of a PEM text expires, ms since the epoch; undefined for none. */
function endOfCertificate(pem: string | undefined): number | undefined {
  try {
    return pem === undefined ? undefined : Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return undefined; // TLS has said what is wrong with it
  }
}

class KubeconfigAccess implements ClusterAccess {
  readonly server: string;
  readonly tls: TlsMaterial;
  readonly #config: KubeConfig;
  readonly #impersonate: Record<string, string>;
  readonly #clock: Clock;
  readonly #proxy: string | undefined;
  readonly #plugin: CredentialPlugin | undefined;
  readonly #pluginTimeoutMs: number;
  #credential: Promise<Credential> | undefined;
  #resolvedAt = 0;
  #settings: ConnectionSettings | undefined;

  constructor(config: KubeConfig, cluster: Cluster, { as, clock = systemClock, pluginTimeoutMs = 60_000 }: AccessOptions) {
    this.#config = config;
    this.server = cluster.server;
    this.tls = serverTls(cluster);
    this.#impersonate = as === undefined ? {} : { 'Impersonate-User': as };
    this.#clock = clock;
    this.#proxy = cluster.proxyUrl || undefined;
    this.#plugin = pluginOf(config);
    this.#pluginTimeoutMs = pluginTimeoutMs;
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

  onUnauthorized(): string | undefined {
    this.#credential = undefined;
    const end = endOfCertificate(this.#settings?.tls.cert);
    return end === undefined || end > this.#clock.now() ? undefined : `the client certificate expired at ${new Date(end).toISOString()}`;
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
      if (this.#plugin !== undefined) setCredential(this.#config, await askCredentialPlugin(this.#plugin, this.#pluginTimeoutMs));
      await this.#config.applyToHTTPSOptions(applied);
    } catch (error) {
      throw signInFailed(this.#config, this.server, this.#plugin, error);
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
  try {
    // client-node refuses plain HTTP (kubectl proxy) unless verification is off as well
    if (cluster.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true });
    Object.assign(cluster, { proxyUrl: cluster.proxyUrl || proxyFor(cluster.server, options.env ?? {}) });
    return new KubeconfigAccess(config, cluster, options);
  } catch (error) {
    throw error instanceof McsError ? error : invalidContext(loaded, name, error);
  }
}
