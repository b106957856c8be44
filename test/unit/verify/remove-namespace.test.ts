import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import { removeNamespace } from '../../../src/verify/remove-namespace.ts';
import { stubClient } from '../../helpers/stub-client.ts';

const OWNED = { owner: 'verify', purpose: 'the tests' };
const refuse = (code: number) => () => Promise.reject(new ApiError({ apiVersion: 'v1', kind: 'Status', status: 'Failure', code, message: 'no' }));

describe('removeNamespace', () => {
  it.each([
    ['one that is not there', { delete: refuse(404) }],
    ['one that may not be removed and was never made', { delete: refuse(403), find: () => Promise.resolve(undefined) }],
  ])('has nothing to do for %s', async (_what, methods) => {
    await expect(removeNamespace(stubClient(methods), 'tests-1', OWNED)).resolves.toBeUndefined();
  });

  const there = (): Promise<unknown> => Promise.resolve({ metadata: { name: 'tests-1' } });
  it.each([
    ['is there and may not be removed', { delete: refuse(403), find: there as KubeClient['find'] }],
    ['may be there, and may be neither seen nor removed', { delete: refuse(403), find: refuse(403) }],
    ['cannot be removed', { delete: refuse(500) }],
  ])('tells of one that %s', async (_what, methods) => {
    await expect(removeNamespace(stubClient(methods), 'tests-1', OWNED)).rejects.toMatchObject({ code: 'MCS_API_ERROR', message: 'Cannot remove namespace "tests-1" of the tests at https://stub:6443', hints: ['kubectl delete namespaces -l mcs.clusterset.local/owner=verify'] });
  });
});
