import { describe, expect, it } from '@jest/globals';
import type { ConfigMap } from '../../../src/api/types/index.ts';
import type { ChangeHandler, Informer } from '../../../src/kube/informer.ts';
import { followShared } from '../../../src/sync/follow.ts';
import { ObjectCache } from '../../../src/sync/object-cache.ts';

function mapOf(name: string, resourceVersion: string): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop', uid: name, resourceVersion } };
}

function fakeInformer(objects: readonly ConfigMap[]): { readonly informer: Informer<ConfigMap>; readonly handlers: Set<ChangeHandler<ConfigMap>> } {
  const handlers = new Set<ChangeHandler<ConfigMap>>();
  const informer = {
    name: 'informer of configmaps',
    hasSynced: true,
    list: () => objects,
    synced: (signal?: AbortSignal) => (signal?.aborted === true ? Promise.reject(signal.reason as Error) : Promise.resolve()),
    onChange: (handler: ChangeHandler<ConfigMap>) => {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
  };
  return { informer: informer as unknown as Informer<ConfigMap>, handlers };
}

describe('followShared', () => {
  it('tells what is known at the start, then what changes, to each follower', async () => {
    const { informer, handlers } = fakeInformer([mapOf('a', '1')]);
    const news: string[] = [];
    const follow = (who: string) => followShared(informer, new ObjectCache<ConfigMap>(), { onNews: ({ metadata }) => news.push(`${who} ${metadata.name}@${metadata.resourceVersion ?? ''}`) });
    const [one, two] = [follow('one'), follow('two')];
    for (const follower of [one, two]) await follower.start(new AbortController().signal);
    for (const handler of handlers) handler('shop/a', mapOf('a', '2'), mapOf('a', '1'));
    expect(news).toEqual(['one a@1', 'two a@1', 'one a@2', 'two a@2']);
  });

  it('does not tell a follower of its own writes, and tells the others', async () => {
    const { informer, handlers } = fakeInformer([]);
    const [own, other] = [new ObjectCache<ConfigMap>(), new ObjectCache<ConfigMap>()];
    const news: string[] = [];
    await followShared(informer, own, { onNews: () => news.push('own') }).start(new AbortController().signal);
    await followShared(informer, other, { onNews: () => news.push('other') }).start(new AbortController().signal);
    own.wrote(mapOf('a', '5'));
    for (const handler of handlers) handler('shop/a', mapOf('a', '5'), undefined);
    expect(news).toEqual(['other']);
  });

  it('ends alone: the informer goes on, and nobody waits for a follower that was stopped', async () => {
    const { informer, handlers } = fakeInformer([]);
    const follower = followShared(informer, new ObjectCache<ConfigMap>(), { onNews: () => undefined });
    await follower.start(new AbortController().signal);
    expect(handlers.size).toBe(1);
    await follower.stop();
    expect(handlers.size).toBe(0);
    await expect(follower.synced()).rejects.toThrow('was stopped');
  });
});
