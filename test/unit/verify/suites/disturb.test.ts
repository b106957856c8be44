import { describe, expect, it } from '@jest/globals';
import { disturb } from '../../../../src/verify/suites/disturb.ts';
import type { VerifyCluster } from '../../../../src/verify/suites/planned-test.ts';
import { stubClient } from '../../../helpers/stub-client.ts';

const options = { timeoutMs: 1000, signal: new AbortController().signal, progress: () => undefined };
const cluster = { gateway: 'node-1', other: 'node-2' } as VerifyCluster;

describe('disturb', () => {
  it('tells how to give the gateway back its role where that failed', async () => {
    const client = stubClient({ server: 'https://west:6443', patch: () => Promise.reject(new Error('connection lost')) });
    await expect(disturb(client, cluster, { test: 'gateway-move', cluster: 'west' }, options)).rejects.toMatchObject({
      message: 'Cannot make "node-1" the gateway again at https://west:6443: connection lost',
      hints: ['kubectl label node node-1 submariner.io/gateway=true --overwrite', 'kubectl label node node-2 submariner.io/gateway-'],
    });
  });
});
