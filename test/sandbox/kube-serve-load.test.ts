import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import type { ServiceImport } from '../../src/api/types/index.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { eventually } from '../helpers/eventually.ts';

const COUNT = 500;
const NAMESPACE = 'default';

let server: TestApiServer;

beforeAll(async () => {
  server = await startTestApiServer();
});

afterAll(async () => {
  await server.stop();
});

function draft(index: number, port: number): Omit<ServiceImport, 'apiVersion' | 'kind'> {
  return { metadata: { name: `svc-${index}`, namespace: NAMESPACE }, spec: { type: 'ClusterSetIP', ports: [{ name: 'http', port, protocol: 'TCP' }] } };
}

describe('500 objects at once', () => {
  it('are created and applied twice by one client, while four watchers each see every change in order', async () => {
    const client = server.client(undefined, { userAgent: 'mcs-load/1' });
    const done = new AbortController();
    const { resourceVersion } = (await client.list(resources.serviceImports)).metadata;
    const seen = Array.from({ length: 4 }, () => [] as number[]);
    const watchers = seen.map(async (versions) => {
      const options = { resourceVersion, signal: done.signal };
      for await (const { object, type } of client.watch(resources.serviceImports, options)) {
        if (type === 'ADDED' || type === 'MODIFIED') versions.push(Number(object.metadata.resourceVersion));
      }
    });
    await eventually(() => expect(server.faults.requestCounts({ verb: 'watch' })).toEqual([expect.objectContaining({ count: 4 })]));
    const indexes = Array.from({ length: COUNT }, (_, index) => index);
    await Promise.all(indexes.map((index) => client.create(resources.serviceImports, draft(index, 1))));
    await Promise.all(indexes.map((index) => client.apply(resources.serviceImports, draft(index, 2), { fieldManager: 'load', force: true })));
    await Promise.all(indexes.map((index) => client.apply(resources.serviceImports, draft(index, 2), { fieldManager: 'load' })));
    await eventually(() => expect(seen.map(({ length }) => length)).toEqual(Array(4).fill(2 * COUNT)));
    for (const versions of seen) expect(versions).toEqual([...versions].sort((left, right) => left - right));
    done.abort();
    await Promise.allSettled(watchers);
  });

  it('are one page after the other', async () => {
    const client = server.client(undefined, { pageSize: 70 });
    expect((await client.list(resources.serviceImports)).items).toHaveLength(COUNT);
  });
});
