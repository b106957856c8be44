import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage } from '../../base/errors.ts';
import type { Startable } from '../../base/lifecycle.ts';
import type { MirrorSettings } from '../settings.ts';
import { FollowedFiles } from './followed-files.ts';
import type { FollowedObject } from './followed-object.ts';
import { invalidConfig } from './invalid.ts';
import type { ReadFile } from './kubeconfig-source.ts';

export interface FollowedSettingsOptions {
  /** Makes the settings of what stands now. Files that it reads are followed. */
  readonly make: (readFile: ReadFile) => MirrorSettings;
  /** Objects that `make` looks at; `make` runs again when one of them changes. */
  readonly objects?: readonly FollowedObject<KubeObject>[];
  /** Nothing can be made before the objects are known. */
  readonly needsObjects?: boolean;
  /** The first settings, and each changed ones. */
  readonly onSettings: (settings: MirrorSettings) => void;
  /** What stands now cannot be used, told once: the settings before it stay. */
  readonly onRefused: (error: unknown) => void;
  readonly clock: Clock;
  /** Between two looks at files, ms. */
  readonly fileIntervalMs?: number;
}

/** A ConfigMap and its Secret are written one after the other: what they say between is no configuration. */
const OBJECTS_SETTLE_MS = 250;

/** The settings of a mirror as they are at present, whatever they come from. */
export class FollowedSettings implements Startable {
  readonly name = 'mirror settings';
  readonly #options: FollowedSettingsOptions;
  readonly #files: FollowedFiles;
  #current: MirrorSettings | undefined;
  #refusal = '';
  #cancel: (() => void) | undefined;

  constructor(options: FollowedSettingsOptions) {
    this.#options = options;
    const { clock, fileIntervalMs } = options;
    this.#files = new FollowedFiles({ onChange: () => this.#evaluate(), clock, ...(fileIntervalMs !== undefined && { intervalMs: fileIntervalMs }) });
  }

  /** Those in use; undefined before the first. */
  get current(): MirrorSettings | undefined {
    return this.#current;
  }

  /** Why what stands now cannot be used; empty where it can. */
  get refusal(): string {
    return this.#refusal;
  }

  /** Throws what is wrong with settings that do not depend on objects: nothing is to be started with them. */
  async start(signal: AbortSignal): Promise<void> {
    const { objects = [], needsObjects = false } = this.#options;
    if (!needsObjects) this.#accept(this.#make());
    this.#files.start();
    const onNews = (): void => {
      if (objects.every(({ isKnown }) => isKnown)) this.#evaluateSoon();
    };
    await Promise.all(objects.map((object) => object.start(signal, onNews)));
  }

  async stop(): Promise<void> {
    this.#files.stop();
    await Promise.all((this.#options.objects ?? []).map((object) => object.stop()));
    this.#cancel?.(); // what they told until they stopped
  }

  #make(): MirrorSettings {
    const made = this.#files.reading(this.#options.make);
    if (this.#current !== undefined && made.name !== this.#current.name) throw invalidConfig('name', `it cannot change from "${this.#current.name}" to "${made.name}" while the mirror runs`);
    return made;
  }

  #evaluateSoon(): void {
    this.#cancel?.();
    this.#cancel = this.#options.clock.schedule(() => this.#evaluate(), OBJECTS_SETTLE_MS);
  }

  #evaluate(): void {
    try {
      this.#accept(this.#make());
    } catch (error) {
      const message = errorMessage(error);
      if (message === this.#refusal) return;
      this.#refusal = message;
      this.#options.onRefused(error);
    }
  }

  #accept(settings: MirrorSettings): void {
    // after a refusal the old ones are told again: the refusal is over
    const isNews = this.#refusal !== '' || !isDeepStrictEqual(settings, this.#current);
    this.#refusal = '';
    this.#current = settings;
    if (isNews) this.#options.onSettings(settings);
  }
}
