import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../src/api/resources.ts';
import { applyRepair, findRepairs, restart, scale } from '../../../src/diagnose/repairs.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';
import { sampleReport } from '../../helpers/sample-report.ts';

const DNS = { kind: 'Deployment', namespace: 'submariner-operator', name: 'mcs-dns' } as const;

describe('findRepairs', () => {
  it('takes those of findings, with the cluster that they are for', () => {
    expect(findRepairs(sampleReport())).toEqual([{ cluster: 'west', context: 'admin@west', id: 'MCS-DEP-02', repair: scale(DNS, 1) }]);
  });

  it('names each change once, and none of what is suppressed', () => {
    const report = sampleReport();
    const [west] = report.clusters;
    const twice = { clusters: [{ ...west, name: 'west', context: 'w', checks: [...(west?.checks ?? []), ...(west?.checks ?? [])] }] };
    expect(findRepairs(twice)).toHaveLength(1);
    const quiet = { clusters: [{ name: 'west', context: 'w', checks: (west?.checks ?? []).map((check) => ({ ...check, status: 'skip' as const })) }] };
    expect(findRepairs(quiet)).toEqual([]);
  });
});

describe('applyRepair', () => {
  it('changes the object that it names, and nothing else of it', async () => {
    const client = createMemoryClient();
    client.seed(resources.deployments, { metadata: { name: 'mcs-dns', namespace: 'submariner-operator' }, spec: { replicas: 0, template: { metadata: { labels: { app: 'x' } } } } } as never);
    const options = { fieldManager: 'test', signal: new AbortController().signal };
    await applyRepair(client, scale(DNS, 2), options);
    await applyRepair(client, restart(DNS, Date.UTC(2026, 0, 2)), options);
    expect(await client.get(resources.deployments, 'mcs-dns', 'submariner-operator')).toMatchObject({
      spec: { replicas: 2, template: { metadata: { labels: { app: 'x' }, annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-02T00:00:00.000Z' } } } },
    });
  });
});
