import { describe, expect, it } from '@jest/globals';
import type { KubeObject, Status } from '../../../src/api/types/index.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { CapiSource, findCapiVersion } from '../../../src/fleet/capi-source.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

const MINUTE = 60_000;
const notFound = (): ApiError => new ApiError({ code: 404, reason: 'NotFound' } as Status);

const cluster = (name: string): KubeObject => ({ apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'Cluster', metadata: { namespace: 'dev', name, uid: name } });

/** A hub that serves the Clusters in `versions`, the first one preferred; no watch of it brings anything. */
class Hub {
  versions: readonly string[] = [];
  withClusters: readonly string[] | undefined;
  clusters: readonly KubeObject[] = [];
  readonly listed: string[] = [];
  cutWatch: () => void = () => undefined;

  readonly client = {
    server: 'https://hub',
    getPath: (path: string) => {
      const version = path.split('/')[3];
      if (this.versions.length === 0 || (version !== undefined && !this.versions.includes(version))) return Promise.reject(notFound());
      if (version === undefined) return Promise.resolve({ preferredVersion: { version: this.versions[0] }, versions: this.versions.map((each) => ({ version: each })) });
      return Promise.resolve({ resources: (this.withClusters ?? this.versions).includes(version) ? [{ name: 'clusters' }] : [{ name: 'machines' }] });
    },
    list: ({ version }: { version: string }) => {
      if (!this.versions.includes(version)) return Promise.reject(notFound());
      this.listed.push(version);
      return Promise.resolve({ items: this.clusters, metadata: { resourceVersion: '1' } });
    },
    watch: () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise((_resolve, reject) => (this.cutWatch = () => reject(this.versions.length === 0 ? notFound() : new Error('cut')))),
        return: () => Promise.resolve({ done: true, value: undefined }),
      }),
    }),
  } as unknown as KubeClient;
}

function start(hub: Hub, clock = new FakeClock()) {
  const source = new CapiSource({ client: hub.client, recheckMs: MINUTE, onChange: () => undefined, clock, logger: silentLogger });
  const ending = new AbortController();
  return { source, clock, started: source.start(ending.signal), end: () => ending.abort(new Error('over')), names: () => source.clusters().map(({ metadata }) => metadata.name) };
}

describe('findCapiVersion()', () => {
  const { signal } = new AbortController();
  it.each([
    [[], undefined, undefined],
    [['v1beta2', 'v1beta1'], undefined, 'v1beta2'],
    [['v1beta2', 'v1beta1'], ['v1beta1'], 'v1beta1'],
    [['v1beta2'], [], undefined],
  ])('of the versions %j with Clusters in %j takes %s', async (versions, withClusters, expected) => {
    const hub = new Hub();
    Object.assign(hub, { versions, withClusters });
    expect(await findCapiVersion(hub.client, signal)).toBe(expected);
  });
});

describe('CapiSource', () => {
  it('takes an API that is not served for no clusters, and finds it later', async () => {
    const hub = new Hub();
    const { source, clock, end, names } = start(hub);
    await clock.advance(0);
    expect([source.hasSynced, source.trouble, names()]).toEqual([true, undefined, []]);
    Object.assign(hub, { versions: ['v1beta2'], clusters: [cluster('a')] });
    await clock.advance(MINUTE);
    expect(names()).toEqual(['a']);
    end();
  });

  it('keeps what was known when the API is not served any more, and follows it in the version in which it comes back', async () => {
    const hub = new Hub();
    Object.assign(hub, { versions: ['v1beta1'], clusters: [cluster('a')] });
    const { source, clock, end, names } = start(hub);
    await clock.advance(1_000);
    expect(names()).toEqual(['a']);
    hub.versions = [];
    hub.cutWatch();
    await clock.advance(MINUTE);
    expect([source.hasSynced, names()]).toEqual([true, ['a']]);
    expect(String(source.trouble)).toContain('not served any more');
    Object.assign(hub, { versions: ['v1beta2'], clusters: [cluster('b')] });
    await clock.advance(2 * MINUTE);
    expect(names()).toEqual(['b']);
    expect(hub.listed).toEqual(['v1beta1', 'v1beta2']);
    expect(source.trouble).toBeUndefined();
    end();
  });
});
