import { beforeEach, describe, expect, it } from '@jest/globals';
import { MEMBER_CONFIG, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { Cluster, Service } from '../../../src/api/types/index.ts';
import { listNames, type NameKind } from '../../../src/inspect/list-names.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';

let client: MemoryClient;
beforeEach(() => {
  client = createMemoryClient();
  for (const name of ['shop', 'bank']) client.seed(resources.namespaces, { metadata: { name } });
  const service = { spec: {} } as Pick<Service, 'spec'>;
  for (const [name, namespace] of [['web', 'shop'], ['db', 'shop'], ['vault', 'bank']] as const) client.seed(resources.services, { metadata: { name, namespace }, ...service });
  client.seed(resources.serviceExports, { metadata: { name: 'web', namespace: 'shop' } });
  const imported = { spec: { type: 'ClusterSetIP' as const, ports: [] } };
  // the broker's copies stand for no service of their own
  for (const [name, namespace] of [['web', 'shop'], ['vault', 'bank'], ['web.shop.east', 'broker']] as const) client.seed(resources.serviceImports, { metadata: { name, namespace }, ...imported });
  client.seed(resources.configMaps, { metadata: { name: MEMBER_CONFIG, namespace: MEMBER_NAMESPACE }, data: { 'config.json': '{"clusterID":"west"}' } });
  for (const cluster_id of ['west', 'east']) client.seed(resources.clusters, { metadata: { name: cluster_id, namespace: 'broker' }, spec: { cluster_id } as Cluster['spec'] });
});

describe('listNames', () => {
  const cases: [NameKind, string[]][] = [
    ['namespace', ['bank', 'shop']],
    ['service', ['db', 'web']],
    ['export', ['web']],
    ['shared', ['bank/vault', 'shop/web']],
    ['cluster', ['east', 'west']],
    ['node', []],
  ];
  it.each(cases)('of kind %s, each once and sorted', async (kind, names) => {
    expect(await listNames(client, kind, { namespace: 'shop', signal: new AbortController().signal })).toEqual(names);
  });
});
