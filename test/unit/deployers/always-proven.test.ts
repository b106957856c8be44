import { describe, expect, it } from '@jest/globals';
import { failureStatus } from '../../../src/api/status.ts';
import { runTasksSilently } from '../../../src/base/tasks.ts';
import { installBroker } from '../../../src/deployers/broker/deploy-broker.ts';
import type { FleetContext } from '../../../src/deployers/deploy-context.ts';
import { ADMISSION_POLICIES } from '../../../src/deployers/manifests.ts';
import { Steps } from '../../../src/deployers/steps.ts';
import { upgradePart } from '../../../src/deployers/upgrade/upgrade.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';
import { packageTemplates } from '../../helpers/package-templates.ts';
import { stubClient } from '../../helpers/stub-client.ts';

const NS = 'broker';
const refusal = new ApiError(failureStatus('Forbidden', `ValidatingAdmissionPolicy 'mcs-${NS}-objects' denied request`));
/** Nothing to write: as an earlier, cut run has left it. */
const groups = [{ title: ADMISSION_POLICIES, objects: [] }];
const PROOF = 'Wait for the admission policies';

function createContext(): FleetContext {
  return {
    client: createMemoryClient(),
    connect: () => stubClient({ create: () => Promise.reject(refusal) }),
    templates: packageTemplates,
    version: '0.0.1',
    runTasks: runTasksSilently,
    clock: new FakeClock(),
    signal: new AbortController().signal,
  };
}

describe('admission policies that stand unchanged', () => {
  it('are proven by installBroker(), which counts as no change', async () => {
    const context = createContext();
    const steps = new Steps(context);
    const endpoint = { server: 'https://broker:6443', ca: 'pem' };
    await installBroker(context, { timeoutMs: 1_000, brokerNamespace: NS }, { groups, endpoint }, steps);
    expect(steps.results.map(({ title, state }) => [title, state])).toEqual([[`Install ${ADMISSION_POLICIES}`, 'unchanged'], [PROOF, 'done']]);
    expect(steps.isUnchanged).toBe(true);
  });

  it('are not asked for where the API server has none', async () => {
    const context = createContext();
    const steps = new Steps(context);
    await installBroker(context, { timeoutMs: 1_000, brokerNamespace: NS }, { groups: [{ title: 'Desk', objects: [] }], endpoint: { server: 'https://broker:6443', ca: 'pem' } }, steps);
    expect(steps.results.map(({ title }) => title)).toEqual(['Install Desk']);
  });

  it('are proven by upgradePart(), or it says that it could not', async () => {
    const context = createContext();
    const steps = new Steps(context);
    const options = { timeoutMs: 1_000, brokerNamespace: NS, wait: 'none' } as Parameters<typeof upgradePart>[1];
    const part = { part: 'broker', groups, deployments: [], namespace: NS } as unknown as Parameters<typeof upgradePart>[2];
    await upgradePart(context, options, part, steps);
    expect(steps.results.map(({ title }) => title)).toEqual([`Upgrade ${ADMISSION_POLICIES} of the broker`, PROOF]);
    expect(steps.warnings).toEqual([expect.stringContaining('Not proven')]);
  });
});
