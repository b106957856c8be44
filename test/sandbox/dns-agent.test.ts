import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import type { KubeObject, Role, RoleBinding } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { eventually } from '../helpers/eventually.ts';

const ROOT = join(import.meta.dirname, '../..');
const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Installs the ServiceAccount with the rights that it is shipped with; gives its token. */
async function installAccount(client: KubeClient): Promise<string> {
  await client.create(resources.namespaces, { metadata: { name: MEMBER_NAMESPACE } });
  const text = await readFile(join(ROOT, 'templates/member/dns-role.yaml'), 'utf8');
  for (const document of parseAllDocuments(text.replaceAll('${memberNamespace}', MEMBER_NAMESPACE))) {
    const object = document.toJS() as KubeObject;
    if (object.kind === 'ServiceAccount') await client.create(resources.serviceAccounts, object);
    else if (object.kind === 'ClusterRole') await client.create(resources.clusterRoles, object as Role);
    else await client.create(resources.clusterRoleBindings, object as RoleBinding);
  }
  return (await client.createToken('mcs-dns', MEMBER_NAMESPACE, { expirationSeconds: 3600 })).token;
}

/** The program of the Deployment `mcs-dns`, as a process with the files and environment of its pod. */
describe('the dns agent', () => {
  let api: TestApiServer;
  let client: KubeClient;
  let folder: string;
  let agent: ChildProcess;
  let health: string;
  let dnsPort: number;
  let log = '';

  beforeAll(async () => {
    api = await startTestApiServer();
    client = api.client();
    folder = await mkdtemp(join(tmpdir(), 'mcs-dns-'));
    const files = {
      [`${MOUNT}/token`]: await installAccount(client),
      [`${MOUNT}/ca.crt`]: api.ca,
      '/etc/mcs/config.json': JSON.stringify({ clusterID: 'west', clusterUID: 'u', podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], components: [], brokerNamespace: 'submariner-k8s-broker', settings: {} }),
    };
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    const healthPort = await freePort();
    dnsPort = await freePort();
    health = `http://127.0.0.1:${healthPort}`;
    const { hostname, port } = new URL(api.url);
    agent = spawn(process.execPath, [join(ROOT, 'src/agents/dns.ts')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        MCS_SIMULATED: '1',
        MCS_SIMULATED_ROOT: folder,
        POD_IP: '127.0.0.1',
        MCS_DNS_PORT: String(dnsPort),
        MCS_HEALTH_PORT: String(healthPort),
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
      },
    });
    agent.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text));
  }, 30_000);

  afterAll(async () => {
    agent.kill('SIGKILL');
    await api.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('becomes ready, answers by DNS and over HTTP, and ends with SIGTERM', async () => {
    await client.create(resources.namespaces, { metadata: { name: 'shop' } });
    await client.create(resources.serviceImports, { metadata: { name: 'web', namespace: 'shop' }, spec: { type: 'ClusterSetIP', ips: ['10.0.0.1'], ports: [] } });
    await eventually(async () => expect([(await fetch(`${health}/readyz`)).status, log]).toEqual([200, expect.any(String)]), { timeoutMs: 20_000 });
    const dns = new Resolver({ timeout: 2000 });
    dns.setServers([`127.0.0.1:${dnsPort}`]);
    await eventually(async () => expect(await dns.resolve4('web.shop.svc.clusterset.local')).toEqual(['10.0.0.1']));
    expect(await dns.resolve4('ns.dns.clusterset.local')).toEqual(['127.0.0.1']);
    const overHttp = await (await fetch(`${health}/resolve?name=web.shop.svc.clusterset.local.&type=A`)).json();
    expect(overHttp).toMatchObject({ Status: 0, Answer: [{ data: '10.0.0.1' }] });
    const metrics = await (await fetch(`${health}/metrics`)).text();
    expect(metrics).toContain('mcs_dns_queries_total{transport="udp",type="A",rcode="NOERROR"}');
    expect(metrics).toContain('mcs_dns_services 1');
    const exited = once(agent, 'exit');
    agent.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  }, 40_000);
});
