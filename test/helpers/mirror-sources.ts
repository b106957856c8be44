import type { Endpoints, EndpointSlice, EndpointSubset, Service } from '../../src/api/types/index.ts';
import { type ReadService, readSourceService, type SourceService } from '../../src/mirror/translate/read-source-service.ts';
import type { SyncRecord } from '../../src/sync/record.ts';
import { localService, localSlice } from './service-records.ts';

/** core/v1 Endpoints of Service `shop/web`. */
export function localEndpoints(subsets: EndpointSubset[], metadata: Partial<Endpoints['metadata']> = {}): Endpoints {
  return { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'web', namespace: 'shop', uid: 'endpoints-uid', ...metadata }, subsets };
}

type SourceInput = Partial<Pick<SourceService, 'source' | 'target' | 'allowLoopback'>> & { readonly service?: Service; readonly slices?: readonly EndpointSlice[]; readonly endpoints?: Endpoints | undefined };

/** Reads `shop/web` of source `west`, with one endpoint, unless something else is given. */
export function readSource({ service = localService(), slices = [localSlice(['10.1.0.1'])], source = { name: 'west', notReady: 'keep' }, target = { namespace: 'shop', name: 'web' }, allowLoopback = false, ...rest }: SourceInput = {}): ReadService {
  return readSourceService({ source, target, service, allowLoopback, backends: 'endpoints' in rest ? { endpoints: rest.endpoints } : { slices } });
}

/** The record of a source that answers what it should. */
export function sourceRecord(input: SourceInput = {}): SyncRecord {
  const { record, problems } = readSource(input);
  if (record === undefined || problems.length > 0) throw new Error(`The source cannot be read: ${problems.map(({ message }) => message).join(', ')}`);
  return record;
}
