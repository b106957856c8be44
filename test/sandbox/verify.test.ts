import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import { MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { runTasksSilently } from '../../src/base/tasks.ts';
import { closeFleet, type Fleet } from '../../src/inspect/survey-fleet.ts';
import { selectTests } from '../../src/verify/suites/catalogue.ts';
import { readSites } from '../../src/verify/suites/read-sites.ts';
import type { VerifyReport } from '../../src/verify/suites/report.ts';
import { runVerify, type RunOptions } from '../../src/verify/suites/run-verify.ts';
import { planVerify, verifyNamespaces } from '../../src/verify/suites/verify-plan.ts';
import { type DeployFleet, startMembers, surveyMembers } from '../helpers/deploy-fleet.ts';
import { eventually } from '../helpers/eventually.ts';

const { signal } = new AbortController();
const SETTINGS = { operationMs: 30_000, connectionMs: 3000, attempts: 2, packetSize: 3000 };

let clusters: DeployFleet;
let fleet: Fleet;

/** Two members with all their agents. */
beforeAll(async () => {
  clusters = await startMembers(['controller', 'dns', 'desk', 'probe', 'call-server']);
  fleet = await surveyMembers(clusters, signal);
}, 120_000);
afterAll(async () => {
  closeFleet(fleet);
  await clusters.stop();
});

async function verify(runID: string, only: readonly string[] | undefined, more: Partial<RunOptions> = {}): Promise<VerifyReport> {
  const namespaces = verifyNamespaces(runID);
  const plan = planVerify(await readSites(fleet, namespaces.pods, signal), selectTests(only, false), namespaces);
  return runVerify(plan, { settings: SETTINGS, keep: false, runTasks: runTasksSilently, signal, ...more });
}

const namespacesLeft = async (): Promise<readonly string[]> => (await Promise.all([0, 1].map(async (index) => (await clusters.admin(index).list(resources.namespaces)).items))).flat().map(({ metadata }) => metadata.name).filter((name) => name.startsWith('mcs-verify-'));
const isCleanedUp = (): Promise<unknown> => eventually(async () => (await namespacesLeft()).length === 0);

describe('runVerify on two members of a sandbox', () => {
  it('proves discovery, skips what no sandbox can prove, and removes what it made', async () => {
    const { ok, summary, tests } = await verify('all', undefined);
    expect(tests.filter(({ status }) => status === 'fail')).toEqual([]);
    expect([ok, summary.pass]).toEqual([true, 18]);
    const skipped = new Set(tests.filter(({ status }) => status === 'skip').map(({ evidence, suite }) => `${suite}: ${evidence.join()}`));
    expect([...skipped]).toEqual(['connectivity: clusters of a sandbox share one loopback interface, so no tunnel carries their calls', 'service-discovery: clusters of a sandbox have no DNS of their own']);
    await isCleanedUp();
  });

  it('removes what it made after an abort', async () => {
    const stop = new AbortController();
    const runTasks: RunOptions['runTasks'] = (tasks, aborted) => runTasksSilently(tasks.map((task, index) => ({ ...task, run: (progress) => {
      if (index === 1) stop.abort(new Error('Ctrl-C'));
      return task.run(progress);
    } })), aborted);
    await expect(verify('cut', ['exported'], { signal: stop.signal, runTasks })).rejects.toThrow('Ctrl-C');
    await isCleanedUp();
  });

  it('names what does not come about, and keeps it on request', async () => {
    await clusters.admin(0).patch(resources.deployments, 'mcs-controller', MEMBER_NAMESPACE, 'application/merge-patch+json', { spec: { replicas: 0 } });
    await eventually(async () => (await clusters.admin(0).list(resources.pods, { namespace: MEMBER_NAMESPACE, labelSelector: 'app.kubernetes.io/component=controller' })).items.length === 0);
    const { kept, tests } = await verify('kept', ['unexported'], { keep: true, settings: { ...SETTINGS, operationMs: 5000 } });
    expect(kept).toBe(true);
    expect(tests.map(({ evidence: [reason = ''], name, status, where }) => [name, where, status, reason.replace(/^.*: /, '')])).toEqual([
      ['exported', 'cluster0 asks for a service of its own', 'fail', 'no such name (ENOTFOUND)'],
      ['exported', 'cluster0 asks for a service of cluster1', 'fail', 'no such name (ENOTFOUND)'],
      ['exported', 'cluster1 asks for a service of cluster0', 'fail', 'no such name (ENOTFOUND)'],
      ['exported', 'cluster1 asks for a service of its own', 'pass', expect.any(String)],
      ['unexported', 'cluster0 asks for a service of cluster1', 'skip', 'a test before failed, and everything is kept as it was then'],
      ['unexported', 'cluster1 asks for a service of cluster0', 'skip', 'a test before failed, and everything is kept as it was then'],
    ]);
    expect(tests[0]?.next).toEqual(['mcs trace mcs-verify-kept/web-cluster0 --from cluster0', 'mcs diagnose service-discovery --contexts cluster0']);
    expect(await namespacesLeft()).toEqual(['mcs-verify-kept', 'mcs-verify-kept']);
  });
});
