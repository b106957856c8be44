import { setTimeout as delay } from 'node:timers/promises';

/**
 * Calls `check` until it neither throws nor returns false, and gives its result. Throws what it threw
 * last when the time is over. Wants no more time than is needed, so it can be generous.
 */
export async function eventually<T>(check: () => T | Promise<T>, { timeoutMs = 10_000, everyMs = 10 } = {}): Promise<Exclude<T, false>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown = new Error('the condition never held');
  do {
    try {
      const result = await check();
      if (result !== false) return result as Exclude<T, false>;
    } catch (error) {
      last = error;
    }
    await delay(everyMs);
  } while (performance.now() < deadline);
  throw last;
}
