import { get } from 'node:http';
import type { Container } from '../../api/types/index.ts';
import { sandboxPort } from '../../base/runtime.ts';

/** An HTTP probe as it is sent. */
export interface HttpProbe {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly timeoutMs: number;
}

/** How often a container is probed, and what counts. */
export interface ProbeTimes {
  readonly initialDelayMs: number;
  readonly periodMs: number;
  readonly failureThreshold: number;
}

type ProbeSpec = NonNullable<Container['readinessProbe']> & {
  initialDelaySeconds?: number;
  periodSeconds?: number;
  timeoutSeconds?: number;
  failureThreshold?: number;
};

/** Where and when to probe; undefined where the manifest has no HTTP probe. */
export function planProbe(container: Container, probe: ProbeSpec | undefined, podIP: string): (HttpProbe & ProbeTimes) | undefined {
  if (probe?.httpGet === undefined) return undefined;
  const { path, port } = probe.httpGet;
  const number = typeof port === 'number' ? port : container.ports?.find(({ name }) => name === port)?.containerPort;
  if (number === undefined) return undefined;
  return {
    host: podIP,
    port: sandboxPort(number),
    path,
    timeoutMs: (probe.timeoutSeconds ?? 1) * 1000,
    initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1000,
    periodMs: (probe.periodSeconds ?? 10) * 1000,
    failureThreshold: probe.failureThreshold ?? 3,
  };
}

/** Whether the probe is answered with 200 to 399 in time. Never throws. */
export function sendProbe({ host, port, path, timeoutMs }: HttpProbe): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host, port, path, agent: false, signal: AbortSignal.timeout(timeoutMs), headers: { 'user-agent': 'kube-probe/sandbox' } }, (response) => {
      response.resume();
      const code = response.statusCode ?? 500;
      resolve(code >= 200 && code < 400);
    });
    request.on('error', () => {
      resolve(false);
    });
  });
}
