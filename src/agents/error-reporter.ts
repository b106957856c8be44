import { errorMessage, isError, McsError } from '../base/errors.ts';
import { scrubText } from '../base/scrub-text.ts';

/** Where errors go besides the log. */
export interface ErrorReporter {
  /** `about` holds no secrets. */
  report(error: unknown, about: Readonly<Record<string, string>>): void;
  /** Sends what waits; never throws, and takes no longer than some seconds. */
  flush(): Promise<void>;
}

export interface ErrorReporterOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Of this package. */
  readonly version: string;
  /** Told once where the address of the reports cannot be used. */
  readonly onUnusable: (message: string) => void;
}

const FLUSH_MS = 2_000;

/** `https://<key>@<host>/<path>/<project>` */
function isDsn(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).username !== '' && /\/\d+$/.test(new URL(text).pathname);
}

/**
 * Sends errors to Sentry when SENTRY_DSN is set, with FAIR_ENV as environment, as k8-cross-cluster-controller
 * does; undefined where it is not. The client library is loaded only then.
 */
export async function createErrorReporter({ env, version, onUnusable }: ErrorReporterOptions): Promise<ErrorReporter | undefined> {
  const dsn = env.SENTRY_DSN;
  if (!dsn) return undefined;
  if (!isDsn(dsn)) {
    onUnusable('Cannot report errors: SENTRY_DSN is no DSN of Sentry'); // it may hold a key; the library would print it
    return undefined;
  }
  const { createSentryClient } = await import('./sentry-client.ts');
  const client = createSentryClient({ dsn, environment: env.FAIR_ENV || 'development', release: `mcs@${version}`, scrub: scrubText });
  return {
    report: (error, about) => {
      const tags = { ...about, ...(error instanceof McsError && { code: error.code }) };
      client.capture(isError(error) ? error : new Error(errorMessage(error)), tags);
    },
    flush: () => client.flush(FLUSH_MS),
  };
}
