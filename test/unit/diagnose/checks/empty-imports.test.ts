import { describe, expect, it } from '@jest/globals';
import { type EmptyService, judgeEmpty, type Offer } from '../../../../src/diagnose/checks/empty-imports.ts';

const offer = (cluster: string, ready?: number, isRead = true): Offer => ({ cluster, ...(isRead && { name: cluster }), ...(ready !== undefined && { endpoints: { ready, all: 2 } }) });
const service = (key: string, ...offers: Offer[]): EmptyService => ({ key, offers });
const SCENE = { cluster: 'west', kubectl: 'kubectl', total: 3, broker: 'hub' };

describe('judgeEmpty in "west"', () => {
  it.each<[string, EmptyService[], string[], string[]]>([
    ['the own Service has none ready', [service('shop/cart', offer('west', 0))], ['shop/cart has no ready endpoint: its Service has 0 of 2 endpoints ready here'], []],
    ['neither has the other exporter', [service('shop/cart', offer('west', 0), offer('east', 0))], ['shop/cart has no ready endpoint: its Service has 0 of 2 endpoints ready here, "east" has 0 of 2 ready'], []],
    ['the exporter has none ready', [service('shop/cart', offer('east', 0))], ['shop/cart has no ready endpoint here: "east" has 0 of 2 ready'], ['east MCS-SD-04']],
    ['one is to be mended here, one elsewhere', [service('shop/cart', offer('east', 0)), service('shop/pay', offer('west', 0))], ['shop/pay has no ready endpoint: its Service has 0 of 2 endpoints ready here'], []],
    ['the exporter was not read', [service('shop/cart', offer('east', undefined, false))], ['shop/cart has no ready endpoint here: "east" exports it and was not read'], ['hub MCS-BRK-01 east']],
    ['nobody exports it', [service('shop/cart')], ['shop/cart has no ready endpoint here, and no cluster is known to export it'], []],
  ])('%s', (_title, empty, evidence, suspects) => {
    const outcome = judgeEmpty(empty, SCENE);
    expect(outcome).toMatchObject({ status: 'warn', evidence });
    expect((outcome.suspects ?? []).map(({ cluster, ids, peer }) => [cluster, ...ids, peer].join(' ').trim())).toEqual(suspects);
  });

  it('refers to what is wrong at the exporter or on the way where it has ready endpoints', () => {
    const { suspects = [] } = judgeEmpty([service('shop/cart', offer('west', 0), offer('east', 2))], SCENE);
    expect(suspects).toContainEqual({ cluster: 'hub', ids: ['MCS-BRK-01'], peer: 'east' });
    expect(suspects).toContainEqual({ cluster: 'west', ids: ['MCS-NET-07'], peer: 'east' });
    expect(suspects.flatMap(({ ids }) => ids)).not.toContain('MCS-SD-04');
  });

  it('passes where there is none', () => {
    expect(judgeEmpty([], SCENE)).toEqual({ status: 'pass', evidence: ['3 services'] });
  });
});
