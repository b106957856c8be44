import { describe, expect, it } from '@jest/globals';
import { UPDATE_TIMESTAMP } from '../../../src/api/data-plane.ts';
import { MEMBER_NAMESPACE } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import type { CableEndpoint } from '../../../src/api/types/index.ts';
import { McsError } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { CableHealth } from '../../../src/controller/cable-health.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { gateway, routeAgent } from '../../helpers/gateways.ts';
import { cableSpec } from '../../helpers/member-records.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';

const STEP = 5_000;
const CARRIER = 'node-1';
const ENDPOINT: CableEndpoint = { apiVersion: 'submariner.io/v1', kind: 'Endpoint', metadata: { name: 'own' }, spec: cableSpec('west', '192.0.2.2', { hostname: CARRIER }) };

/** What happens while time passes. */
interface Circumstances {
  /** Whether the agent of the gateway writes its Gateway, as it does every 5 s. */
  readonly reports?: boolean;
  /** Paths that other nodes write in their RouteAgents, every time: `node-2 east=connected`. */
  readonly others?: readonly string[];
  readonly isApiAway?: boolean;
  /** Whether the own watch brings nothing. */
  readonly watchHangs?: boolean;
}

interface Trial {
  readonly health: CableHealth;
  readonly changes: string[];
  pass(seconds: number, circumstances?: Circumstances): Promise<void>;
}

/** The controller of "west", whose gateway is connected with "east". */
function trial(): Trial {
  const clock = new FakeClock();
  const memory = createMemoryClient();
  const changes: string[] = [];
  let isAway = false;
  const list: KubeClient['list'] = (resource, options) => (isAway ? Promise.reject(new McsError('MCS_CLUSTER_UNREACHABLE', 'Cannot reach it')) : memory.list(resource, options));
  const health: CableHealth = new CableHealth({
    clusterID: 'west',
    memberNamespace: MEMBER_NAMESPACE,
    client: { list },
    onChange: (cluster) => changes.push(`${cluster} ${health.isReachable(cluster) ? 'reachable' : 'unreachable'}`),
    clock,
    logger: silentLogger,
  });
  const report = (): void => {
    const { metadata, ...rest } = gateway('west', CARRIER, { connections: ['east'] });
    memory.seed(resources.gateways, { ...rest, metadata: { ...metadata, uid: 'g', namespace: MEMBER_NAMESPACE, annotations: { [UPDATE_TIMESTAMP]: String(clock.now()) } } });
  };
  const observe = async (): Promise<void> => health.observe((await memory.list(resources.gateways, { namespace: MEMBER_NAMESPACE })).items, [ENDPOINT]);
  void health.run(new AbortController().signal);
  const pass: Trial['pass'] = async (seconds, { reports = false, others = [], isApiAway = false, watchHangs = false } = {}) => {
    isAway = isApiAway;
    for (let left = seconds * 1_000; left > 0; left -= STEP) {
      if (reports) report();
      for (const [node = '', path = ''] of others.map((other) => other.split(' '))) {
        const { metadata, ...rest } = routeAgent(node, [path]);
        memory.seed(resources.routeAgents, { ...rest, metadata: { ...metadata, uid: node, namespace: MEMBER_NAMESPACE } });
      }
      if (!watchHangs) await observe();
      await clock.advance(STEP);
    }
  };
  return { health, changes, pass };
}

describe('CableHealth: a gateway whose agent falls silent', () => {
  it('is believed as long as it writes', async () => {
    const { changes, pass } = trial();
    await pass(120, { reports: true });
    expect(changes).toEqual([]);
  });

  it('counts as one without connections after 15 s, and as what it says as soon as it speaks', async () => {
    const { changes, pass } = trial();
    await pass(5, { reports: true });
    await pass(5);
    expect(changes).toEqual([]);
    await pass(15);
    expect(changes).toEqual(['east unreachable']);
    await pass(120);
    expect(changes).toEqual(['east unreachable']);
    await pass(5, { reports: true });
    expect(changes).toEqual(['east unreachable', 'east reachable']);
  });

  it('is named until another one has taken over', async () => {
    const { health, pass } = trial();
    await pass(5, { reports: true });
    expect(health.silentGateway).toBeUndefined();
    await pass(20);
    expect(health.silentGateway).toBe(CARRIER);
    const successor = { ...ENDPOINT, spec: { ...ENDPOINT.spec, hostname: 'node-2' } };
    health.observe([gateway('west', CARRIER, { connections: ['east'] }), gateway('west', 'node-2', { connections: ['east'] })], [successor]);
    expect(health.silentGateway).toBeUndefined();
    expect(health.isReachable('east')).toBe(true);
  });

  it.each<[string, readonly string[], string[]]>([
    ['other nodes get answers through it', ['node-2 east=connected'], []],
    ['most of the other nodes get answers through it', ['node-2 east=connected', 'node-3 east=connected', 'node-4 east=error'], []],
    ['other nodes get none', ['node-2 east=error'], ['east unreachable']],
    ['as many get none', ['node-2 east=error', 'node-3 east=connected'], ['east unreachable']],
    ['only its own node says so', [`${CARRIER} east=connected`], ['east unreachable']],
    ['other nodes do not probe', ['node-2 east=none'], ['east unreachable']],
  ])('is judged by the other nodes: %s', async (_case, others, expected) => {
    const { changes, pass } = trial();
    await pass(5, { reports: true, others });
    await pass(200, { others });
    expect(changes).toEqual(expected);
  });

  it('is not saved by the last words of another node that is gone too', async () => {
    const { changes, pass } = trial();
    await pass(5, { reports: true, others: ['node-2 east=connected'] });
    await pass(60);
    expect(changes).toEqual([]);
    await pass(60);
    expect(changes).toEqual(['east unreachable']);
  });

  it('is not taken for silent where only the own watch hangs', async () => {
    const { changes, pass } = trial();
    await pass(5, { reports: true });
    await pass(120, { reports: true, watchHangs: true });
    expect(changes).toEqual([]);
  });

  it('is not taken for silent while the API server is away, nor at once when it is back', async () => {
    const { changes, pass } = trial();
    await pass(5, { reports: true });
    await pass(60, { isApiAway: true });
    await pass(10);
    expect(changes).toEqual([]);
    await pass(15);
    expect(changes).toEqual(['east unreachable']);
    await pass(60, { isApiAway: true });
    expect(changes).toEqual(['east unreachable']);
  });
});
