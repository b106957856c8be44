import { Resolver } from 'node:dns/promises';
import { errorMessage, systemErrorCode } from '../../base/errors.ts';
import type { Question } from './calls-request.ts';

/** Answers of one try. */
export interface Asked {
  readonly answers: readonly string[];
  readonly error?: string;
}

/** Errors that say that a name has no such record, and not that nobody could be asked. */
const NO_SUCH = new Set(['ENOTFOUND', 'ENODATA']);

/** Whether an error is an answer: the name has nothing. */
export function isAbsence(error: string | undefined): boolean {
  return error !== undefined && NO_SUCH.has(error);
}

/** Domain of the cluster, by the search list of a pod: `NAMESPACE.svc.DOMAIN svc.DOMAIN DOMAIN`. */
export function clusterDomain(resolvConf: string): string {
  const searched = resolvConf.split('\n').findLast((line) => /^\s*search\s/.test(line))?.trim().split(/\s+/).slice(1) ?? [];
  return searched.find((domain) => domain.startsWith('svc.'))?.slice('svc.'.length).replace(/\.$/, '') ?? 'cluster.local';
}

/** IPv4 addresses; where there are none, those of IPv6. */
async function resolveAddresses(resolver: Resolver, name: string): Promise<readonly string[]> {
  try {
    return await resolver.resolve4(name);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENODATA') throw error;
    return resolver.resolve6(name);
  }
}

async function resolveServices(resolver: Resolver, name: string): Promise<readonly string[]> {
  return (await resolver.resolveSrv(name)).map(({ name: target, port }) => `${port} ${target}`);
}

export type AskName = (question: Pick<Question, 'name' | 'type'>) => Promise<Asked>;

export interface AskOptions {
  readonly tryMs: number;
  /** `address:port`, in place of the pod's own. */
  readonly server?: string;
  /** For names of this cluster alone. */
  readonly domain: string;
}

/** Asks once for one name after another. A failure is part of the answer. */
export function createAsker({ domain, server, tryMs }: AskOptions): AskName {
  const resolver = new Resolver({ timeout: tryMs, tries: 1 });
  if (server !== undefined) resolver.setServers([server]);
  return async ({ name, type }) => {
    try {
      const answers = type === 'SRV' ? await resolveServices(resolver, name) : await resolveAddresses(resolver, type === 'local' ? `${name}.${domain}` : name);
      return { answers: [...answers].sort() };
    } catch (error) {
      return { answers: [], error: systemErrorCode(error) ?? errorMessage(error) };
    }
  };
}
