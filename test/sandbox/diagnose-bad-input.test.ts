import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APP_COMPONENT, MANAGED_BY } from '../../src/api/labels.ts';
import { MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { findFleet } from '../../src/cli/connect.ts';
import { unreadExitCode } from '../../src/cli/fleet-command.ts';
import { formatDiagnose } from '../../src/cli/present-diagnose.ts';
import { showRemarks } from '../../src/cli/present-show.ts';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import { exitCodeOf } from '../../src/diagnose/report.ts';
import { findExporters, requireKnown } from '../../src/inspect/service/exporters.ts';
import { readServiceView } from '../../src/inspect/service/read-service-view.ts';
import { makeShowReport, SHOW_TOPICS } from '../../src/inspect/show-report.ts';
import { closeFleet, type Fleet, surveyFleet } from '../../src/inspect/survey-fleet.ts';
import type { TestApiServer } from '../helpers/api-server.ts';
import { startTestApiServer } from '../helpers/api-server.ts';
import { type BadContexts, NEVER_SHOWN, startBadContexts, withContexts } from '../helpers/bad-contexts.ts';
import { type RecordedFleet, startRecordedFleet } from '../helpers/recorded-fleet.ts';
import { rejection, thrown } from '../helpers/thrown.ts';

const folder = mkdtempSync(join(tmpdir(), 'mcs-bad-input-'));
const kubeconfig = join(folder, 'kubeconfig');
const signal = new AbortController().signal;
const HANGING = ['silent', 'silent-later', 'plugin-hangs'];
let good: RecordedFleet;
let bad: BadContexts;
let fleet: Fleet;

beforeAll(async () => {
  [good, bad] = await Promise.all([startRecordedFleet({ clusters: 2, services: 1 }), startBadContexts(folder)]);
  good.writeKubeconfig(kubeconfig);
  writeFileSync(kubeconfig, withContexts(readFileSync(kubeconfig, 'utf8'), bad.contexts));
  const survey = async (contexts: readonly string[], limitMs: number): Promise<Fleet> =>
    surveyFleet(await findFleet({ kubeconfig, contexts: contexts.join() }, '0.0.0', { connectTimeoutMs: limitMs, pluginTimeoutMs: limitMs }), { signal, timeoutMs: 2 * limitMs });
  const others = bad.contexts.map(({ name }) => name).filter((name) => !HANGING.includes(name));
  // what does not hang has as long as a busy machine takes
  const [answering, hanging] = await Promise.all([survey([...good.names, ...others], 60_000), survey(HANGING, 500)]);
  fleet = { ...answering, unread: [...hanging.unread, ...answering.unread] };
}, 120_000);

afterAll(async () => {
  closeFleet(fleet);
  await Promise.all([good.stop(), bad.stop()]);
  rmSync(folder, { recursive: true });
});

const messageOf = (context: string): string => fleet.unread.find((each) => each.context === context)?.error.message ?? '';

describe('contexts that cannot be read', () => {
  it.each([
    ['silent', /TLS failed: no connection within 0.5 s/],
    ['silent-later', /no (answer|connection) within/],
    ['refusing', /connection refused/],
    ['no-name', /name resolution failed/],
    ['expired-server', /its certificate has expired/],
    ['unknown-ca', /from another authority/],
    ['other-name', /its certificate is for other names/],
    ['expired-client', /the client certificate expired at \d{4}-/],
    ['garbled-client', /a certificate or key that is given for it cannot be read/],
    ['garbled-ca', /authority|cannot be read/],
    ['refused-token', /does not accept the credential/],
    ['portal', /what answers there is no API server/],
    ['plugin-fails', /plugin ".*fails" failed: session of <redacted> is over, run: cloud login/],
    ['plugin-missing', /missing-plugin" failed: it is not installed/],
    ['plugin-garbage', /what it printed is no ExecCredential/],
    ['plugin-hangs', /it did not answer within 0.5 s/],
    ['no-cluster', /does not define cluster "no-cluster"/],
  ])('%s is said to be so', (context, message) => {
    expect(messageOf(context)).toMatch(message);
  });

  it('hide none of the others, and are each one failed check', async () => {
    expect(fleet.clusters.map(({ context }) => context)).toEqual(good.names);
    expect(fleet.unread.map(({ context }) => context).toSorted()).toEqual(bad.contexts.map(({ name }) => name).toSorted());
    const report = await diagnose(fleet, { signal, deadlineMs: 60_000, pods: { reason: 'none are wanted' } });
    const failed = report.clusters.flatMap(({ name, checks }) => checks.filter(({ status }) => status === 'fail').map(({ evidence, id }) => (id === 'MCS-API-01' ? name : `${name} ${id} ${evidence.join()}`)));
    expect(failed.toSorted()).toEqual(bad.contexts.map(({ name }) => name).toSorted());
    expect([exitCodeOf(report, 'error'), unreadExitCode(fleet), unreadExitCode({ ...fleet, clusters: [] })]).toEqual([3, 7, 6]);
    expect(formatDiagnose(report)).not.toContain(NEVER_SHOWN);
  });

  it('each come with a command to run next, and never with a credential', () => {
    const report = makeShowReport(fleet, SHOW_TOPICS);
    expect(report.unread.filter(({ hints }) => hints.length === 0)).toEqual([]);
    const remarks = showRemarks(report, (text) => text);
    expect(remarks).toHaveLength(2 * bad.contexts.length);
    expect(JSON.stringify([remarks, report])).not.toContain(NEVER_SHOWN);
  });

  it('do not pass for a service that nobody knows', async () => {
    const view = await readServiceView({ ...fleet, clusters: [] }, { namespace: 'shop', name: 'web-0' }, { signal, timeoutMs: 4_000 });
    expect(thrown(() => requireKnown(view, 'trace'))).toMatchObject({ code: 'MCS_CLUSTER_UNREACHABLE', exitCode: 6, message: expect.stringContaining('"silent" for one') });
    expect(findExporters(await readServiceView(fleet, { namespace: 'shop', name: 'web-0' }, { signal, timeoutMs: 30_000 }))).toEqual([good.names[0]]);
  });
});

describe('a kubeconfig', () => {
  it.each([
    ['that does not exist', (): string => join(folder, 'none'), {}, 'MCS_NO_KUBECONFIG'],
    ['that is garbled', (): string => join(folder, 'fails'), {}, 'MCS_KUBECONFIG_INVALID'],
    ['without the named context', (): string => kubeconfig, { context: 'cluster0' }, 'MCS_UNKNOWN_CONTEXT'],
  ])('%s is an error before anything is read', async (_title, path, selection, code) => {
    expect(await rejection(findFleet({ kubeconfig: path(), ...selection }, '0.0.0'))).toMatchObject({ code, exitCode: 2, hints: expect.arrayContaining([expect.any(String)]) });
  });
});

describe('clusters with half of mcs, or with another engine', () => {
  let api: TestApiServer;
  beforeAll(async () => {
    api = await startTestApiServer();
  });
  afterAll(() => api.stop());

  const survey = async (): Promise<Fleet> => surveyFleet([{ context: 'half', connect: () => Promise.resolve(api.client()) }], { signal, timeoutMs: 30_000 });
  const deploy = (name: string, labels: Record<string, string>): void => {
    const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: 'a' }] } };
    api.store.create(resources.deployments, { metadata: { name, namespace: MEMBER_NAMESPACE, labels }, spec: { replicas: 1, selector: { matchLabels: { app: name } }, template } });
  };

  it('are left out where there are CRDs and a namespace only, and nothing is called good then', async () => {
    api.store.create(resources.namespaces, { metadata: { name: MEMBER_NAMESPACE } });
    const empty = await survey();
    expect(empty.leftOut).toEqual([{ context: 'half', reason: 'mcs is not installed' }]);
    expect(formatDiagnose(await diagnose(empty, { signal, deadlineMs: 5_000 }))).toBe('Nothing was checked: mcs is in none of the clusters');
    const view = await readServiceView(empty, { namespace: 'shop', name: 'web' }, { signal, timeoutMs: 5_000 });
    expect(thrown(() => requireKnown(view, 'trace'))).toMatchObject({ code: 'MCS_NOT_JOINED', message: expect.stringContaining('"half" (mcs is not installed)') });
  });

  it('are left out under the name of Submariner, and not called a broken mcs', async () => {
    deploy('submariner-operator', {});
    const { clusters, leftOut } = await survey();
    expect(clusters).toEqual([]);
    expect(leftOut[0]?.reason).toBe('mcs is not installed; another engine serves the cluster: Submariner (Deployment submariner-operator/submariner-operator)');
    api.store.delete(resources.deployments, { name: 'submariner-operator', namespace: MEMBER_NAMESPACE });
  });

  it('fail where parts stand that have no configuration', async () => {
    deploy('mcs-controller', { [MANAGED_BY]: 'mcs', [APP_COMPONENT]: 'controller' });
    const report = await diagnose(await survey(), { signal, deadlineMs: 5_000, only: ['MCS-DEP-01'] });
    expect(report.rootCauses.map(({ id }) => id)).toEqual(['MCS-DEP-01']);
    expect(formatDiagnose(report)).toContain('there is no readable ConfigMap submariner-operator/mcs-member, so Deployment mcs-controller cannot know');
  });
});
