import { describe, expect, it } from '@jest/globals';
import { APP_COMPONENT, MANAGED_BY, MANAGED_BY_MCS } from '../../../../src/api/labels.ts';
import { MEMBER_NAMESPACE } from '../../../../src/api/names.ts';
import { resources } from '../../../../src/api/resources.ts';
import type { Pod, Workload } from '../../../../src/api/types/index.ts';
import { diagnoseInCluster, parseReport } from '../../../../src/diagnose/in-cluster/diagnose-in-cluster.ts';
import { diagnosePodObjects } from '../../../../src/diagnose/in-cluster/objects.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { createMemoryClient, type MemoryClient } from '../../../helpers/memory-client.ts';
import { thrown } from '../../../helpers/thrown.ts';

const REPORT = { ok: true, summary: { pass: 1, warn: 0, fail: 0, skip: 0 }, clusters: [], leftOut: [] };
const NAME = 'mcs-diagnose-0a1b';

interface Scene {
  readonly memory: MemoryClient;
  readonly client: KubeClient;
}

/** A member whose pods end as soon as they are created, with a log. */
function makeScene(log: string, phase: 'Succeeded' | 'Failed' = 'Succeeded'): Scene {
  const memory = createMemoryClient();
  memory.seed(resources.namespaces, { metadata: { name: 'kube-system' } });
  const labels = { [MANAGED_BY]: MANAGED_BY_MCS, [APP_COMPONENT]: 'controller' };
  const spec: Workload['spec'] = { selector: {}, template: { spec: { containers: [{ name: 'controller', image: 'registry/mcs:7' }] } } };
  memory.seed(resources.deployments, { metadata: { name: 'mcs-controller', namespace: MEMBER_NAMESPACE, labels }, spec });
  const overrides: Partial<KubeClient> = {
    create: async (resource, object, options) => memory.create(resource, resource.plural === 'pods' ? { ...object, status: { phase } } : object, options),
    getPath: <T>(path: string) => Promise.resolve((path === '/version' ? { gitVersion: 'v1' } : path.includes(`/pods/${NAME}/log`) ? log : undefined) as T),
  };
  const client = new Proxy<KubeClient>(memory, { get: (target, key: keyof KubeClient) => overrides[key] ?? target[key] });
  return { memory, client };
}

const run = (client: KubeClient): Promise<unknown> =>
  diagnoseInCluster(client, { context: 'west', runID: '0a1b', deadlineMs: 20_000, signal: new AbortController().signal, progress: () => undefined });

describe('diagnoseInCluster', () => {
  it('gives the report of a pod of the installed image, and removes all that it made', async () => {
    const { memory, client } = makeScene(JSON.stringify(REPORT));
    expect(await run(client)).toEqual(REPORT);
    const kinds = ['serviceaccounts', 'clusterroles', 'clusterrolebindings', 'roles', 'rolebindings', 'pods'];
    const written = (verb: string): string[] => memory.writes.filter((line) => line.startsWith(`${verb} `)).map((line) => line.split(' ')[1]?.split('.')[0] ?? '');
    expect(written('create')).toEqual(kinds);
    expect(written('delete')).toEqual(kinds.toReversed());
  });

  it('takes the report of failed checks too, whose pod has failed', async () => {
    const failed = { ...REPORT, ok: false, summary: { ...REPORT.summary, fail: 1 } };
    expect(await run(makeScene(JSON.stringify(failed), 'Failed').client)).toEqual(failed);
  });

  it('removes all that it made after a pod without a report', async () => {
    const { memory, client } = makeScene('node: not found', 'Failed');
    await expect(run(client)).rejects.toMatchObject({ code: 'MCS_API_ERROR', message: expect.stringContaining('node: not found') });
    expect(memory.writes.filter((line) => line.startsWith('delete'))).toHaveLength(6);
  });

  it('throws where mcs is not installed, and writes nothing', async () => {
    const memory = createMemoryClient();
    memory.seed(resources.namespaces, { metadata: { name: 'kube-system' } });
    const client = new Proxy<KubeClient>(memory, { get: (target, key: keyof KubeClient) => (key === 'getPath' ? () => Promise.resolve({ gitVersion: 'v1' }) : target[key]) });
    await expect(run(client)).rejects.toMatchObject({ code: 'MCS_NOT_JOINED' });
    expect(memory.writes).toEqual([]);
  });
});

describe('diagnosePodObjects', () => {
  const objects = diagnosePodObjects({ name: NAME, namespace: 'ns', image: 'registry/mcs:7', context: 'west', args: ['diagnose', 'all'], deadlineSeconds: 80 });

  it('grants reading only, and no Secret', () => {
    const rules = objects.flatMap(({ object }) => (object as unknown as { rules?: { resources: string[]; verbs: string[] }[] }).rules ?? []);
    expect([...new Set(rules.flatMap(({ verbs }) => verbs))].sort()).toEqual(['get', 'list']);
    expect(rules.flatMap((rule) => rule.resources)).not.toContain('secrets');
  });

  it('has a pod that a restricted namespace admits, and that ends by itself', () => {
    const { spec } = objects.at(-1)?.object as unknown as Pod;
    expect(spec).toMatchObject({ restartPolicy: 'Never', activeDeadlineSeconds: 80, securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } });
    expect(spec.containers[0]).toMatchObject({ command: ['node', '/app/bin/mcs.js'], securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } });
  });

  it('puts our tag on everything', () => {
    expect(objects.every(({ object }) => object.metadata.labels?.[MANAGED_BY] === MANAGED_BY_MCS)).toBe(true);
  });
});

describe('parseReport', () => {
  it.each([
    ['an error of mcs', '{"error":{"message":"Cannot read x: no"}}', 'Cannot read x: no'],
    ['something else', 'a\nkilled\n', 'killed'],
    ['nothing', '', 'it printed nothing'],
  ])('says what a pod printed in place of a report: %s', (_title, text, said) => {
    expect(thrown(() => parseReport(text, 'ns/p'))).toMatchObject({ message: `Cannot diagnose from inside the cluster: Pod ns/p gave no report: ${said}` });
  });
});
