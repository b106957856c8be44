import { describe, expect, it } from '@jest/globals';
import { joinTokenSecretName } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { FleetContext } from '../../../src/deployers/deploy-context.ts';
import { issueJoinToken } from '../../../src/deployers/token/issue-join-token.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const MINUTE = 60_000;

describe('issueJoinToken()', () => {
  it.each([
    ['10 min behind', -10 * MINUTE],
    ['10 min ahead', 10 * MINUTE],
  ])("ends by the broker's clock where the workstation's is %s, and writes one Secret", async (_title, offset) => {
    const client = createMemoryClient({ now: () => NOW });
    const context = { client, clock: new FakeClock(NOW + offset), version: '0.0.1', signal: new AbortController().signal } as unknown as FleetContext;
    const { id, expiresAt } = await issueJoinToken(context, { namespace: 'broker', ttlSeconds: 300, approve: false });
    expect(expiresAt).toBe(new Date(NOW + 5 * MINUTE).toISOString());
    const { items } = await client.list(resources.secrets, { namespace: 'broker' });
    expect(items.map(({ metadata }) => metadata.name)).toEqual([joinTokenSecretName(id)]);
    expect(Buffer.from(items[0]?.data?.expiresAt ?? '', 'base64').toString()).toBe(expiresAt);
  });
});
