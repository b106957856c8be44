import { expect, it } from '@jest/globals';
import { resources } from '../../../src/api/resources.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { Namespaces } from '../../../src/mirror/namespaces.ts';
import { Target } from '../../../src/mirror/target.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';

const OWN = { 'app.kubernetes.io/managed-by': 'mcs', 'mcs.clusterset.local/owner': 'mirror-m', 'mcs.clusterset.local/origin-cluster': 'west', 'mcs.clusterset.local/origin-uid': 'u' };

it.each([
  ['stays where a Service for it has come while its content was looked at', true, false, []],
  ['stays where a mirror has come into it meanwhile', false, true, []],
  ['goes where nothing has', false, false, ['delete namespaces shop']],
] as const)('an empty namespace %s', async (_what, isWanted, isFilled, expected) => {
  const memory = createMemoryClient();
  memory.seed(resources.namespaces, { metadata: { name: 'shop', labels: OWN } });
  const getPath = (path: string): Promise<never> => {
    const mirror = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop', uid: 'a', resourceVersion: '9', labels: OWN }, spec: {} };
    if (isFilled && path.includes('/namespaces/')) target.services.wrote(mirror);
    return Promise.resolve((path === '/apis' ? { groups: [] } : { resources: [{ name: 'secrets', namespaced: true, verbs: ['list'] }], items: [] }) as never);
  };
  const target: Target = new Target({ client: { ...memory, getPath }, owner: 'mirror-m', onKey: () => undefined, onNamespace: () => undefined, clock: systemClock, logger: silentLogger });
  const { signal } = new AbortController();
  await target.start(signal);
  await Promise.all(target.followers.map((follower) => follower.synced(signal)));
  await new Namespaces(target, 'none', silentLogger).removeIfEmpty('shop', () => isWanted, signal);
  await target.stop();
  expect(memory.writes).toEqual(expected);
});
