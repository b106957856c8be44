import { writeFileSync } from 'node:fs';
import type { ExtraRoute } from '../../src/kube-serve/api-server.ts';
import { startTestApiServer, type TestApiServer } from './api-server.ts';
import { recordedAddress, recordMember } from './recorded-member.ts';

export interface RecordedFleetOptions {
  readonly clusters: number;
  /** Services that the first exports and all import. */
  readonly services: number;
  /** Slices of each of them. */
  readonly slices?: number;
  /** Added to every answer. */
  readonly delayMs?: number;
}

/** Members of one set, in which all is well; without agents. The first hosts the broker. */
export interface RecordedFleet {
  readonly names: readonly string[];
  readonly servers: readonly TestApiServer[];
  writeKubeconfig(path: string): void;
  stop(): Promise<void>;
}

/** The name server's answers over the API server's proxy: to its version, and to any imported name. */
function answerOf(query: URLSearchParams): unknown {
  const name = query.get('name') ?? '';
  if (query.get('type') === 'TXT') return { Status: 0, Answer: [{ name, type: 16, TTL: 5, data: '"1.0.0"' }] };
  const index = Number(/^web-(\d+)\./.exec(name)?.[1]);
  return Number.isNaN(index) ? { Status: 3 } : { Status: 0, Answer: [{ name, type: 1, TTL: 5, data: recordedAddress(index) }] };
}

const NAME_SERVERS: ExtraRoute = {
  matches: ({ resource, subresource, verb }) => resource === 'pods' && subresource === 'proxy' && verb === 'get',
  handle: ({ url }) => Promise.resolve(answerOf(url.searchParams)),
};

/** Starts them in this process. */
export async function startRecordedFleet({ clusters, services, slices = 1, delayMs = 0 }: RecordedFleetOptions): Promise<RecordedFleet> {
  const names = Array.from({ length: clusters }, (_, number) => `cluster${String(number).padStart(2, '0')}`);
  const servers = await Promise.all(names.map(() => startTestApiServer({ extraRoutes: [NAME_SERVERS] })));
  for (const [number, { faults, store }] of servers.entries()) {
    recordMember(store, { name: names[number] ?? '', members: names, hostsBroker: number === 0, services, slices });
    if (delayMs > 0) faults.delay({}, delayMs);
  }
  return {
    names,
    servers,
    writeKubeconfig: (path) => writeFileSync(path, kubeconfigOf(names, servers)),
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

function kubeconfigOf(names: readonly string[], servers: readonly TestApiServer[]): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': names[0],
    clusters: servers.map(({ ca, url }, index) => ({ name: names[index], cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } })),
    users: servers.map(({ adminToken }, index) => ({ name: names[index], user: { token: adminToken } })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
  });
}
