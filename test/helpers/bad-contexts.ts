import { chmodSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createTestAuthority } from './test-certificates.ts';

/** What a kubeconfig has for one context. */
export interface BadContext {
  readonly name: string;
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
}

export interface BadContexts {
  readonly contexts: readonly BadContext[];
  stop(): Promise<void>;
}

/** Stands in every credential below: it must be in no output. */
export const NEVER_SHOWN = 'c2VjcmV0LXRoYXQtbXVzdC1ub3QtYmUtc2hvd24';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

class Servers {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  /** Its address. */
  async listen(server: Server): Promise<string> {
    this.#servers.push(server);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return `https://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => void server.close(resolve))));
  }
}

function exec(folder: string, name: string, script: string): Record<string, unknown> {
  const command = join(folder, name);
  writeFileSync(command, `#!/bin/sh\n${script}\n`);
  chmodSync(command, 0o755);
  return execOf(command);
}

const execOf = (command: string): Record<string, unknown> => ({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never', env: [{ name: 'TOKEN', value: NEVER_SHOWN }] } });

/** Contexts that cannot be read, each for one reason, by the name of the reason. Plugins are written into `folder`. */
export async function startBadContexts(folder: string): Promise<BadContexts> {
  const authority = createTestAuthority();
  const ca = { 'certificate-authority-data': base64(authority.ca) };
  const servers = new Servers();
  const refusal = { apiVersion: 'v1', kind: 'Status', status: 'Failure', reason: 'Unauthorized', message: 'Unauthorized', code: 401 };
  const serve = (issued: { readonly cert: string; readonly key: string }, answer: 'nothing' | 'unauthorized' | 'html'): Promise<string> =>
    servers.listen(
      createHttpsServer(issued, (_request, response) => {
        if (answer === 'unauthorized') response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
        if (answer === 'html') response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in to the portal</html>');
      }),
    );
  const good = authority.issue();
  const token = { token: NEVER_SHOWN };
  const strict = await serve(good, 'unauthorized');
  const expired = authority.issue({ commonName: 'kubernetes-admin', expired: true });
  const certificate = (cert: string, key: string): Record<string, string> => ({ 'client-certificate-data': base64(cert), 'client-key-data': base64(key) });
  const contexts: BadContext[] = [
    { name: 'silent', cluster: { server: await servers.listen(createServer()), ...ca }, user: token },
    { name: 'silent-later', cluster: { server: await serve(good, 'nothing'), ...ca }, user: token },
    { name: 'refusing', cluster: { server: 'https://127.0.0.1:1', ...ca }, user: token },
    { name: 'no-name', cluster: { server: 'https://cluster.invalid:6443', ...ca }, user: token },
    { name: 'expired-server', cluster: { server: await serve(authority.issue({ expired: true }), 'unauthorized'), ...ca }, user: token },
    { name: 'unknown-ca', cluster: { server: strict, 'certificate-authority-data': base64(createTestAuthority('another').ca) }, user: token },
    { name: 'other-name', cluster: { server: await serve(authority.issue({ names: ['elsewhere'], addresses: ['192.0.2.1'] }), 'unauthorized'), ...ca }, user: token },
    { name: 'expired-client', cluster: { server: strict, ...ca }, user: certificate(expired.cert, expired.key) },
    { name: 'garbled-client', cluster: { server: strict, ...ca }, user: certificate('none', NEVER_SHOWN) },
    { name: 'garbled-ca', cluster: { server: strict, 'certificate-authority-data': base64('none') }, user: token },
    { name: 'refused-token', cluster: { server: strict, ...ca }, user: token },
    { name: 'portal', cluster: { server: await serve(good, 'html'), ...ca }, user: token },
    { name: 'plugin-fails', cluster: { server: strict, ...ca }, user: exec(folder, 'fails', `echo "session of $TOKEN is over, run: cloud login" >&2; exit 1`) },
    { name: 'plugin-missing', cluster: { server: strict, ...ca }, user: execOf(join(folder, 'missing-plugin')) },
    { name: 'plugin-garbage', cluster: { server: strict, ...ca }, user: exec(folder, 'garbage', 'echo "Welcome! $TOKEN"') },
    { name: 'plugin-hangs', cluster: { server: strict, ...ca }, user: exec(folder, 'hangs', 'exec sleep 600') },
    { name: 'no-cluster', cluster: {}, user: token },
  ];
  return { contexts, stop: () => servers.stop() };
}

/** A kubeconfig of these contexts, behind those of another one. */
export function withContexts(kubeconfig: string, contexts: readonly BadContext[]): string {
  const base = JSON.parse(kubeconfig) as { clusters: object[]; users: object[]; contexts: object[] };
  return JSON.stringify({
    ...base,
    clusters: [...base.clusters, ...contexts.filter(({ cluster }) => 'server' in cluster).map(({ name, cluster }) => ({ name, cluster }))],
    users: [...base.users, ...contexts.map(({ name, user = {} }) => ({ name, user }))],
    contexts: [...base.contexts, ...contexts.map(({ name }) => ({ name, context: { cluster: name, user: name } }))],
  });
}
