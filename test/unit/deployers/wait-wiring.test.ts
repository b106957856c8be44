import { describe, expect, it } from '@jest/globals';
import { MEMBER_DNS_WIRING, MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { FleetContext } from '../../../src/deployers/deploy-context.ts';
import { waitForWiring } from '../../../src/deployers/join/wait-joined.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';
import { rejection } from '../../helpers/thrown.ts';

const progress = { signal: new AbortController().signal, update: () => undefined };

/** Waits with one status standing, and another one from a point in time on. */
function wait(isWanted: boolean, standing: string | undefined, later?: string) {
  const [client, clock] = [createMemoryClient(), new FakeClock()];
  const report = (state: string) => client.seed(resources.configMaps, { metadata: { name: MEMBER_DNS_WIRING, namespace: MEMBER_NAMESPACE }, data: { 'status.json': JSON.stringify({ state, message: `it is ${state}`, servers: [] }) } });
  if (standing !== undefined) report(standing);
  if (later !== undefined) clock.schedule(() => report(later), 1_000);
  const waiting = waitForWiring({ client } as unknown as FleetContext, isWanted, { clock, timeoutMs: 5_000 }, progress);
  return { waiting, run: () => clock.advance(10_000) };
}

describe('waitForWiring', () => {
  it.each([
    ['takes what stands', true, 'wired', undefined, 'done'],
    ['waits while it is being loaded', true, 'loading', 'wired', 'done'],
    ['warns of what stands in the way', true, 'conflict', undefined, 'warning'],
    ['does not take "off" for an answer where it is wanted again', true, 'off', 'wired', 'done'],
    ['does not take "wired" for an answer where it is wanted no longer', false, 'wired', 'off', 'skipped'],
    ['skips where it was off before', false, 'off', undefined, 'skipped'],
  ] as const)('%s', async (_title, isWanted, standing, later, state) => {
    const { waiting, run } = wait(isWanted, standing, later);
    await run();
    expect(await waiting).toMatchObject({ state, detail: `it is ${later ?? standing}` });
  });

  it('ends with MCS_TIMEOUT where the controller says nothing', async () => {
    const { waiting, run } = wait(true, undefined);
    const failed = rejection(waiting);
    await run();
    expect(await failed).toMatchObject({ code: 'MCS_TIMEOUT' });
  });
});
