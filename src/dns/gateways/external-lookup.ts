import { Resolver } from 'node:dns/promises';
import type { IpFamily } from '../../api/types/index.ts';

/** What the rest of the world says about a name. */
export type ExternalAnswer =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[]; /** s */ readonly ttl: number }
  /** The name exists, without addresses of the family. */
  | { readonly kind: 'noData' }
  | { readonly kind: 'noName' };

/** Asks for names that are not ours. */
export interface ExternalLookup {
  /** Rejects where there is no answer. */
  lookUp(name: string, family: IpFamily): Promise<ExternalAnswer>;
  /** Ends what is under way. */
  close(): void;
}

/** c-ares tries every server of the pod as often, and waits longer each time. */
const TIMEOUT_MS = 2_000;
const TRIES = 2;

interface TimedAddress {
  readonly address: string;
  readonly ttl: number;
}

/** Asks the resolver of the pod, without its search path: targets are whole names. */
export function createExternalLookup(resolver: Resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES })): ExternalLookup {
  const ask = (name: string, family: IpFamily): Promise<TimedAddress[]> => (family === 'IPv4' ? resolver.resolve4(name, { ttl: true }) : resolver.resolve6(name, { ttl: true }));
  return {
    lookUp: async (name, family) => {
      try {
        const found = await ask(name, family);
        return { kind: 'addresses', addresses: found.map(({ address }) => address), ttl: Math.min(...found.map(({ ttl }) => ttl)) };
      } catch (error) {
        return readFailure(error);
      }
    },
    close: () => resolver.cancel(),
  };
}

function readFailure(error: unknown): ExternalAnswer {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND') return { kind: 'noName' };
  if (code === 'ENODATA') return { kind: 'noData' };
  throw error;
}
