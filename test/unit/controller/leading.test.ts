import { describe, expect, it } from '@jest/globals';
import { MEMBER_BROKER_SECRET } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { Secret } from '../../../src/api/types/index.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { credentialData } from '../../../src/broker-info/member-credential.ts';
import { createLocalCaches } from '../../../src/controller/caches.ts';
import { Leading } from '../../../src/controller/leading.ts';
import type { ControllerMetrics } from '../../../src/controller/metrics.ts';
import { eventually } from '../../helpers/eventually.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { SETTINGS } from '../../helpers/import-sources.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';

const METRICS: ControllerMetrics = { observe: () => undefined, propagated: () => undefined, failed: () => undefined, rejected: () => undefined };
const DAY = 24 * 3_600_000;

describe('Leading', () => {
  it('gives each broker its own tokens only, a renewed one included', async () => {
    const clock = new FakeClock();
    const tokenOf = new Map<string, () => string>();
    const localClient = createMemoryClient({ now: () => clock.now() });
    const secretFor = (server: string, token: string): Secret => {
      const data = credentialData({ server, ca: '', namespace: 'broker', clusterID: 'west', token, issuedAt: clock.now(), expiresAt: clock.now() + DAY });
      return localClient.seed(resources.secrets, { metadata: { name: MEMBER_BROKER_SECRET, namespace: SETTINGS.memberNamespace }, data });
    };
    const leading = new Leading({
      settings: { ...SETTINGS, dnsWiring: { isWanted: false } },
      localClient,
      local: createLocalCaches(clock),
      broker: {
        kind: 'credential',
        connect: ({ server }, token) => {
          tokenOf.set(server, token);
          return createMemoryClient({ now: () => clock.now() });
        },
      },
      metrics: METRICS,
      clock,
      logger: silentLogger,
    });
    const abort = new AbortController();
    const run = leading.run(secretFor('https://one', 'first'), abort.signal);
    await eventually(() => tokenOf.has('https://one'));
    leading.keeper?.update(secretFor('https://one', 'renewed'));
    expect(tokenOf.get('https://one')?.()).toBe('renewed');
    leading.keeper?.update(secretFor('https://two', 'second'));
    expect(tokenOf.get('https://one')?.()).not.toBe('second');
    await eventually(() => tokenOf.has('https://two'));
    expect(tokenOf.get('https://two')?.()).toBe('second');
    abort.abort();
    await run;
    expect(clock.pending).toBe(0);
  });
});
