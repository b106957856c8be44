import { describe, expect, it } from '@jest/globals';
import type { Service } from '../../../src/api/types/index.ts';
import { type LocalExport, readLocalExport } from '../../../src/controller/local-exports.ts';
import { importSources } from '../../helpers/import-sources.ts';
import { localExport, localService, localSlice } from '../../helpers/service-records.ts';

const DELETED = { deletionTimestamp: '2026-01-01T00:00:00Z' };

function read(service: Service | undefined, serviceExport = localExport()): LocalExport {
  const sources = importSources({ services: service === undefined ? [] : [service], exports: [serviceExport] });
  sources.local.slices.accept(localSlice(['10.2.0.5', '192.168.0.1']));
  return readLocalExport('shop/web', sources);
}

interface Case {
  readonly rule: string;
  readonly service: Service | undefined;
  readonly problem: LocalExport['problem'];
}

const CASES: readonly Case[] = [
  { rule: 'E3: a Service that is not there', service: undefined, problem: 'NoService' },
  { rule: 'E3: a Service that is being deleted', service: localService({}, DELETED), problem: 'NoService' },
  { rule: 'E4: ExternalName', service: localService({ type: 'ExternalName', externalName: 'example.com' }), problem: 'ExternalName' },
  { rule: 'a copy of mcs', service: localService({}, { labels: { 'mcs.clusterset.local/owner': 'controller' } }), problem: 'Copy' },
  { rule: 'a ClusterIP that is not assigned yet', service: localService({ clusterIP: '', clusterIPs: [] }), problem: 'NoAddress' },
  { rule: 'E4: headless needs no address', service: localService({ clusterIP: 'None', clusterIPs: ['None'] }), problem: undefined },
  { rule: 'E4: ClusterIP', service: localService(), problem: undefined },
];

describe('readLocalExport', () => {
  it.each(CASES)('$rule', ({ service, problem }) => {
    const found = read(service);
    expect(found.problem).toBe(problem);
    expect(found.record === undefined).toBe(problem !== undefined);
  });

  it('E1: exports nothing without a ServiceExport, nor with one that is being deleted', () => {
    expect(readLocalExport('shop/web', importSources({ services: [localService()] })).record).toBeUndefined();
    const leaving = localExport();
    expect(read(localService(), { ...leaving, metadata: { ...leaving.metadata, ...DELETED } })).toMatchObject({ serviceExport: undefined });
  });

  it('ruling 16: counts what lies outside the granted ranges', () => {
    const found = read(localService());
    expect(found.unroutable).toBe(1);
    expect(found.record?.groups[0]?.endpoints.map(({ addresses }) => addresses[0])).toEqual(['10.2.0.5']);
  });
});
