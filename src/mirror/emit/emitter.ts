import type { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { HealthState } from '../../base/health.ts';
import { inOrder, type Startable } from '../../base/lifecycle.ts';
import { listenFailure, listenWithFallback } from '../../base/listen-host.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createReadServer, type ListeningAddress, type ReadServer } from '../../kube-serve/read-server.ts';
import { createReplicaStore } from '../../kube-serve/store.ts';
import { Authenticator, readTokens } from './authenticator.ts';
import { ClusterFeed } from './cluster-feed.ts';
import { CredentialFiles } from './credential-files.ts';
import { createEmitterMetrics } from './metrics.ts';
import { servedKinds } from './served-kinds.ts';
import { ServingCertificate } from './serving-certificate.ts';
import type { EmitterSettings, InsecureListener } from './settings.ts';
import { validateEmitterSettings } from './validate-settings.ts';

export interface EmitterOptions {
  readonly settings: EmitterSettings;
  /** Of the cluster that is emitted. */
  readonly client: KubeClient;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told at `/version`. */
  readonly version: string;
  /** Default 60 s. */
  readonly bookmarkIntervalMs?: number;
  /** Between two looks at the files of credentials. Default 1 s. */
  readonly fileIntervalMs?: number;
}

/** Besides watches a client has a connection or two for lists. */
const CONNECTIONS_PER_WATCH = 2;
const MORE_CONNECTIONS = 100;

/** Serves a cluster's Services and their endpoints for reading, as a Kubernetes API. */
export class Emitter implements Startable {
  readonly name = 'emitter';
  readonly #options: EmitterOptions;
  readonly #authenticator: Authenticator;
  readonly #feed: ClusterFeed;
  readonly #server: ReadServer;
  readonly #parts: Startable;
  #addresses: readonly ListeningAddress[] = [];

  /** Throws MCS_USAGE. */
  constructor(options: EmitterOptions) {
    const { bookmarkIntervalMs, client, clock, logger, registry, settings, version } = options;
    validateEmitterSettings(settings);
    this.#options = options;
    this.#authenticator = new Authenticator(settings.authentication);
    const store = createReplicaStore({ definitions: servedKinds(), clock });
    this.#feed = new ClusterFeed({ client, store, settings, clock, logger });
    this.#server = createReadServer({
      store,
      authenticate: (request) => this.#authenticator.authenticate(request),
      isReady: () => this.#feed.hasSynced,
      maxWatches: settings.maxWatches,
      observer: createEmitterMetrics(registry, store),
      metrics: async () => ({ type: registry.contentType, text: await registry.metrics() }),
      // that of an API is asked for; it says nothing of the cluster behind
      version: `v1.0.0+mcs.${version}`,
      clock,
      ...(bookmarkIntervalMs !== undefined && { bookmarkIntervalMs }),
    });
    this.#parts = inOrder('emitter', [this.#tokens(), this.#feed, ...this.#securePort(), ...this.#insecurePort()]);
  }

  /** Where it listens, once it has been started. */
  get addresses(): readonly ListeningAddress[] {
    return this.#addresses;
  }

  /** Ready once the cluster has been read; while that cannot be reached, what was read is served. */
  readiness(): HealthState {
    if (!this.#feed.hasSynced) return { isMet: false, detail: 'reads its cluster' };
    return { isMet: true, detail: this.#feed.isStale ? 'serves what it knows; its cluster cannot be reached' : 'serves' };
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#parts.start(signal);
  }

  stop(): Promise<void> {
    return this.#parts.stop();
  }

  #tokens(): Startable {
    const { clock, fileIntervalMs, logger, settings } = this.#options;
    return new CredentialFiles({
      what: 'token files',
      paths: settings.authentication.tokenFiles,
      onContents: (contents) => {
        const tokens = readTokens(contents);
        if (tokens.length === 0) logger.warn('No bearer token stands in the token files', { files: settings.authentication.tokenFiles });
        // who came with a token that counts no longer must not go on watching
        if (this.#authenticator.setTokens(tokens)) this.#server.cut();
      },
      clock,
      logger,
      ...(fileIntervalMs !== undefined && { intervalMs: fileIntervalMs }),
    });
  }

  #securePort(): readonly Startable[] {
    const { clock, fileIntervalMs, logger, settings } = this.#options;
    const { authentication, secure } = settings;
    if (secure === undefined) return [];
    const certificate = new ServingCertificate({
      listener: secure,
      clientCaFile: authentication.clientCaFile,
      onChange: (tls, isOtherAuthority) => {
        this.#server.setTls(tls);
        if (isOtherAuthority) this.#server.cut();
      },
      clock,
      logger,
      ...(fileIntervalMs !== undefined && { fileIntervalMs }),
    });
    return [certificate, this.#port('https', secure, (host) => this.#server.listen({ host, port: secure.port, tls: certificate.tls, maxConnections: this.#maxConnections }))];
  }

  #insecurePort(): readonly Startable[] {
    const { insecure } = this.#options.settings;
    if (insecure === undefined) return [];
    const { logger, settings } = this.#options;
    logger.warn(settings.authentication.anonymous ? 'Whoever reaches the plain HTTP port reads everything that is emitted' : 'Bearer tokens can be read on their way to the plain HTTP port', { port: insecure.port });
    return [this.#port('http', insecure, (host) => this.#server.listen({ host, port: insecure.port, maxConnections: this.#maxConnections }))];
  }

  get #maxConnections(): number {
    return CONNECTIONS_PER_WATCH * this.#options.settings.maxWatches + MORE_CONNECTIONS;
  }

  #port(name: 'http' | 'https', asked: Pick<InsecureListener, 'host' | 'port'>, listen: (host: string) => Promise<ListeningAddress>): Startable {
    return {
      name,
      start: async () => {
        const address = await listenWithFallback(asked.host, listen).catch((error: unknown) => {
          throw listenFailure(error, asked, [name === 'https' ? '--secure-port <port>' : '--insecure-port <port>']);
        });
        this.#addresses = [...this.#addresses, address];
        this.#options.logger.info('Serves', { url: address.url });
      },
      stop: () => this.#server.close(),
    };
  }
}
