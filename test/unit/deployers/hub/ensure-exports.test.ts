import { describe, expect, it } from '@jest/globals';
import { MANAGED_BY, MANAGED_BY_MCS } from '../../../../src/api/labels.ts';
import { resources } from '../../../../src/api/resources.ts';
import { ensureExports } from '../../../../src/deployers/hub/join-hub.ts';
import { createMemoryClient } from '../../../helpers/memory-client.ts';

const { signal } = new AbortController();

describe('ensureExports', () => {
  it('widens the selection of an earlier join, and writes nothing where it holds', async () => {
    const client = createMemoryClient();
    client.seed(resources.exportPolicies, { metadata: { name: 'mcs-hub', labels: { [MANAGED_BY]: MANAGED_BY_MCS } }, spec: { namespaces: ['shop'] } });
    expect((await ensureExports({ member: { client }, exports: {} }, { signal })).state).toBe('updated');
    expect((await client.get(resources.exportPolicies, 'mcs-hub')).spec).toEqual({});
    expect((await ensureExports({ member: { client }, exports: {} }, { signal })).state).toBe('unchanged');
    expect(client.writes).toHaveLength(1);
  });

  it('makes the policy once', async () => {
    const client = createMemoryClient();
    expect((await ensureExports({ member: { client }, exports: { namespaces: ['shop'] } }, { signal })).state).toBe('created');
    expect(client.writes).toHaveLength(1);
  });
});
