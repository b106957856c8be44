import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../../src/api/resources.ts';
import { failureStatus } from '../../../../src/api/status.ts';
import type { KubeObject } from '../../../../src/api/types/index.ts';
import { createArchiveClient } from '../../../../src/diagnose/gather/archive-client.ts';
import { createRecording, type Recording } from '../../../../src/diagnose/gather/recording.ts';
import { recordingClient } from '../../../../src/diagnose/gather/recording-client.ts';
import { ApiError } from '../../../../src/kube/api-error.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { createMemoryClient } from '../../../helpers/memory-client.ts';
import { rejection } from '../../../helpers/thrown.ts';

const refused = new ApiError(failureStatus('Forbidden', 'no'));
const unreachable = new Error('cut');

/** What a cluster answers, and what is noted of it by what `use` asks. */
async function record(use: (client: KubeClient) => Promise<unknown>): Promise<Recording> {
  const memory = createMemoryClient();
  for (const [name, app] of [['a', 'x'], ['b', 'y'], ['c', 'x']] as const) {
    const status = { phase: name === 'c' ? 'Pending' : 'Running' } as const;
    memory.seed(resources.pods, { metadata: { name, namespace: 'shop', labels: { app } }, spec: { containers: [] }, status });
  }
  memory.seed(resources.services, { metadata: { name: 'web', namespace: 'shop' }, spec: {} });
  memory.seed(resources.leases, { metadata: { name: 'lock', namespace: 'shop', managedFields: [{ time: 'then' }] } });
  const recording = createRecording();
  const getPath = <T>(path: string): Promise<T> => (path === '/version' ? Promise.resolve({ gitVersion: 'v1' } as T) : Promise.reject(path === '/cut' ? unreachable : refused));
  const list: KubeClient['list'] = (resource, options) => ((resource.plural) === 'secrets' ? Promise.reject(refused) : memory.list(resource, options));
  await use(recordingClient({ ...memory, server: 'https://west', getPath, list, serverTime: () => 42 }, recording));
  return recording;
}

const namesOf = ({ items }: { readonly items: readonly KubeObject[] }): string[] => items.map(({ metadata }) => metadata.name);

describe('createArchiveClient', () => {
  it('answers lists that were asked, and narrower ones', async () => {
    const client = createArchiveClient(await record((live) => live.list(resources.pods)));
    expect(namesOf(await client.list(resources.pods))).toEqual(['a', 'b', 'c']);
    expect(namesOf(await client.list(resources.pods, { namespace: 'shop', labelSelector: 'app in (x)' }))).toEqual(['a', 'c']);
    expect(namesOf(await client.list(resources.pods, { fieldSelector: 'status.phase=Running' }))).toEqual(['a', 'b']);
    expect(namesOf(await client.list(resources.pods, { fieldSelector: 'status.phase!=Running,metadata.name=c' }))).toEqual(['c']);
    expect(namesOf(await client.list(resources.pods, { namespace: 'other' }))).toEqual([]);
  });

  it('does not take a part for the whole', async () => {
    const client = createArchiveClient(await record((live) => live.list(resources.pods, { namespace: 'shop', labelSelector: 'app=x' })));
    expect(namesOf(await client.list(resources.pods, { namespace: 'shop', labelSelector: 'app=x', fieldSelector: 'metadata.name=a' }))).toEqual(['a']);
    for (const options of [{}, { namespace: 'shop' }, { labelSelector: 'app=x' }]) expect(await rejection(client.list(resources.pods, options))).toMatchObject({ code: 'MCS_NOT_IN_ARCHIVE' });
    expect(await rejection(client.find(resources.pods, 'b', 'shop'))).toMatchObject({ code: 'MCS_NOT_IN_ARCHIVE', message: expect.stringContaining('Pod shop/b') });
    expect(await client.get(resources.pods, 'c', 'shop')).toMatchObject({ metadata: { labels: { app: 'x' } } });
  });

  it('knows what was not there', async () => {
    const client = createArchiveClient(await record(async (live) => [await live.list(resources.services, { namespace: 'shop' }), await live.find(resources.configMaps, 'coredns', 'kube-system')]));
    expect(await client.find(resources.services, 'gone', 'shop')).toBeUndefined();
    expect(await client.find(resources.configMaps, 'coredns', 'kube-system')).toBeUndefined();
    expect(await rejection(client.get(resources.configMaps, 'coredns', 'kube-system'))).toMatchObject({ code: 404 });
    expect(await rejection(client.find(resources.configMaps, 'other', 'kube-system'))).toMatchObject({ code: 'MCS_NOT_IN_ARCHIVE' });
  });

  it('refuses what was refused, also in part', async () => {
    const client = createArchiveClient(await record((live) => rejection(live.list(resources.secrets))));
    expect(await rejection(client.list(resources.secrets, { namespace: 'shop' }))).toMatchObject({ code: 403 });
  });

  it('repeats answers to other requests, and the time', async () => {
    const client = createArchiveClient(await record(async (live) => [await live.getPath('/version'), await rejection(live.getPath('/no')), await rejection(live.getPath('/cut')), live.serverTime?.()]));
    expect(client).toMatchObject({ server: 'https://west' });
    expect(client.serverTime?.()).toBe(42);
    expect(await client.getPath('/version')).toEqual({ gitVersion: 'v1' });
    expect(await rejection(client.getPath('/no'))).toMatchObject({ code: 403 });
    for (const path of ['/cut', '/apis']) expect(await rejection(client.getPath(path))).toMatchObject({ code: 'MCS_NOT_IN_ARCHIVE' });
  });

  it('keeps what the server notes of writers, also where a list came later', async () => {
    const client = createArchiveClient(await record(async (live) => [await live.find(resources.leases, 'lock', 'shop'), await live.list(resources.leases, { transform: (lease) => lease })]));
    expect((await client.get(resources.leases, 'lock', 'shop')).metadata.managedFields).toEqual([{ time: 'then' }]);
  });

  it('writes nothing, neither while it records nor afterwards', async () => {
    const draft = { metadata: { name: 'x', namespace: 'shop' } };
    const recording = await record((live) => {
      expect(() => live.create(resources.configMaps, draft)).toThrow('Cannot write');
      return Promise.resolve();
    });
    const client = createArchiveClient(recording);
    for (const attempt of [client.create(resources.configMaps, draft), client.delete(resources.configMaps, 'x', 'shop'), client.canI({ verb: 'get', group: '', resource: 'pods' })]) {
      expect(await rejection(attempt)).toMatchObject({ code: 'MCS_NOT_IN_ARCHIVE' });
    }
  });
});
