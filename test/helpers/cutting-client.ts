import type { KubeClient } from '../../src/kube/client.ts';

const WRITES = ['create', 'update', 'apply', 'patch', 'delete', 'createToken'] as const;

/** What the cut looks like to the code under test: as Ctrl-C does. */
export class CutError extends Error {
  constructor() {
    super('cut here');
    this.name = 'AbortError';
  }
}

export interface Cut {
  /** Writes that may still be done; every call after that throws. */
  left: number;
  /** Writes done so far. */
  done: number;
}

function isDryRun(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'dryRun' in argument && argument.dryRun === true;
}

/** A client that dies right after its last allowed write: that write is stored, its answer is lost. */
export function cuttingClient(client: KubeClient, cut: Cut): KubeClient {
  const isWrite = (name: string | symbol): boolean => WRITES.some((write) => write === name);
  return new Proxy(client, {
    get: (target, name: keyof KubeClient) => {
      const member = (target as unknown as Record<string, unknown>)[name];
      if (typeof member !== 'function') return member;
      const write = member as (...args: unknown[]) => Promise<unknown>;
      if (!isWrite(name)) return write.bind(target);
      return async (...args: unknown[]): Promise<unknown> => {
        if (cut.left <= 0) throw new CutError();
        if (args.some(isDryRun)) return write.apply(target, args); // it stores nothing
        cut.left -= 1;
        const answer = await write.apply(target, args);
        cut.done += 1;
        if (cut.left <= 0) throw new CutError();
        return answer;
      };
    },
  });
}
