import { describe, expect, it } from '@jest/globals';
import { findMissingImports } from '../../../../src/diagnose/checks/service-discovery.ts';
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
