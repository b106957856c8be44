import { canonicalAddress, specialRangeOf } from '../../api/cidr.ts';
import { errorMessage } from '../../base/errors.ts';

export { PUBLIC_IP_RESOLVERS as DEFAULT_RESOLVERS } from '../../api/data-plane.ts';

/** An answer longer than this is none. */
const MAX_ANSWER = 256;
const TIMEOUT_MS = 5_000;

/** Reads the text behind a URL. */
export type FetchText = (url: string, signal: AbortSignal) => Promise<string>;

/** Over https only: whoever changes the answer on its way sends the tunnels elsewhere. */
export const fetchText: FetchText = async (url, signal) => {
  if (!url.startsWith('https://')) throw new Error(`"${url}" is not https`);
  const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'text/plain' } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return await response.text();
};

function addressIn(text: string): string {
  const address = text.length > MAX_ANSWER ? undefined : canonicalAddress(text.trim());
  if (address === undefined || specialRangeOf(address) !== undefined) throw new Error('the answer is no public address');
  return address;
}

/** In a random order, so that no one of them is asked by everybody. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items.map((item) => ({ item, at: random() })).sort((a, b) => a.at - b.at).map(({ item }) => item);
}

/** The first answer of these URLs. Throws with what each of them said. */
export async function askResolvers(urls: readonly string[], fetchUrl: FetchText, signal: AbortSignal, random: () => number = Math.random): Promise<string> {
  const failures: string[] = [];
  for (const url of shuffled(urls, random)) {
    signal.throwIfAborted();
    try {
      return addressIn(await fetchUrl(url, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])));
    } catch (error) {
      failures.push(`${url}: ${errorMessage(error)}`);
    }
  }
  throw new Error(failures.length === 0 ? 'there is nobody to ask' : failures.join('; '));
}
