import { describe, expect, it } from '@jest/globals';
import { BROKER_CONFIG } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { AuthorityWatch, planAuthority } from '../../../src/controller/credential-authority.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { eventually } from '../../helpers/eventually.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';
import { createTestAuthority } from '../../helpers/test-certificates.ts';

const [old, next] = ['old', 'next'].map((name) => createTestAuthority(name).ca) as [string, string];

describe('planAuthority', () => {
  it.each<[string, string | undefined, string | undefined, string | undefined]>([
    ['takes a bundle', old, `${old}${next}`, `${old}${next}`],
    ['drops what is not published any more', `${old}${next}`, next, next],
    ['keeps what says the same in another order', `${old}${next}`, `${next}${old}`, undefined],
    ['keeps what stands where nothing is published', old, undefined, undefined],
    ['keeps what stands where an empty text is published', old, '', undefined],
    ['keeps what stands where something else is published', old, 'no certificate', undefined],
    ['leaves the trust store of the system alone', '', next, undefined],
    ['does nothing without a credential', undefined, next, undefined],
  ])('%s', (_name, trusted, published, expected) => {
    expect(planAuthority(trusted, published)).toBe(expected);
  });
});

interface Trial {
  readonly watch: AuthorityWatch;
  readonly clock: FakeClock;
  readonly tried: string[];
  readonly taken: string[];
  setReachable(isReachable: boolean): void;
}

async function trial(published: string): Promise<Trial> {
  const clock = new FakeClock();
  const broker = createMemoryClient({ now: () => clock.now() });
  broker.seed(resources.configMaps, { metadata: { name: BROKER_CONFIG, namespace: 'broker' }, data: { server: 'https://broker', ca: published } });
  const [tried, taken]: [string[], string[]] = [[], []];
  let isReachable = true;
  let trusted = old;
  const connect = (ca: string): KubeClient => {
    tried.push(ca);
    const getPath = (): Promise<never> => (isReachable ? Promise.resolve({} as never) : Promise.reject(new Error('its certificate is from somebody else')));
    return { ...broker, getPath };
  };
  const trust = (ca: string): Promise<void> => {
    taken.push(ca);
    trusted = ca;
    return Promise.resolve();
  };
  const watch = new AuthorityWatch({ client: broker, namespace: 'broker', trusted: () => trusted, connect, trust, clock, logger: silentLogger });
  await watch.start(new AbortController().signal);
  const setReachable = (value: boolean): void => {
    isReachable = value;
  };
  return { watch, clock, tried, taken, setReachable };
}

describe('AuthorityWatch', () => {
  it('takes what the broker publishes once a connection with it has succeeded', async () => {
    const { watch, clock, tried, taken } = await trial(`${old}${next}`);
    await eventually(async () => {
      await clock.advance(1);
      return taken.length > 0;
    });
    expect([tried, taken]).toEqual([[`${old}${next}`], [`${old}${next}`]]);
    await watch.stop();
  });

  it('locks nobody out: an authority that the server does not show yet is tried again later', async () => {
    const { watch, clock, tried, taken, setReachable } = await trial(next);
    setReachable(false);
    await eventually(async () => {
      await clock.advance(1);
      return tried.length > 0;
    });
    expect(taken).toEqual([]);
    setReachable(true);
    await eventually(async () => {
      await clock.advance(300_000);
      return taken.length > 0;
    });
    expect(taken).toEqual([next]);
    await watch.stop();
  });

  it('leaves no timer behind', async () => {
    const { watch, clock } = await trial(old);
    await watch.stop();
    expect(clock.pending).toBe(0);
  });
});
