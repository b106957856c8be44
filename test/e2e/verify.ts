/** `mcs verify` on clusters that are well: all that it can test passes, and nothing of it is left. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OWNER } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import type { VerifyReport } from '../../src/verify/suites/report.ts';
import { eventually } from '../helpers/eventually.ts';
import { assertOk } from './lib/expectations.ts';
import { fleet } from './lib/fleet.ts';

const MINUTE = { timeoutMs: 60_000, everyMs: 500 };

describe('verify', () => {
  it('proves connectivity and discovery, and takes everything away', async () => {
    const { stdout } = assertOk(await fleet.mcs('verify', '-o', 'json'));
    const { summary, tests } = JSON.parse(stdout) as VerifyReport;
    console.log(`    ${summary.pass} tests passed, ${summary.skip} skipped`);
    for (const suite of ['connectivity', 'service-discovery']) {
      const isProven = tests.some((test) => test.suite === suite && test.status === 'pass');
      assert(isProven || (suite === 'connectivity' && !fleet.hasContainers), `nothing of ${suite} was tested`);
    }
    for (const { client, name } of fleet.clusters) {
      await eventually(async () => {
        const { items } = await client.list(resources.namespaces, { labelSelector: `${OWNER}=verify` });
        assert.deepEqual(items.map(({ metadata }) => metadata.name), [], `left in ${name}`);
      }, MINUTE);
    }
  });
});
