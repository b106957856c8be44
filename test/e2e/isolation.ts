/** A hostile member with a token of its own, against the broker and against those who import from it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BROKER_NAMESPACE } from '../../src/api/names.ts';
import { type Finding, isolation } from './isolation/isolation.ts';
import { fleet } from './lib/fleet.ts';

const PATIENCE_MS = 120_000;
const REFUSERS: readonly Finding['refusedBy'][] = ['RBAC', 'admission policy', 'API server', 'importer'];

describe('isolation', { skip: !fleet.hasContainers && 'the sandbox evaluates no admission policies' }, () => {
  it('what a hostile member tries is refused, by the API server where it can and by importers where it cannot', async (test) => {
    const [broker] = fleet.clusters;
    const findings = await isolation({ broker: broker.access, brokerNamespace: BROKER_NAMESPACE, importers: fleet.clusters, signal: AbortSignal.timeout(PATIENCE_MS) });
    for (const refuser of REFUSERS) {
      const count = findings.filter(({ refusedBy }) => refusedBy === refuser).length;
      assert(count > 0, `nothing was left to the ${refuser} to refuse`);
      test.diagnostic(`${count} tries refused by the ${refuser}`);
    }
  });
});
