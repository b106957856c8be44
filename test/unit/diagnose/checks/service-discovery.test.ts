import { describe, expect, it } from '@jest/globals';
import type { ServiceImport } from '../../../../src/api/types/index.ts';
import { ownershipLabels } from '../../../../src/sync/ownership.ts';
import { SERVICE_OWNER } from '../../../../src/sync/service/broker-objects.ts';
import { findForeignImports, findMissingImports } from '../../../../src/diagnose/checks/service-discovery.ts';
import type { SharedService } from '../../../../src/inspect/shared-services.ts';

function service(ready: 'True' | 'False', ...importedIn: string[]): SharedService {
  return {
    namespace: 'shop',
    name: 'nginx',
    exports: [{ cluster: 'west', conditions: [{ type: 'Ready', status: ready, reason: 'r', message: '' }] }],
    imports: importedIn.map((cluster) => ({ cluster, type: 'ClusterSetIP', ips: [], ports: [], endpoints: {} })),
  };
}

describe('findMissingImports', () => {
  const cases: [string, SharedService, string[], number][] = [
    ['exported and imported', service('True', 'east'), ['shop'], 0],
    ['exported, not imported here', service('True', 'west'), ['shop'], 1],
    ['not on the broker yet', service('False'), ['shop'], 0],
    ['its namespace is not here', service('True'), ['other'], 0],
  ];
  it.each(cases)('%s', (_title, given, namespaces, expected) => {
    expect(findMissingImports([given], 'east', new Set(namespaces))).toHaveLength(expected);
  });
});

describe('findForeignImports', () => {
  const imported = (name: string, labels: Record<string, string>) => ({ metadata: { name, namespace: 'shop', labels } }) as ServiceImport;
  const ours = ownershipLabels({ owner: SERVICE_OWNER, originCluster: 'east', originUid: 'u' });
  const cases: [string, ServiceImport, SharedService, readonly string[]][] = [
    ['made by mcs', imported('nginx', ours), service('True'), []],
    ['made by somebody else', imported('nginx', {}), service('True'), ['shop/nginx']],
    ['made by somebody else, for a service of his own', imported('other', {}), service('True'), []],
    ['made by somebody else, of a service that is not on the broker yet', imported('nginx', {}), service('False'), []],
  ];
  it.each(cases)('%s', (_title, given, shared, expected) => {
    expect(findForeignImports([given], [shared])).toEqual(expected);
  });
});
