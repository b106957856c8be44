import { describe, expect, it } from '@jest/globals';
import { judgeRejections, rejectionChecks } from '../../../../src/diagnose/checks/rejections.ts';
import { MEMBER_NAMESPACE, MEMBER_REJECTIONS } from '../../../../src/api/names.ts';
import { resources } from '../../../../src/api/resources.ts';
import { failureStatus } from '../../../../src/api/status.ts';
import { ApiError } from '../../../../src/kube/api-error.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { REJECTIONS_KEY, summarizeRejections } from '../../../../src/sync/service/rejection-summary.ts';
import { contextAmong, member } from '../../../helpers/diagnose-scene.ts';
import { createMemoryClient } from '../../../helpers/memory-client.ts';
import { stubClient } from '../../../helpers/stub-client.ts';

const summary = summarizeRejections([
  { object: 'EndpointSlice web.shop.mallory', reason: 'AddressNotGranted', message: 'address 10.2.0.1 is left out' },
  { object: 'EndpointSlice api.shop.mallory', reason: 'AddressNotGranted', message: 'address 10.2.0.2 is left out' },
  { object: 'ServiceImport x.kube-system.east', reason: 'NamespaceRefused', message: 'a system namespace' },
]);

describe('judgeRejections', () => {
  it('passes where nothing is refused', () => {
    expect(judgeRejections({}, 'kubectl').status).toBe('pass');
  });

  it('names the members, how much of what was refused, and examples', () => {
    const { status, evidence } = judgeRejections(summary, 'kubectl --context west');
    expect(status).toBe('warn');
    expect(evidence).toEqual(expect.arrayContaining(['of "mallory": 2 refusals (2 AddressNotGranted)', 'of "east": 1 refusal (1 NamespaceRefused)', 'ServiceImport x.kube-system.east: a system namespace']));
  });
});

describe('judgeRejections of what is left of members that are gone', () => {
  const of = (...reasons: string[]) => ({ ghost: { total: reasons.length, reasons: Object.fromEntries(reasons.map((reason) => [reason, 1])), examples: [] } }) as Parameters<typeof judgeRejections>[0];

  it.each([
    ['refers to the broker', of('UnknownMember'), [{ cluster: 'hub', ids: ['MCS-SD-07'] }]],
    ['stands for itself where there is more', of('UnknownMember', 'PortInvalid'), undefined],
  ])('%s', (_title, given, expected) => {
    expect(judgeRejections(given, 'kubectl', 'hub').suspects).toEqual(expected);
  });
});

describe('MCS-SD-05', () => {
  const run = async (client: KubeClient) => rejectionChecks[0]?.run(contextAmong({ ...member('w', {}), client }, []), new AbortController().signal);

  it('reads what the controller wrote, and passes where it wrote nothing', async () => {
    const client = createMemoryClient();
    expect(await run(client)).toMatchObject({ status: 'pass' });
    client.seed(resources.configMaps, { metadata: { name: MEMBER_REJECTIONS, namespace: MEMBER_NAMESPACE }, data: { [REJECTIONS_KEY]: JSON.stringify(summary) } });
    expect(await run(client)).toMatchObject({ status: 'warn' });
  });

  it('skips where it may not be read', async () => {
    expect(await run(stubClient({ find: () => Promise.reject(new ApiError(failureStatus('Forbidden', 'no'))) }))).toMatchObject({ status: 'skip' });
  });
});
