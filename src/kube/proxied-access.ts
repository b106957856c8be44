import type { Agent } from 'node:http';
import type { ClusterAccess, ConnectionSettings } from './client.ts';

const encode = (pem: string): string => Buffer.from(pem).toString('base64');

/** client-node makes the agents of all kinds of proxies. */
async function connectThrough({ server, tls }: ClusterAccess, proxy: string): Promise<ConnectionSettings> {
  const { KubeConfig: Config } = await import('./client-node.ts');
  const config = new Config();
  const name = 'proxied';
  config.loadFromOptions({
    clusters: [
      {
        name,
        server,
        skipTLSVerify: tls.rejectUnauthorized === false,
        proxyUrl: proxy,
        ...(tls.ca !== undefined && { caData: encode(tls.ca) }),
        ...(tls.servername !== undefined && { tlsServerName: tls.servername }),
      },
    ],
    users: [{ name, ...(tls.cert !== undefined && { certData: encode(tls.cert) }), ...(tls.key !== undefined && { keyData: encode(tls.key) }) }],
    contexts: [{ name, cluster: name, user: name }],
    currentContext: name,
  });
  const applied: { agent?: Agent } = {};
  await config.applyToHTTPSOptions(applied);
  return { tls, proxy, ...(applied.agent && { agent: applied.agent }) };
}

/** The same access by way of a proxy: HTTP, HTTPS or SOCKS, by its URL. */
export function throughProxy(access: ClusterAccess, proxy: string): ClusterAccess {
  let settings: Promise<ConnectionSettings> | undefined;
  return {
    server: access.server,
    tls: access.tls,
    headers: () => access.headers(),
    connection: () => (settings ??= connectThrough(access, proxy)),
    onUnauthorized: () => access.onUnauthorized?.(),
  };
}
