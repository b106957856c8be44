import { describe, expect, it } from '@jest/globals';
import { ORIGIN_CLUSTER, ORIGIN_UID, OWNER } from '../../../src/api/labels.ts';
import { resources } from '../../../src/api/resources.ts';
import type { ConfigMap } from '../../../src/api/types/index.ts';
import { applyPlan, type AppliedPlan, mergePatchFor } from '../../../src/sync/apply-plan.ts';
import { type Desired, plan } from '../../../src/sync/plan.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';

const LABELS = { [OWNER]: 'trial', [ORIGIN_CLUSTER]: 'east', [ORIGIN_UID]: 'u' };

function desired(name: string, data: Record<string, string>, absent: string[][] = []): Desired<ConfigMap> {
  return { object: { metadata: { name, namespace: 'shop', labels: LABELS }, data }, absent };
}

interface Trial {
  readonly client: MemoryClient;
  readonly seed: (name: string, data: Record<string, string>, labels?: Record<string, string>) => ConfigMap;
  readonly run: (wanted: readonly Desired<ConfigMap>[], standing: readonly ConfigMap[]) => Promise<AppliedPlan<ConfigMap>>;
  readonly data: () => Promise<Record<string, Record<string, string> | undefined>>;
}

function trial(): Trial {
  const client = createMemoryClient();
  const options = { owner: 'trial', fieldManager: 'mcs-trial' };
  return {
    client,
    seed: (name, data, labels = LABELS) => client.seed(resources.configMaps, { metadata: { name, namespace: 'shop', labels }, data }),
    run: (wanted, standing) => applyPlan(client, resources.configMaps, plan({ owner: 'trial', desired: wanted, standing }), options),
    data: async () => Object.fromEntries((await client.list(resources.configMaps)).items.map((object) => [object.metadata.name, object.data])),
  };
}

describe('applyPlan', () => {
  it('creates, updates and deletes what the plan says, and nothing else', async () => {
    const { client, seed, run, data } = trial();
    const standing = [seed('kept', { a: '1' }), seed('changed', { a: '1' }), seed('surplus', { a: '1' })];
    await run([desired('kept', { a: '1' }), desired('changed', { a: '2' }), desired('new', { a: '3' })], standing);
    expect(await data()).toEqual({ kept: { a: '1' }, changed: { a: '2' }, new: { a: '3' } });
    expect(client.writes.toSorted()).toEqual(['create configmaps new', 'delete configmaps surplus', 'patch configmaps changed']);
  });

  it('removes fields that must be absent, and leaves those of others', async () => {
    const { seed, run, data } = trial();
    const standing = seed('x', { old: '1', theirs: '2' });
    await run([desired('x', { own: '3' }, [['data', 'old']])], [standing]);
    expect(await data()).toEqual({ x: { own: '3', theirs: '2' } });
  });

  it('reports a foreign object that the cache did not know, and leaves it alone', async () => {
    const { client, seed, run, data } = trial();
    seed('x', { a: 'theirs' }, {});
    const { conflicts, written } = await run([desired('x', { a: 'ours' })], []);
    expect(conflicts.map(({ kind }) => kind)).toEqual(['foreign']);
    expect(written).toEqual([]);
    expect(await data()).toEqual({ x: { a: 'theirs' } });
    expect(client.writes).toEqual(['create configmaps x']);
  });

  it('takes up an own object that the cache did not know yet', async () => {
    const { seed, run, data } = trial();
    seed('same', { a: '1' });
    seed('old', { a: '1' });
    const { written } = await run([desired('same', { a: '1' }), desired('old', { a: '2' })], []);
    expect(written).toHaveLength(2);
    expect(await data()).toEqual({ same: { a: '1' }, old: { a: '2' } });
  });

  it('changes only the object that it planned for, never one of the same name that came later', async () => {
    const { client, seed, run, data } = trial();
    const before = seed('x', { a: '1' });
    await client.delete(resources.configMaps, 'x', 'shop');
    seed('x', { a: 'newcomer' });
    await expect(run([desired('x', { a: '2' })], [before])).rejects.toMatchObject({ code: 409 });
    await run([], [before]);
    expect(await data()).toEqual({ x: { a: 'newcomer' } });
  });

  it('writes the others when one fails, and throws the failure', async () => {
    const { seed, run, data } = trial();
    const gone = seed('gone', { a: '1' });
    gone.metadata.uid = 'another';
    const surplus = seed('surplus', { a: '1' });
    await expect(run([desired('gone', { a: '2' }), desired('new', { a: '3' })], [gone, surplus])).rejects.toMatchObject({ code: 409 });
    expect(await data()).toEqual({ gone: { a: '1' }, new: { a: '3' } });
  });

  it('counts what is gone already as deleted', async () => {
    const { client, seed, run } = trial();
    const surplus = seed('x', {});
    await client.delete(resources.configMaps, 'x', 'shop');
    expect((await run([], [surplus])).deleted).toEqual([surplus]);
  });
});

describe('mergePatchFor', () => {
  it('carries the uid as precondition and null for what must be absent', () => {
    expect(mergePatchFor(desired('x', { a: '1' }, [['data', 'b'], ['spec', 'c', 'd']]), 'uid-1')).toEqual({
      metadata: { name: 'x', namespace: 'shop', labels: LABELS, uid: 'uid-1' },
      data: { a: '1', b: null },
      spec: { c: { d: null } },
    });
  });
});
