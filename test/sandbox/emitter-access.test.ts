import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { resources } from '../../src/api/resources.ts';
import { createLogger } from '../../src/base/log.ts';
import type { EmitterSettings } from '../../src/mirror/emit/settings.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { ask, openWatch, putService, startTestEmitter, type TestEmitter } from '../helpers/emitter.ts';
import { eventually } from '../helpers/eventually.ts';
import { createKubectl, hasKubectl } from '../helpers/kubectl.ts';
import { createTestAuthority } from '../helpers/test-certificates.ts';

const PATH = '/api/v1/namespaces/default/services/web';
const readers = createTestAuthority();
const strangers = createTestAuthority();

let server: TestApiServer;
let folder: string;
let emitter: TestEmitter | undefined;
let lines: string[];

beforeAll(async () => {
  server = await startTestApiServer();
  putService(server, { name: 'web' });
  server.store.create(resources.serviceExports, { metadata: { name: 'web', namespace: 'default' } });
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcs-emitter-'));
  lines = [];
});

afterEach(async () => {
  await emitter?.stop();
  emitter = undefined;
  await rm(folder, { recursive: true, force: true });
});

const file = (name: string): string => join(folder, name);

async function start(settings: Partial<EmitterSettings>): Promise<TestEmitter> {
  const logger = createLogger({ level: 'debug', write: (line) => void lines.push(line) });
  emitter = await startTestEmitter(server, settings, { logger, fileIntervalMs: 10 });
  return emitter;
}

/** HTTPS with a certificate of its own, and nothing else. */
function secure(settings: Partial<EmitterSettings>): Promise<TestEmitter> {
  return start({ ...withoutPlainPort, secure: { host: '127.0.0.1', port: 0, certDir: file('certs'), names: ['emitter.example'] }, ...settings });
}

// an undefined member would not be none
const withoutPlainPort = { insecure: undefined } as unknown as Partial<EmitterSettings>;

const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

describe('bearer tokens of an emitter', () => {
  it('are needed, and a wrong one is as good as none: 401 as Kubernetes gives it', async () => {
    await writeFile(file('tokens'), '# readers\nsecret-one\n\nsecret-two\r\n');
    const { url } = await start({ authentication: { tokenFiles: [file('tokens')], anonymous: false } });
    const refused = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401 };
    for (const headers of [{}, bearer('secret-on'), bearer('# readers'), bearer(''), { authorization: 'Basic c2VjcmV0LW9uZQ==' }]) expect((await ask(`${url}${PATH}`, { headers })).body).toEqual(refused);
    for (const token of ['secret-one', 'secret-two']) expect((await ask(`${url}${PATH}`, { headers: bearer(token) })).code).toBe(200);
    for (const [path, code] of [['/healthz', 200], ['/readyz', 200], ['/metrics', 401], ['/version', 401], ['/api', 401]] as const) expect((await ask(`${url}${path}`)).code).toBe(code);
    expect(lines.join('')).not.toContain('secret');
    expect(lines.join('')).toContain('Bearer tokens can be read on their way to the plain HTTP port');
  });

  it('are read again: a new one is accepted, one that is gone is refused and its watches are cut', async () => {
    await writeFile(file('tokens'), 'old\n');
    const { url } = await start({ authentication: { tokenFiles: [file('tokens')], anonymous: false } });
    const watch = await openWatch(`${url}/api/v1/services?watch=true`, { headers: bearer('old') });
    await writeFile(file('tokens'), 'new\n');
    await eventually(async () => expect((await ask(`${url}${PATH}`, { headers: bearer('new') })).code).toBe(200));
    expect((await ask(`${url}${PATH}`, { headers: bearer('old') })).code).toBe(401);
    await eventually(() => expect(watch.ended()).toBe('cut'));
  });

  it('that are lost by a broken file stay in use', async () => {
    await writeFile(file('tokens'), 'old\n');
    const { url } = await start({ authentication: { tokenFiles: [file('tokens')], anonymous: false } });
    await rm(file('tokens'));
    await eventually(() => expect(lines.join('')).toContain('what was read before stays in use'));
    expect((await ask(`${url}${PATH}`, { headers: bearer('old') })).code).toBe(200);
  });

  it('in a file that is not there end the start', async () => {
    await expect(start({ authentication: { tokenFiles: [file('none')], anonymous: false } })).rejects.toMatchObject({ code: 'MCS_USAGE', message: expect.stringContaining('Cannot use the token files: ENOENT') });
  });
});

describe('the HTTPS port of an emitter', () => {
  it('has a certificate of its own authority, which is kept', async () => {
    await writeFile(file('tokens'), 'secret\n');
    const authentication = { tokenFiles: [file('tokens')], anonymous: false };
    const { url } = await secure({ authentication });
    const ca = await readFile(file('certs/ca.crt'), 'utf8');
    expect((await ask(`${url}${PATH}`, { headers: bearer('secret'), tls: { ca } })).code).toBe(200);
    await expect(ask(`${url}${PATH}`, { headers: bearer('secret'), tls: { ca: strangers.ca } })).rejects.toMatchObject({ code: expect.stringMatching(/UNABLE_TO_VERIFY|SELF_SIGNED/) });
    expect(lines.join('')).toContain(file('certs/ca.crt'));
    expect((await stat(file('certs/ca.key'))).mode & 0o777).toBe(0o600);
    const cert = await readFile(file('certs/tls.crt'), 'utf8');
    await emitter?.stop();
    await secure({ authentication });
    expect([await readFile(file('certs/ca.crt'), 'utf8'), await readFile(file('certs/tls.crt'), 'utf8')]).toEqual([ca, cert]);
    await emitter?.stop();
    await secure({ authentication, secure: { host: '127.0.0.1', port: 0, certDir: file('certs'), names: ['other.example'] } });
    expect([await readFile(file('certs/ca.crt'), 'utf8'), (await readFile(file('certs/tls.crt'), 'utf8')) === cert]).toEqual([ca, false]);
  });

  it('accepts client certificates of the authority, and nobody else', async () => {
    await writeFile(file('readers.crt'), readers.ca);
    const { url } = await secure({ authentication: { tokenFiles: [], clientCaFile: file('readers.crt'), anonymous: false } });
    const ca = await readFile(file('certs/ca.crt'), 'utf8');
    const reader = readers.issue({ commonName: 'mirror' });
    const stranger = strangers.issue({ commonName: 'mirror' });
    expect((await ask(`${url}${PATH}`, { tls: { ca, ...reader } })).code).toBe(200);
    expect((await ask(`${url}${PATH}`, { tls: { ca, ...stranger } })).code).toBe(401);
    expect((await ask(`${url}${PATH}`, { tls: { ca } })).code).toBe(401);
    expect((await ask(`${url}${PATH}`, { headers: bearer('mirror'), tls: { ca } })).code).toBe(401);
    const watch = await openWatch(`${url}/api/v1/services?watch=true`, { tls: { ca, ...reader } });
    await writeFile(file('readers.crt'), strangers.ca);
    await eventually(() => expect(watch.ended()).toBe('cut'));
    expect((await ask(`${url}${PATH}`, { tls: { ca, ...reader } })).code).toBe(401);
    expect((await ask(`${url}${PATH}`, { tls: { ca, ...stranger } })).code).toBe(200);
  });

  it.each(['', 'no certificate'])('does not start with %j for authorities of clients: an empty text would stand for all public ones', async (text) => {
    await writeFile(file('readers.crt'), text);
    await expect(secure({ authentication: { tokenFiles: [], clientCaFile: file('readers.crt'), anonymous: false } })).rejects.toMatchObject({ code: 'MCS_USAGE', message: expect.stringContaining('no certificate of an authority of clients') });
  });

  it('keeps the authorities of clients when their file is emptied', async () => {
    await writeFile(file('readers.crt'), readers.ca);
    const { url } = await secure({ authentication: { tokenFiles: [], clientCaFile: file('readers.crt'), anonymous: false } });
    const tls = { ca: await readFile(file('certs/ca.crt'), 'utf8'), ...readers.issue({ commonName: 'mirror' }) };
    await writeFile(file('readers.crt'), '');
    await eventually(() => expect(lines.join('')).toContain('Cannot use the certificate files as they are now'));
    expect((await ask(`${url}${PATH}`, { tls })).code).toBe(200);
  });

  it('takes a changed certificate for new connections, and keeps the old one where the new one is none', async () => {
    const subjectOf = (port: number): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
          resolve(socket.getPeerCertificate().subject.CN as string);
          socket.destroy();
        });
        socket.once('error', reject);
      });
    const write = async (name: string): Promise<void> => {
      const { cert, key } = strangers.issue({ commonName: name });
      await Promise.all([writeFile(file('tls.crt'), cert), writeFile(file('tls.key'), key)]);
    };
    await write('first');
    const { emitter: started } = await secure({ secure: { host: '127.0.0.1', port: 0, certDir: '', names: [], certificate: { certFile: file('tls.crt'), keyFile: file('tls.key') } } });
    const port = started.addresses[0]?.port ?? 0;
    expect(await subjectOf(port)).toBe('first');
    await writeFile(file('tls.crt'), 'no certificate');
    await eventually(() => expect(lines.join('')).toContain('Cannot use the certificate files as they are now'));
    expect(await subjectOf(port)).toBe('first');
    await write('second');
    await eventually(async () => expect(await subjectOf(port)).toBe('second'));
  });

  it('that is taken ends the start, naming its flag', async () => {
    const { emitter: first } = await start({});
    const port = first.addresses[0]?.port ?? 0;
    await expect(startTestEmitter(server, { insecure: { host: '127.0.0.1', port } })).rejects.toMatchObject({ code: 'MCS_USAGE', message: `Cannot listen on 127.0.0.1:${port}: another process listens there`, hints: ['--insecure-port <port>'] });
  });

  it('may be beside the plain one', async () => {
    const { emitter: started } = await start({ secure: { host: '127.0.0.1', port: 0, certDir: file('certs'), names: [] } });
    expect(started.addresses.map(({ url }) => url.split(':')[0])).toEqual(['https', 'http']);
    expect((await ask(`${started.addresses[1]?.url}${PATH}`)).code).toBe(200);
  });
});

(hasKubectl() ? describe : describe.skip)('kubectl with an emitter', () => {
  it('gets, describes and watches by --server alone', async () => {
    const { url } = await start({});
    const kubectl = await createKubectl('');
    const run = (...args: string[]): Promise<string> => kubectl.run('--server', url, ...args);
    try {
      expect(await run('get', 'services')).toMatch(/^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nweb +ClusterIP +<none> +<none> +80\/TCP +\d+s\n$/);
      expect(await run('get', 'service', 'web', '-o', 'jsonpath={.spec.ports[0].port}')).toBe('80');
      expect(await run('get', 'endpoints,endpointslices,svcex', '-A', '-o', 'name')).toBe('endpoints/web\nendpointslice.discovery.k8s.io/web-abc12\nserviceexport.multicluster.x-k8s.io/web\n');
      expect(await run('get', 'svc', '-l', 'app notin (web)', '--field-selector', 'metadata.name=none', '-o', 'name')).toBe('');
      expect(await run('api-resources', '-o', 'name')).toBe('endpoints\nnamespaces\nservices\nendpointslices.discovery.k8s.io\nserviceexports.multicluster.x-k8s.io\n');
      await expect(run('delete', 'service', 'web')).rejects.toMatchObject({ stderr: expect.stringContaining('the server could not find the requested resource') });
    } finally {
      await kubectl.remove();
    }
  });
});
