import type { Registry } from 'prom-client';
import { resources } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { HealthState } from '../base/health.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { type SecretRef, storeInSecret } from '../kube/credential-store.ts';
import { EventReporter } from '../kube/event-reporter.ts';
import { createKubeClient, userAgentOf } from '../kube/kube-client.ts';
import { accessOf, checkedSettings } from '../mirror/config/checked-settings.ts';
import { FollowedObject } from '../mirror/config/followed-object.ts';
import { FollowedSettings } from '../mirror/config/followed-settings.ts';
import type { KubeconfigRules, ReadFile } from '../mirror/config/kubeconfig-source.ts';
import { followConfigObjects, type MirrorConfigObjects, settingsOfObjects } from '../mirror/config/object-settings.ts';
import type { MirrorArgs } from '../mirror/config/parse-args.ts';
import { REFLECTOR_CONFIG } from '../mirror/config/reflector-settings.ts';
import { CredentialRenewal } from '../mirror/credential-renewal.ts';
import { FIELD_MANAGER } from '../mirror/field-manager.ts';
import { createMirrorMetrics } from '../mirror/metrics.ts';
import { Mirror } from '../mirror/mirror.ts';
import { mirrorObjectName, type MirrorSettings, type SourceSettings } from '../mirror/settings.ts';
import type { MirrorStatus } from '../mirror/status.ts';
import type { ErrorReporter } from './error-reporter.ts';

export interface ConfiguredMirrorOptions {
  readonly args: MirrorArgs;
  readonly env: NodeJS.ProcessEnv;
  readonly targetClient: KubeClient;
  /** Where the settings stand: in the files and flags, or in ConfigMap and Secret of an installation. */
  readonly from: { readonly kind: 'flags'; readonly namespace?: string } | { readonly kind: 'objects'; readonly name: string; readonly namespace: string };
  /** Those of a Secret are foreign, whatever is said here. */
  readonly kubeconfigRules?: KubeconfigRules;
  /** Where kubeconfigs that came as files stand, and renewed ones go; without it those live in memory only. */
  readonly credentialSecret?: SecretRef;
  /** Namespace with service-reflector's ConfigMap, where that is followed. */
  readonly reflectorNamespace?: string;
  readonly identity: string;
  readonly simulated: boolean;
  readonly version: string;
  readonly registry: Registry;
  /** Told of each request to a source. */
  readonly onSourceRequest?: (method: string, resource: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly errors?: ErrorReporter;
  /** Between two looks at files, ms. */
  readonly fileIntervalMs?: number;
}

/** A mirror with whatever tells it what to do: it begins with the first settings that can be used, and follows later ones. */
export class ConfiguredMirror implements Startable {
  readonly name = 'mirror';
  readonly #options: ConfiguredMirrorOptions;
  readonly #settings: FollowedSettings;
  readonly #objects: MirrorConfigObjects | undefined;
  readonly #sourceApi: FollowedObject<KubeObject & { data?: Record<string, string> }> | undefined;
  readonly #renewal: CredentialRenewal;
  readonly #reporter: EventReporter;
  #mirror: Mirror | undefined;
  #started: Promise<void> | undefined;
  #signal: AbortSignal | undefined;

  constructor(options: ConfiguredMirrorOptions) {
    this.#options = options;
    const { targetClient: client, from, reflectorNamespace, clock, logger } = options;
    const about = { client, clock, logger };
    const credentialSecret = from.kind === 'objects' ? { name: mirrorObjectName(from.name), namespace: from.namespace } : options.credentialSecret;
    this.#objects = from.kind === 'objects' ? followConfigObjects({ ...about, name: mirrorObjectName(from.name), namespace: from.namespace }) : undefined;
    this.#sourceApi = reflectorNamespace === undefined ? undefined : new FollowedObject(resources.configMaps, { ...about, name: REFLECTOR_CONFIG.name, namespace: reflectorNamespace });
    this.#reporter = new EventReporter({ client, component: FIELD_MANAGER, clock, logger });
    this.#renewal = new CredentialRenewal({
      connect: (source) => this.#connect(source),
      ...(credentialSecret && { store: storeInSecret(client, credentialSecret, FIELD_MANAGER) }),
      onTrouble: (source, message) => this.#tell('CredentialNotRenewed', message, { source }),
      clock,
      logger,
    });
    this.#settings = new FollowedSettings({
      make: (readFile) => this.#make(readFile),
      objects: [...(this.#objects ? [this.#objects.configMap, this.#objects.secret] : []), ...(this.#sourceApi ? [this.#sourceApi] : [])],
      needsObjects: from.kind === 'objects',
      onSettings: (settings) => this.#take(settings),
      onRefused: (error) => this.#refuse(error),
      clock,
      ...(options.fileIntervalMs !== undefined && { fileIntervalMs: options.fileIntervalMs }),
    });
  }

  /** Throws what is wrong with flags and files. What is wrong with ConfigMap and Secret is told, and waited for. */
  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    await this.#renewal.start();
    await this.#settings.start(signal);
    await this.#started;
  }

  async stop(): Promise<void> {
    await this.#settings.stop();
    await this.#renewal.stop();
    await this.#started?.catch(() => undefined); // the start has told it
    await this.#mirror?.stop();
  }

  readiness(): HealthState {
    if (this.#mirror === undefined) return { isMet: false, detail: this.#settings.refusal || 'reads its configuration' };
    return this.#mirror.readiness();
  }

  /** Undefined before there are settings. */
  status(): MirrorStatus | undefined {
    return this.#mirror?.status();
  }

  /** Sources that are configured; undefined before there are settings. */
  get sourceCount(): number | undefined {
    return this.#settings.current?.sources.length;
  }

  #make(readFile: ReadFile): MirrorSettings {
    const { args, env, from, targetClient, kubeconfigRules } = this.#options;
    if (this.#objects !== undefined && from.kind === 'objects') return settingsOfObjects(this.#objects, from.name, from.namespace);
    const namespace = from.namespace;
    const sourceApi = this.#sourceApi?.present?.data?.[REFLECTOR_CONFIG.key];
    return checkedSettings(args, { env, readFile, ...(kubeconfigRules && { kubeconfigRules }), ...(namespace !== undefined && { namespace }), ...(sourceApi !== undefined && { sourceApi }) }, targetClient.server);
  }

  #take(read: MirrorSettings): void {
    const settings = this.#renewal.adopt(read);
    this.#options.logger.info('The configuration is in use', { sources: settings.sources.map(({ name }) => name) });
    if (this.#mirror !== undefined) {
      this.#mirror.update(settings);
      return;
    }
    const mirror = this.#createMirror(settings);
    this.#mirror = mirror;
    this.#started = mirror.start(this.#signal ?? new AbortController().signal);
    this.#started.catch((error: unknown) => {
      this.#options.logger.error(`Cannot start the mirror: ${errorMessage(error)}`);
      this.#options.errors?.report(error, { part: 'mirror' });
    });
  }

  #refuse(error: unknown): void {
    if (this.#mirror === undefined) this.#options.logger.error(errorMessage(error));
    else this.#mirror.refuse(error);
    if (this.#subject !== undefined) this.#tell('MirrorConfigInvalid', errorMessage(error), {});
  }

  /** What stands for the configuration in Events; undefined where files and flags are all there is. */
  get #subject(): KubeObject | undefined {
    return this.#objects?.configMap.present ?? this.#sourceApi?.present;
  }

  /** An Event about the ConfigMap where there is one; a line of the log in any case. */
  #tell(reason: string, message: string, about: Readonly<Record<string, string>>): void {
    const subject = this.#subject;
    if (subject === undefined) this.#options.logger.warn(message, { reason, ...about });
    else this.#reporter.warn({ ...subject, apiVersion: 'v1', kind: 'ConfigMap' }, reason, message);
  }

  #createMirror(settings: MirrorSettings): Mirror {
    const { targetClient, identity, simulated, version, registry, clock, logger, errors } = this.#options;
    return new Mirror({
      settings,
      targetClient,
      connectSource: (source) => this.#connect(source),
      identity,
      simulated,
      version,
      metrics: createMirrorMetrics(registry, settings.preset),
      clock,
      logger,
      ...(errors && { reportError: (error: unknown, about: Readonly<Record<string, string>>) => errors.report(error, about) }),
    });
  }

  #connect(source: SourceSettings): KubeClient {
    const { env, from, version, onSourceRequest, kubeconfigRules } = this.#options;
    const rules = from.kind === 'objects' ? { isForeign: true } : kubeconfigRules;
    const access = this.#renewal.withCurrentToken(source.name, accessOf(source, { env, ...(rules && { kubeconfigRules: rules }) }));
    return createKubeClient(access, { userAgent: userAgentOf('mirror', version), ...(onSourceRequest && { onRequest: onSourceRequest }) });
  }
}
