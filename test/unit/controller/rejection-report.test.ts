import { describe, expect, it } from '@jest/globals';
import { MEMBER_NAMESPACE, MEMBER_REJECTIONS } from '../../../src/api/names.ts';
import { resources } from '../../../src/api/resources.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { EventReporter } from '../../../src/kube/event-reporter.ts';
import { RejectionReport } from '../../../src/controller/rejection-report.ts';
import type { Rejection } from '../../../src/sync/service/rejection.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';

const REFUSED: Rejection = { object: 'EndpointSlice web-1.shop.west', reason: 'AddressNotGranted', message: '1 endpoints outside the ranges' };
const DELAY = 5_000;

interface World {
  readonly client: MemoryClient;
  readonly clock: FakeClock;
  readonly report: RejectionReport;
  readonly counted: string[];
  readonly strays: Rejection[];
  written(): Promise<string | undefined>;
}

function createWorld(beforeWrite?: (verb: string, resource: string, name: string) => void): World {
  const clock = new FakeClock();
  const client = createMemoryClient({ now: () => clock.now(), ...(beforeWrite && { beforeWrite }) });
  const counted: string[] = [];
  const strays: Rejection[] = [];
  const events = new EventReporter({ client, component: 'mcs-controller', clock, logger: silentLogger });
  const metrics = { rejected: (reason: string) => void counted.push(reason) };
  const report = new RejectionReport({ client, memberNamespace: MEMBER_NAMESPACE, strays: () => strays, events, metrics, clock, logger: silentLogger, delayMs: DELAY });
  const written = async (): Promise<string | undefined> => (await client.find(resources.configMaps, MEMBER_REJECTIONS, MEMBER_NAMESPACE))?.data?.['rejections.json'];
  return { client, clock, report, counted, strays, written };
}

const configMapWrites = ({ client }: World): string[] => client.writes.filter((write) => write.includes('configmaps'));

describe('RejectionReport', () => {
  it('gathers what comes in a while into one write', async () => {
    const world = createWorld();
    for (let index = 0; index < 50; index += 1) world.report.note(`shop/s${index}`, [{ ...REFUSED, object: `EndpointSlice s${index}-1.shop.west` }]);
    await world.clock.advance(DELAY);
    expect(configMapWrites(world)).toHaveLength(1);
    expect(JSON.parse((await world.written()) ?? '')).toMatchObject({ west: { total: 50, reasons: { AddressNotGranted: 50 } } });
  });

  it('counts and writes nothing when the same is found again', async () => {
    const world = createWorld();
    world.report.note('shop/web', [REFUSED]);
    await world.clock.advance(DELAY);
    world.report.note('shop/web', [{ ...REFUSED }]);
    world.report.refresh();
    await world.clock.advance(DELAY);
    expect(world.counted).toEqual(['AddressNotGranted']);
    expect(configMapWrites(world)).toHaveLength(1);
  });

  it('tells of a member and a reason by one Event, and again after it was over', async () => {
    const world = createWorld();
    const events = async (): Promise<string[]> => (await world.client.list(resources.events)).items.map(({ reason, message }) => `${reason ?? ''}: ${message ?? ''}`);
    world.report.note('shop/web', [REFUSED]);
    world.report.note('shop/api', [{ ...REFUSED, object: 'EndpointSlice api-1.shop.west' }]);
    await world.clock.advance(DELAY);
    expect(await events()).toEqual(['AddressNotGranted: A part of what cluster "west" exports is refused: EndpointSlice api-1.shop.west: 1 endpoints outside the ranges']);
    world.report.note('shop/web', []);
    world.report.note('shop/api', []);
    await world.clock.advance(DELAY);
    expect(await world.written()).toBe('{}');
    world.report.note('shop/web', [{ ...REFUSED, message: '2 endpoints outside the ranges' }]);
    await world.clock.advance(DELAY);
    expect(await events()).toHaveLength(2);
  });

  it('writes nothing at all while nothing is refused', async () => {
    const world = createWorld();
    world.report.refresh();
    await world.clock.advance(DELAY);
    expect(world.client.writes).toEqual([]);
  });

  it('clears what an earlier run left behind', async () => {
    const world = createWorld();
    const labels = { 'app.kubernetes.io/managed-by': 'mcs' };
    world.client.seed(resources.configMaps, { metadata: { name: MEMBER_REJECTIONS, namespace: MEMBER_NAMESPACE, labels }, data: { 'rejections.json': '{"west":{}}' } });
    world.report.refresh();
    await world.clock.advance(DELAY);
    expect(await world.written()).toBe('{}');
  });

  it('takes in what belongs to no service', async () => {
    const world = createWorld();
    world.strays.push({ object: 'ServiceImport web.shop.west', reason: 'LabelsDisagree', message: 'its labels do not agree with its name' });
    world.report.refresh();
    await world.clock.advance(DELAY);
    expect(await world.written()).toContain('LabelsDisagree');
  });

  it('tries again where it cannot write, and not after it was stopped', async () => {
    let failures = 2;
    const world = createWorld((_verb, resource) => {
      if (!resource.includes('configmaps') || failures === 0) return;
      failures -= 1;
      throw new Error('away');
    });
    world.report.note('shop/web', [REFUSED]);
    await world.clock.advance(3 * DELAY);
    expect(await world.written()).toContain('west');
    world.report.note('shop/web', []);
    world.report.stop();
    expect(world.clock.pending).toBe(0);
  });
});
