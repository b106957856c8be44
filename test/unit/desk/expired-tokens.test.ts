import { describe, expect, it } from '@jest/globals';
import { JOIN_TOKEN_ID } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import type { Secret } from '../../../src/api/types/index.ts';
import { joinTokenData } from '../../../src/broker-info/index.ts';
import { findExpiredTokens, removeExpiredTokens } from '../../../src/desk/expired-tokens.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';

const NOW = Date.parse('2026-01-10T00:00:00Z');
const HOUR = 3_600_000;

function secretOf(id: string, expiresAt: string): Secret {
  const data = joinTokenData({ secret: Buffer.alloc(32).toString('base64'), expiresAt, approve: false, uses: [], accepted: [], denied: [] });
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: `mcs-join-${id}`, namespace: 'broker', labels: { [JOIN_TOKEN_ID]: id } }, data };
}

function seeded(): MemoryClient {
  const client = createMemoryClient({ now: () => NOW });
  client.seed(resources.secrets, secretOf('old', '2026-01-08T00:00:00Z'));
  client.seed(resources.secrets, secretOf('good', '2026-01-11T00:00:00Z'));
  client.seed(resources.secrets, { ...secretOf('other', '2026-01-01T00:00:00Z'), metadata: { name: 'tls', namespace: 'broker' } });
  return client;
}

describe('findExpiredTokens', () => {
  it.each<[string, string, boolean]>([
    ['keeps a token that is good', '2026-01-10T01:00:00Z', false],
    ['keeps a token that has just ended: a join may still wait', '2026-01-09T12:00:00Z', false],
    ['gives a token that nobody can need any more', '2026-01-08T23:59:59Z', true],
    ['keeps a token whose end cannot be read', 'soon', false],
  ])('%s', (_name, expiresAt, isExpired) => {
    expect(findExpiredTokens([secretOf('a', expiresAt)], NOW, 24 * HOUR)).toHaveLength(isExpired ? 1 : 0);
  });
});

describe('removeExpiredTokens', () => {
  it('deletes what has ended, and no Secret that is no join token', async () => {
    const client = seeded();
    expect(await removeExpiredTokens(client, 'broker', { now: NOW, keepMs: 24 * HOUR })).toEqual(['old']);
    expect((await client.list(resources.secrets, { namespace: 'broker' })).items.map(({ metadata }) => metadata.name)).toEqual(['mcs-join-good', 'tls']);
  });

  it('leaves a token that was changed since it was read', async () => {
    const client = seeded();
    const list: typeof client.list = async (resource, options) => {
      const read = await client.list(resource, options);
      client.seed(resources.secrets, secretOf('old', '2026-02-01T00:00:00Z'));
      return read;
    };
    expect(await removeExpiredTokens({ ...client, list }, 'broker', { now: NOW, keepMs: 0 })).toEqual([]);
  });
});
