/** The one file that imports Sentry: loaded only where SENTRY_DSN is set. */
import { createStackParser, createTransport, type ErrorEvent, Scope } from '@sentry/core';
import { nodeStackLineParser, ServerRuntimeClient } from '@sentry/core/server';

export interface SentryClientOptions {
  readonly dsn: string;
  readonly environment: string;
  readonly release: string;
  /** Takes credentials out of a text. */
  readonly scrub: (text: string) => string;
}

export interface SentryClient {
  capture(error: Error, tags: Readonly<Record<string, string>>): void;
  flush(ms: number): Promise<void>;
}

const SEND_MS = 5_000;

/** The texts of an event that may come from outside; paths and names of functions are ours. */
function scrubEvent(event: ErrorEvent, scrub: (text: string) => string): ErrorEvent {
  const values = event.exception?.values?.map((exception) => ({ ...exception, ...(exception.value !== undefined && { value: scrub(exception.value) }) }));
  const tags = Object.fromEntries(Object.entries(event.tags ?? {}).map(([key, value]) => [key, typeof value === 'string' ? scrub(value) : value]));
  return { ...event, tags, ...(event.message !== undefined && { message: scrub(event.message) }), ...(values && { exception: { values } }) };
}

/** `dsn` must have the form of one. */
export function createSentryClient({ dsn, environment, release, scrub }: SentryClientOptions): SentryClient {
  const client = new ServerRuntimeClient({
    dsn,
    environment,
    release,
    integrations: [], // nothing of the process is patched or collected
    stackParser: createStackParser(nodeStackLineParser()),
    sendDefaultPii: false,
    sendClientReports: false,
    beforeSend: (event) => scrubEvent(event, scrub),
    transport: (options) =>
      createTransport(options, async ({ body }) => {
        const response = await fetch(options.url, { method: 'POST', body: body as string, headers: options.headers ?? {}, signal: AbortSignal.timeout(SEND_MS) });
        await response.arrayBuffer(); // so that the connection can be used again
        return { statusCode: response.status, headers: { 'x-sentry-rate-limits': response.headers.get('x-sentry-rate-limits'), 'retry-after': response.headers.get('retry-after') } };
      }),
  });
  client.init();
  return {
    capture: (error, tags) => {
      const scope = new Scope();
      scope.setTags(tags);
      client.captureException(error, {}, scope);
    },
    flush: async (ms) => {
      await client.flush(ms).then(undefined, () => undefined); // nobody is left to tell
    },
  };
}
