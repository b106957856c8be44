import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { resources } from '../../src/api/resources.ts';
import type { Pod, PodSpec } from '../../src/api/types/index.ts';
import { sandboxPort } from '../../src/base/runtime.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { eventually } from '../helpers/eventually.ts';
import { startTestSandbox, type TestSandbox } from '../helpers/test-sandbox.ts';

jest.setTimeout(30_000);

const NAMESPACE = 'agents';
/** Plays an agent: tells over HTTP what a pod of our image finds around it. */
const AGENT = `
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';

const root = process.env.MCS_SIMULATED_ROOT;
const account = root + '/var/run/secrets/kubernetes.io/serviceaccount/';
let ready = true;
const answers = {
  '/env': () => JSON.stringify(process.env),
  '/config': () => readFileSync(root + '/etc/mcs/config.json', 'utf8'),
  '/mode': () => (statSync(root + '/etc/mcs/config.json').mode & 0o777).toString(8),
  '/token': () => readFileSync(account + 'token', 'utf8'),
  '/ca': () => readFileSync(account + 'ca.crt', 'utf8'),
  '/namespace': () => readFileSync(account + 'namespace', 'utf8'),
  '/unready': () => String((ready = false)),
  '/exit': () => setTimeout(() => process.exit(9), 20) && 'bye',
};
createServer((request, response) => {
  if (request.url === '/readyz') return response.writeHead(ready ? 200 : 503).end();
  console.log('asked for ' + request.url);
  response.end(answers[request.url]?.() ?? '');
}).listen(8080, process.env.POD_IP, () => console.error('agent listens'));
process.on('SIGTERM', () => { console.log('good bye'); process.exit(0); });
`;

let packageRoot: string;
let test: TestSandbox;
let client: KubeClient;

beforeAll(async () => {
  packageRoot = await mkdtemp(join(tmpdir(), 'mcs-package-'));
  await mkdir(join(packageRoot, 'dist/agents'), { recursive: true });
  await writeFile(join(packageRoot, 'dist/agents/fake.js'), AGENT);
  await writeFile(join(packageRoot, 'package.json'), '{"type":"module"}');
  test = await startTestSandbox({ packageRoot });
  client = test.client();
  await client.create(resources.namespaces, { metadata: { name: NAMESPACE } });
  await client.create(resources.configMaps, { metadata: { name: 'config', namespace: NAMESPACE }, data: { 'config.json': '{"a":1}' } });
  await client.create(resources.secrets, { metadata: { name: 'keys', namespace: NAMESPACE }, data: { key: Buffer.from('geheim').toString('base64') } });
});
afterAll(async () => {
  await test.stop();
  await rm(packageRoot, { recursive: true });
});

function agentSpec(more: Partial<PodSpec> = {}): PodSpec {
  return {
    terminationGracePeriodSeconds: 5,
    containers: [
      {
        name: 'agent',
        image: 'localhost/mcs:0.1.0',
        command: ['node', '/app/dist/agents/fake.js'],
        env: [
          { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'key' } } },
          { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        ],
        ports: [{ name: 'health', containerPort: 8080 }],
        readinessProbe: { httpGet: { path: '/readyz', port: 'health' }, periodSeconds: 1, failureThreshold: 1 } as { httpGet: { path: string; port: string } },
        volumeMounts: [{ name: 'config', mountPath: '/etc/mcs', readOnly: true }],
      },
    ],
    volumes: [{ name: 'config', configMap: { name: 'config' } }],
    ...more,
  };
}

const isReady = ({ status }: Pod): boolean => status?.conditions?.some(({ status: value, type }) => type === 'Ready' && value === 'True') ?? false;
const get = (name: string): Promise<Pod> => client.get(resources.pods, name, NAMESPACE);
const start = async (name: string, spec = agentSpec()): Promise<Pod> => {
  await client.create(resources.pods, { metadata: { name, namespace: NAMESPACE }, spec });
  return eventually(async () => {
    const pod = await get(name);
    return isReady(pod) && pod;
  });
};
const ask = async (pod: Pod, path: string): Promise<string> => (await fetch(`http://${pod.status?.podIP ?? ''}:8080${path}`)).text();

/** GET that returns the raw answer: logs are no JSON. */
function getLog(path: string): Promise<string> {
  const { ca, server, token } = test.cluster().entry;
  return getText(`${server}${path}`, { ca, headers: { authorization: `Bearer ${token}` } });
}

/** fetch refuses port 10080, which it takes for that of another protocol. */
function getText(url: string, options: RequestOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https') ? httpsRequest : httpRequest;
    request(url, options, (response) => {
      text(response).then(resolve, reject);
    })
      .on('error', reject)
      .end();
  });
}

describe('a pod of our own image', () => {
  it('finds environment, mounts and its ServiceAccount as the manifest says', async () => {
    const pod = await start('plain');
    const env = JSON.parse(await ask(pod, '/env')) as Record<string, string>;
    const { apiServer } = test.cluster().plan;
    expect(env).toMatchObject({ KEY: 'geheim', NODE_NAME: 'cluster0', POD_IP: pod.status?.podIP, MCS_SIMULATED: '1', HOSTNAME: 'plain', KUBERNETES_SERVICE_HOST: apiServer.address, KUBERNETES_SERVICE_PORT: '6443' });
    expect(env.HOME).toBeUndefined();
    expect([await ask(pod, '/config'), await ask(pod, '/mode'), await ask(pod, '/namespace')]).toEqual(['{"a":1}', '600', NAMESPACE]);
    expect(await ask(pod, '/ca')).toBe(test.cluster().entry.ca);
  });

  it('has a token that the API server knows as its ServiceAccount, and that dies with it', async () => {
    const pod = await start('tokened');
    const own = test.client(0, await ask(pod, '/token'));
    await expect(own.list(resources.pods, { namespace: NAMESPACE })).rejects.toThrow(`User "system:serviceaccount:${NAMESPACE}:default" cannot list`);
    await client.delete(resources.pods, 'tokened', NAMESPACE);
    await eventually(async () => (await client.find(resources.pods, 'tokened', NAMESPACE)) === undefined);
    await expect(own.list(resources.pods)).rejects.toMatchObject({ code: 401 });
  });

  it('sees a changed ConfigMap without a restart', async () => {
    const pod = await start('changing');
    await client.patch(resources.configMaps, 'config', NAMESPACE, 'application/merge-patch+json', { data: { 'config.json': '{"a":2}' } });
    await eventually(async () => (await ask(pod, '/config')) === '{"a":2}');
    expect((await get('changing')).status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  it('is taken out of its Service while it is not ready', async () => {
    await client.create(resources.pods, { metadata: { name: 'probed', namespace: NAMESPACE, labels: { app: 'probed' } }, spec: agentSpec() });
    await client.create(resources.services, { metadata: { name: 'probed', namespace: NAMESPACE }, spec: { selector: { app: 'probed' }, ports: [{ port: 8080 }] } });
    const readiness = async (): Promise<boolean | undefined> =>
      (await client.list(resources.endpointSlices, { namespace: NAMESPACE, labelSelector: 'kubernetes.io/service-name=probed' })).items[0]?.endpoints?.[0]?.conditions?.ready;
    await eventually(async () => (await readiness()) === true);
    await ask(await get('probed'), '/unready');
    await eventually(async () => (await readiness()) === false);
  });

  it('is started again when it ends by itself, with the count and the reason', async () => {
    const pod = await start('crashing');
    await ask(pod, '/exit');
    await eventually(async () => {
      const again = await get('crashing');
      return again.status?.containerStatuses?.[0]?.restartCount === 1 && isReady(again);
    });
    expect((await get('crashing')).status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({ exitCode: 9, reason: 'Error' });
  });

  it('waits for a Secret that does not exist yet, and says so', async () => {
    const spec = agentSpec({ volumes: [{ name: 'config', secret: { secretName: 'late' } }] });
    await client.create(resources.pods, { metadata: { name: 'waiting', namespace: NAMESPACE }, spec });
    await eventually(async () => {
      const waiting = (await get('waiting')).status?.containerStatuses?.[0]?.state?.waiting;
      expect(waiting).toMatchObject({ reason: 'CreateContainerConfigError', message: 'Secret "late" not found' });
    });
    await client.create(resources.secrets, { metadata: { name: 'late', namespace: NAMESPACE }, data: { 'config.json': Buffer.from('{}').toString('base64') } });
    await eventually(async () => isReady(await get('waiting')));
  });

  it('is refused without its ServiceAccount', async () => {
    await expect(client.create(resources.pods, { metadata: { name: 'lost', namespace: NAMESPACE }, spec: agentSpec({ serviceAccountName: 'ghost' }) })).rejects.toThrow('serviceaccount "ghost" not found');
  });

  it('keeps what it writes for its log, to its end', async () => {
    const pod = await start('talking');
    await ask(pod, '/env');
    await ask(pod, '/config');
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/talking/log`;
    expect(await getLog(path)).toBe('agent listens\nasked for /env\nasked for /config\n');
    expect(await getLog(`${path}?tailLines=1`)).toBe('asked for /config\n');
    const following = getLog(`${path}?follow=true`);
    await ask(pod, '/mode');
    await client.delete(resources.pods, 'talking', NAMESPACE);
    expect(await following).toMatch(/asked for \/mode\ngood bye\n$/);
    expect(JSON.parse(await getLog(`${path}?container=other`))).toMatchObject({ kind: 'Status', status: 'Failure' });
  });

  it('ends once and for all with restartPolicy Never', async () => {
    const spec = agentSpec({ restartPolicy: 'Never' });
    const pod = await start('once', spec);
    await ask(pod, '/exit');
    await eventually(async () => (await get('once')).status?.phase === 'Failed');
  });

  it('leaves no process when the sandbox stops', async () => {
    const other = await startTestSandbox({ packageRoot });
    const second = other.client();
    await second.create(resources.configMaps, { metadata: { name: 'config', namespace: 'default' }, data: { 'config.json': '{}' } });
    await second.create(resources.secrets, { metadata: { name: 'keys', namespace: 'default' }, data: { key: '' } });
    await second.create(resources.pods, { metadata: { name: 'agent', namespace: 'default' }, spec: agentSpec() });
    const pids = await eventually(() => other.cluster().pids().length > 0 && other.cluster().pids());
    await other.stop();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});

describe('a pod of another image', () => {
  it('answers on ports below 1024 at 10000 more', async () => {
    await client.create(resources.pods, { metadata: { name: 'foreign', namespace: NAMESPACE }, spec: { containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80 }] }] } });
    const pod = await eventually(async () => {
      const found = await get('foreign');
      return isReady(found) && found;
    });
    expect(await getText(`http://${pod.status?.podIP ?? ''}:${sandboxPort(80)}/`)).toContain('pod foreign in cluster cluster0');
  });
});
