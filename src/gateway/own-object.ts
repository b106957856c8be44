import { MANAGED_BY, MANAGED_BY_MCS, OWNER } from '../api/labels.ts';
import { type Resource, resourceName } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../kube/api-error.ts';
import type { Draft, KubeClient } from '../kube/client.ts';
import { isSubset } from '../kube/subset.ts';
import { GATEWAY_OWNER } from './view/choose-endpoints.ts';

/** Labels of all objects that gateway agents write. */
export const GATEWAY_LABELS = { [MANAGED_BY]: MANAGED_BY_MCS, [OWNER]: GATEWAY_OWNER };
const FIELD_MANAGER = 'mcs-gateway';
const TRIES = 3;

export function isOwnObject({ metadata: { labels } }: KubeObject): boolean {
  return isSubset(GATEWAY_LABELS, labels ?? {});
}

function requireOwn<T extends KubeObject>(resource: Resource<T>, standing: T): void {
  if (isOwnObject(standing)) return;
  const { name, namespace = '' } = standing.metadata;
  throw new McsError('MCS_FOREIGN_OBJECT', `Cannot write ${resource.kind} "${name}": it exists and mcs did not make it`, { hints: [`kubectl get ${resourceName(resource)} ${name} -n ${namespace} -o yaml`] });
}

/**
 * One object that this agent alone writes. It remembers what stands, so that a write is one request:
 * a whole replacement with the version that was read, which leaves other people's labels where they are.
 * What somebody else has changed or deleted meanwhile is found by the version, or by `verify`.
 */
export class OwnObject<T extends KubeObject> {
  readonly #client: KubeClient;
  readonly #resource: Resource<T>;
  readonly #namespace: string;
  readonly #name: string;
  #standing: T | undefined;

  /** `standing` is what a watch knows of it. */
  constructor(client: KubeClient, resource: Resource<T>, namespace: string, name: string, standing?: T) {
    this.#client = client;
    this.#resource = resource;
    this.#namespace = namespace;
    this.#name = name;
    this.#standing = standing;
  }

  /** Brings it about and gives it as it stands; nothing is written where it stands already. Throws ApiError, and MCS_FOREIGN_OBJECT where somebody else's has the name. */
  async ensure(desired: Draft<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#standing = await this.#write(desired, signal);
        return this.#standing;
      } catch (error) {
        const wasChanged = isConflict(error) || isNotFound(error) || isAlreadyExists(error);
        if (!wasChanged || attempt === TRIES) throw error;
        this.#standing = await this.#client.find(this.#resource, this.#name, this.#namespace, { signal });
      }
    }
  }

  /** The same for what is not watched: where nothing has to be written, it is looked whether somebody else has changed or deleted it. */
  async verify(desired: Draft<T>, signal: AbortSignal): Promise<T> {
    const before = this.#standing;
    const standing = await this.ensure(desired, signal);
    if (standing !== before) return standing;
    this.#standing = await this.#client.find(this.#resource, this.#name, this.#namespace, { signal });
    return this.ensure(desired, signal);
  }

  /** Deletes it if it is ours; no error where there is none. */
  async remove(signal: AbortSignal): Promise<void> {
    const standing = await this.#client.find(this.#resource, this.#name, this.#namespace, { signal });
    this.#standing = undefined;
    if (standing !== undefined && isOwnObject(standing)) await removeObject(this.#client, this.#resource, standing, signal);
  }

  async #write(desired: Draft<T>, signal: AbortSignal): Promise<T> {
    const { metadata, ...content } = desired as Draft<KubeObject>;
    const standing = this.#standing;
    const options = { fieldManager: FIELD_MANAGER, signal };
    if (standing === undefined) {
      const created = { ...content, metadata: { ...metadata, name: this.#name, namespace: this.#namespace, labels: { ...GATEWAY_LABELS, ...metadata.labels } } };
      return this.#client.create(this.#resource, created as Draft<KubeObject> as Draft<T>, options);
    }
    requireOwn(this.#resource, standing);
    const { labels, annotations } = standing.metadata;
    const merged = { ...standing.metadata, labels: { ...labels, ...GATEWAY_LABELS, ...metadata.labels }, annotations: { ...annotations, ...metadata.annotations } };
    const { apiVersion, kind } = standing;
    const replacement = { ...content, apiVersion, kind, metadata: merged };
    const before = { ...standing, metadata: { ...standing.metadata, annotations: annotations ?? {} } };
    if (isSubset(before, replacement) && isSubset(replacement, before)) return standing;
    return this.#client.update(this.#resource, replacement as KubeObject as unknown as Draft<T>, options);
  }
}

/** Deletes exactly this object; no error where it is gone, or another one has its name. */
export async function removeObject<T extends KubeObject>(client: KubeClient, resource: Resource<T>, { metadata: { name, namespace, uid } }: T, signal: AbortSignal): Promise<void> {
  try {
    await client.delete(resource, name, namespace, { ...(uid !== undefined && { uid }), signal });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
