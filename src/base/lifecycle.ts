/** Something with a beginning and an end. Both calls are idempotent. */
export interface Startable {
  readonly name: string;
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Aborts `controller` as soon as `signal` is aborted, with its reason. Gives what ends this. */
export function abortWith(controller: AbortController, signal: AbortSignal): () => void {
  const onAbort = (): void => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return () => signal.removeEventListener('abort', onAbort);
}

/** Resolves as soon as the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * Starts parts in the given order and stops them in the reverse one. A part that fails to start
 * stops those before it. `stop` tries every part and throws the first failure at the end.
 */
export function inOrder(name: string, parts: readonly Startable[]): Startable {
  const started: Startable[] = [];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const part of started.splice(0).reverse()) {
      await part.stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  const start = async (signal: AbortSignal): Promise<void> => {
    for (const part of parts) {
      try {
        started.push(part);
        await part.start(signal);
      } catch (error) {
        await stop().catch(() => undefined); // the start failure is the one to report
        throw error;
      }
    }
  };
  return { name, start, stop };
}
