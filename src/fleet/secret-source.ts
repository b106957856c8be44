import { FLEET_CLUSTER } from '../api/labels.ts';
import { objectKey, resources } from '../api/resources.ts';
import type { KubeObject, Secret } from '../api/types/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { createInformer, type Informer } from '../kube/informer.ts';
import { KUBECONFIG_KEY } from './choose-clusters.ts';
import type { KubeconfigRef } from './fleet-cluster.ts';
import { slimMetadata } from './slim-object.ts';

export interface SecretSourceOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Secrets, or whether they are known, are others. */
  readonly onChange: () => void;
  /** The kubeconfig of the Secret of this name is another one. */
  readonly onKubeconfig: (secret: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

function slimSecret(secret: Secret): Secret {
  const value = secret.data?.[KUBECONFIG_KEY];
  return { ...slimMetadata(secret), ...(value !== undefined && { data: { [KUBECONFIG_KEY]: value } }) };
}

/** Text of a key of a Secret; undefined where it has none, or where that is empty. */
export function textOfSecret(secret: Secret | undefined, key: string): string | undefined {
  return Buffer.from(secret?.data?.[key] ?? '', 'base64').toString('utf8') || undefined;
}

/** The Secrets of one namespace that are labelled as kubeconfigs of clusters. */
export class SecretSource implements Startable {
  readonly name = 'labelled Secrets';
  readonly #informer: Informer<Secret>;

  constructor({ client, namespace, onChange, onKubeconfig, clock, logger }: SecretSourceOptions) {
    this.#informer = createInformer(client, resources.secrets, { namespace, labelSelector: FLEET_CLUSTER, transform: slimSecret, onState: onChange, clock, logger });
    this.#informer.onChange((_key, next, previous) => {
      onChange();
      if (next !== undefined && previous !== undefined && next.data?.[KUBECONFIG_KEY] !== previous.data?.[KUBECONFIG_KEY]) onKubeconfig(next.metadata.name);
    });
  }

  get hasSynced(): boolean {
    return this.#informer.hasSynced;
  }

  get trouble(): unknown {
    return this.#informer.lastSyncError;
  }

  secrets(): readonly KubeObject[] {
    return this.#informer.list();
  }

  /** The kubeconfig as it stands at present. */
  kubeconfig({ namespace, name, key }: KubeconfigRef): string | undefined {
    return textOfSecret(this.#informer.get(objectKey({ namespace, name })), key);
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#informer.start(signal);
  }

  stop(): Promise<void> {
    return this.#informer.stop();
  }
}
