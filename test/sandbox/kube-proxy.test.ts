import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import type { McsError } from '../../src/base/errors.ts';
import { accessForContext, directAccess, loadKubeconfig, throughProxy } from '../../src/kube/access.ts';
import type { ClusterAccess, KubeClient } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { type FakeApi, startFakeApi } from '../helpers/fake-api.ts';
import { createTestAuthority } from '../helpers/test-certificates.ts';
import { rejection } from '../helpers/thrown.ts';

/** A name that only the proxy can resolve. */
const SERVER = 'https://api.behind.example:6443';
const authority = createTestAuthority();

let api: FakeApi;
let proxy: Server;
let tunnels: { readonly target: string | undefined; readonly credential: string | undefined }[];
let status: string;
let folder: string;
const open = new Set<Socket>();
const clients: KubeClient[] = [];

function tunnel({ headers, url }: IncomingMessage, socket: Socket): void {
  tunnels.push({ target: url, credential: headers['proxy-authorization'] });
  open.add(socket);
  socket.on('error', () => undefined);
  if (status !== '200') return void socket.end(`HTTP/1.1 ${status} no\r\n\r\n`);
  const upstream = connect(api.port, '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.on('error', () => socket.destroy());
}

beforeEach(async () => {
  tunnels = [];
  status = '200';
  api = await startFakeApi({ authority, certificate: { names: ['api.behind.example'] } });
  proxy = createServer().on('connect', tunnel).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  folder = await mkdtemp(join(tmpdir(), 'mcs-proxy-'));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const socket of open) socket.destroy();
  proxy.close();
  await api.close();
  await rm(folder, { recursive: true });
});

const proxyUrl = (credential = ''): string => `http://${credential}127.0.0.1:${(proxy.address() as AddressInfo).port}`;
const direct = (): ClusterAccess => directAccess({ server: SERVER, ca: authority.ca, token: () => 'good' });

function clientOf(access: ClusterAccess): KubeClient {
  const client = createKubeClient(access);
  clients.push(client);
  return client;
}

async function fromKubeconfig(cluster: Record<string, string>, env: NodeJS.ProcessEnv): Promise<ClusterAccess> {
  const path = join(folder, 'config');
  const content = {
    clusters: [{ name: 'c', cluster: { server: SERVER, 'certificate-authority-data': Buffer.from(authority.ca).toString('base64'), ...cluster } }],
    users: [{ name: 'u', user: { token: 'good' } }],
    contexts: [{ name: 'west', context: { cluster: 'c', user: 'u' } }],
  };
  await writeFile(path, JSON.stringify(content));
  return accessForContext(await loadKubeconfig({ kubeconfig: path, env: {} }), 'west', { env });
}

describe('a proxy between a client and its API server', () => {
  it.each<[string, () => ClusterAccess | Promise<ClusterAccess>]>([
    ['that throughProxy() names', () => throughProxy(direct(), proxyUrl())],
    ['of the environment', () => fromKubeconfig({}, { HTTPS_PROXY: proxyUrl() })],
    ["of the kubeconfig, before the environment's", () => fromKubeconfig({ 'proxy-url': proxyUrl() }, { HTTPS_PROXY: 'http://127.0.0.1:1' })],
  ])('%s is asked for a tunnel, in which TLS and tokens are those of the API server', async (_title, makeAccess) => {
    const client = clientOf(await makeAccess());
    await client.list(resources.configMaps, { namespace: 'shop' });
    await client.list(resources.configMaps, { namespace: 'shop' });
    expect(tunnels.every(({ target }) => target === 'api.behind.example:6443')).toBe(true);
    expect(tunnels.length).toBeGreaterThan(0);
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer good', 'Bearer good']);
  });

  it('gets its credential, which is in no message', async () => {
    await clientOf(throughProxy(direct(), proxyUrl('ann:secret@'))).list(resources.configMaps, { namespace: 'shop' });
    expect(tunnels[0]?.credential).toBe(`Basic ${Buffer.from('ann:secret').toString('base64')}`);
    status = '407';
    const error = (await rejection(clientOf(throughProxy(direct(), proxyUrl('ann:secret@'))).getPath('/version'))) as McsError;
    expect(error).toMatchObject({ code: 'MCS_CLUSTER_UNREACHABLE', message: expect.stringContaining(`Cannot reach the API server at ${SERVER}: through proxy ${proxyUrl()}: `) });
    expect(JSON.stringify([error.message, error.hints, error.details])).not.toContain('secret');
  });

  it('does not stand between where NO_PROXY names the server', async () => {
    const access = await fromKubeconfig({}, { HTTPS_PROXY: proxyUrl(), NO_PROXY: 'behind.example' });
    expect(await rejection(clientOf(access).getPath('/version'))).toMatchObject({ code: 'MCS_CLUSTER_UNREACHABLE', details: { layer: 'name' } });
    expect(tunnels).toEqual([]);
  });

  it('that cannot be reached is named', async () => {
    const error = await rejection(clientOf(throughProxy(direct(), 'http://127.0.0.1:1')).getPath('/version'));
    expect(error).toMatchObject({ details: { layer: 'tcp', proxy: 'http://127.0.0.1:1', systemCode: 'ECONNREFUSED' }, hints: [`curl -k --connect-timeout 5 --proxy http://127.0.0.1:1 ${SERVER}/version`] });
  });

  it('that never answers is given up after the time for connecting', async () => {
    proxy.removeAllListeners('connect').on('connect', (_request, socket: Socket) => void open.add(socket));
    const client = createKubeClient(throughProxy(direct(), proxyUrl()), { connectTimeoutMs: 50 });
    clients.push(client);
    expect(await rejection(client.getPath('/version'))).toMatchObject({ details: { layer: 'tcp', systemCode: 'ETIMEDOUT' } });
  });

  it('does not hide that the server is of another authority', async () => {
    const access = directAccess({ server: SERVER, ca: createTestAuthority('other').ca, token: () => 'good' });
    expect(await rejection(clientOf(throughProxy(access, proxyUrl())).getPath('/version'))).toMatchObject({ details: { layer: 'tls', tlsCode: 'AUTHORITY_MISMATCH' } });
    expect(api.requests).toEqual([]);
  });
});
