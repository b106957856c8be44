import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Clock, systemClock } from '../base/clock.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import { hostPort } from '../base/host-port.ts';
import type { Runtime } from '../base/runtime.ts';
import type { ClusterAccess } from './client.ts';

const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const MAX_TOKEN_AGE_MS = 60_000;

function serverOf(env: NodeJS.ProcessEnv): string {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (!host) {
    throw new McsError('MCS_NO_KUBECONFIG', 'Cannot reach the API server of this cluster: KUBERNETES_SERVICE_HOST is not set, so this is no pod');
  }
  return `https://${hostPort(host, port)}`;
}

function unreadable(path: string, error: unknown): McsError {
  return new McsError('MCS_NO_KUBECONFIG', `Cannot read the ServiceAccount of this pod: ${errorMessage(error)}`, {
    hints: ['kubectl get pod <pod> -o jsonpath="{.spec.automountServiceAccountToken}"'],
    details: { path },
    cause: error,
  });
}

function readMounted(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Namespace of the pod that this process runs in. Throws MCS_NO_KUBECONFIG outside of a pod. */
export function podNamespace(runtime: Pick<Runtime, 'mounted'>): string {
  return readMounted(runtime.mounted(`${MOUNT}/namespace`)).trim();
}

/** The content of a file that somebody replaces now and then: read again after a minute, or when asked to. */
class TokenFile {
  readonly #path: string;
  readonly #clock: Clock;
  #token = '';
  #readAt = -Infinity;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  async read(): Promise<string> {
    if (this.#clock.monotonic() - this.#readAt < MAX_TOKEN_AGE_MS) return this.#token;
    try {
      this.#token = (await readFile(this.#path, 'utf8')).trim();
    } catch (error) {
      // kubelet swaps the directory of a projected volume; the old token lives some minutes longer
      if (this.#token === '') throw unreadable(this.#path, error);
    }
    this.#readAt = this.#clock.monotonic();
    return this.#token;
  }

  forget(): void {
    this.#readAt = -Infinity;
  }
}

/**
 * Access of a pod to its own API server through its ServiceAccount mount. The token file is read at
 * most once a minute, and again after a 401. Throws MCS_NO_KUBECONFIG outside of a pod.
 */
export function inClusterAccess(runtime: Pick<Runtime, 'mounted'>, env: NodeJS.ProcessEnv, clock: Clock = systemClock): ClusterAccess {
  const server = serverOf(env);
  const token = new TokenFile(runtime.mounted(`${MOUNT}/token`), clock);
  return {
    server,
    tls: { ca: readMounted(runtime.mounted(`${MOUNT}/ca.crt`)) },
    headers: async () => ({ authorization: `Bearer ${await token.read()}` }),
    onUnauthorized: () => {
      token.forget();
      return undefined;
    },
  };
}
