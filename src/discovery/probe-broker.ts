import { McsError } from '../base/errors.ts';
import { ApiError } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';

const HINTS: Readonly<Record<string, string>> = {
  name: 'Check that this machine resolves the name of the broker',
  tcp: 'Check firewalls and routes from here to the broker',
  tls: 'Check that the address is that of a Kubernetes API server',
  http: 'Check the load balancer or proxy in front of the broker',
};

function pinMismatch(server: string, cause: McsError): McsError {
  return new McsError('MCS_BROKER_PIN_MISMATCH', `Cannot trust the broker at ${server}: its certificate is not from the authority that is pinned for it`, {
    hints: ['mcs recover-broker-info   # with the context of the broker, if that has a new authority', 'mcs join broker-info.subm --repin   # then, in its members', 'Make sure that nobody stands between this machine and the broker'],
    details: cause.details,
    cause,
  });
}

function unreachable(server: string, cause: McsError): McsError {
  const layer = typeof cause.details.layer === 'string' ? cause.details.layer : 'tcp';
  const state = cause.message.replace(/^Cannot reach the API server at \S+: /, '');
  return new McsError('MCS_BROKER_UNREACHABLE', `Cannot reach the broker at ${server}: ${state}`, {
    hints: [HINTS[layer] ?? '', ...cause.hints, '--broker-url <url>, if the broker has another address from here'],
    details: { ...cause.details, layer },
    cause,
  });
}

/** Says of a failed connection that it was the one to the broker; anything else comes back as it is. */
export function describeBrokerError(server: string, error: unknown): unknown {
  if (!(error instanceof McsError) || error.code !== 'MCS_CLUSTER_UNREACHABLE') return error;
  return error.details.tlsCode === 'AUTHORITY_MISMATCH' ? pinMismatch(server, error) : unreachable(server, error);
}

/**
 * Makes sure that the broker can be reached and is the one that was pinned. Credentials do not
 * matter: any answer counts. Throws MCS_BROKER_UNREACHABLE, which names the layer that failed, or
 * MCS_BROKER_PIN_MISMATCH.
 */
export async function probeBroker(broker: KubeClient, signal: AbortSignal): Promise<void> {
  try {
    await broker.getPath('/version', { signal });
  } catch (error) {
    if (error instanceof ApiError) return;
    throw describeBrokerError(broker.server, error);
  }
}
