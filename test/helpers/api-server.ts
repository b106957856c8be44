import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { resources } from '../../src/api/resources.ts';
import type { UnknownObject } from '../../src/api/types/index.ts';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import type { ClusterAccess, KubeClient } from '../../src/kube/client.ts';
import { createKubeClient, type KubeClientOptions } from '../../src/kube/kube-client.ts';
import { createApiServer, type ExtraRoute } from '../../src/kube-serve/api-server.ts';
import { builtinDefinitions } from '../../src/kube-serve/builtin.ts';
import { type CertificateAuthority, issueServingCertificate, makeAuthority } from '../../src/kube-serve/certificates.ts';
import { serveCustomResources } from '../../src/kube-serve/crd/custom-resources.ts';
import { createFaults, type Faults } from '../../src/kube-serve/faults.ts';
import { namespaceLifecycle } from '../../src/kube-serve/namespace-lifecycle.ts';
import { createObjectStore, type ObjectStore } from '../../src/kube-serve/store.ts';
import type { User } from '../../src/kube-serve/user.ts';
import { createAuthentication } from '../../src/sandbox/access/authenticate.ts';
import { createTokenRoute } from '../../src/sandbox/access/token-route.ts';
import { admitServices } from '../../src/sandbox/admission.ts';
import { planBootstrap } from '../../src/sandbox/bootstrap.ts';
import { createClusterAccess } from '../../src/sandbox/cluster-access.ts';
import { createServiceAddresses } from '../../src/sandbox/controllers/service-addresses.ts';
import { startGarbageCollector } from '../../src/sandbox/controllers/garbage-collector.ts';
import { startNamespaceController } from '../../src/sandbox/controllers/namespaces.ts';
import { createObjects } from '../../src/sandbox/objects.ts';

export interface TestApiServerOptions {
  /** Default 10.96.0.0/16. */
  readonly serviceCIDR?: string;
  readonly clock?: Clock;
  /** Default: nobody but ServiceAccounts, who have tokens by TokenRequest, and the administrator. */
  readonly users?: Readonly<Record<string, User>>;
  readonly bookmarkIntervalMs?: number;
  readonly historySize?: number;
  /** Default true: the kinds of templates/crds too. They are most of the work of a start. */
  readonly crds?: boolean;
  /** Subresources and paths beyond what is served anyway. */
  readonly extraRoutes?: readonly ExtraRoute[];
}

/** One API server on loopback with all kinds that `mcs` uses, RBAC, tokens, ClusterIPs, ends of namespaces; without pods that run. */
export interface TestApiServer {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly adminToken: string;
  /** The objects, past authentication and authorization. */
  readonly store: ObjectStore;
  readonly faults: Faults;
  /** Of the administrator, or of whoever has the token. */
  access(token?: string): ClusterAccess;
  /** A client that is closed with the server. */
  client(token?: string, options?: KubeClientOptions): KubeClient;
  /** The text of a kubeconfig with one context. */
  kubeconfig(token?: string, context?: string): string;
  stop(): Promise<void>;
}

const CRD_FOLDER = join(import.meta.dirname, '../../templates/crds');

// keys take longer to make than a server to start
let authority: CertificateAuthority | undefined;

async function readCrds(): Promise<readonly UnknownObject[]> {
  const files = (await readdir(CRD_FOLDER)).filter((file) => file.endsWith('.yaml')).sort();
  return Promise.all(files.map(async (file) => parse(await readFile(join(CRD_FOLDER, file), 'utf8')) as UnknownObject));
}

function bearerToken(authorization: string | undefined): string {
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
}

function kubeconfig(server: string, ca: string, token: string, context: string): string {
  const named = { name: context };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ ...named, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ ...named, user: { token } }],
    contexts: [{ ...named, context: { cluster: context, user: context } }],
  });
}

/** Starts one on a free port. */
export async function startTestApiServer(options: TestApiServerOptions = {}): Promise<TestApiServer> {
  const { clock = systemClock, serviceCIDR = '10.96.0.0/16', users = {} } = options;
  const store = createObjectStore({ definitions: builtinDefinitions(), clock, garbageCollector: true, ...(options.historySize !== undefined && { historySize: options.historySize }) });
  const endings = [serveCustomResources(store)];
  const objects = createObjects(store);
  const control = createClusterAccess(objects, clock);
  const addresses = createServiceAddresses(serviceCIDR);
  objects.onChange(resources.services, ({ object, type }) => addresses.note(type, object));
  store.addAdmitter(namespaceLifecycle(store));
  store.addAdmitter(admitServices(addresses));
  const adminToken = randomBytes(16).toString('base64url');
  const authenticate = createAuthentication({ adminToken, tokens: control.tokens });
  const faults = createFaults();
  const server = createApiServer({
    store,
    authenticate: (request) => users[bearerToken(request.headers.authorization)] ?? authenticate(request),
    authorize: control.authorize,
    rulesOf: control.authorizer.rulesOf,
    faults,
    extraRoutes: [createTokenRoute(objects, control.tokens), ...(options.extraRoutes ?? [])],
    clock,
    ...(options.bookmarkIntervalMs !== undefined && { bookmarkIntervalMs: options.bookmarkIntervalMs }),
  });
  const network = serviceCIDR.split('.').slice(0, 2).join('.');
  const plan = {
    octet: 0,
    apiServer: { address: '127.0.0.1', port: 0 },
    nodes: [{ name: 'node-1', address: '192.168.0.2', podCIDR: '10.244.0.0/24' }],
    podCIDR: '10.244.0.0/16',
    serviceCIDR,
    kubernetesServiceIP: `${network}.0.1`,
  };
  for (const { object, resource } of planBootstrap('test', plan, new Date(clock.now()).toISOString())) store.create(resource, object);
  for (const crd of options.crds === false ? [] : await readCrds()) store.create(resources.customResourceDefinitions, crd);
  const context = { objects, clock, logger: silentLogger };
  const controllers = [startNamespaceController(context), startGarbageCollector(context)];
  endings.push(...controllers.map((controller) => () => controller.stop()));
  authority ??= makeAuthority('test');
  const ca = authority.cert;
  const { url } = await server.listen({ host: '127.0.0.1', port: 0, tls: issueServingCertificate(authority, { hosts: ['localhost'], ips: ['127.0.0.1'] }) });
  const access = (token = adminToken): ClusterAccess => ({ server: url, tls: { ca }, headers: () => Promise.resolve({ authorization: `Bearer ${token}` }) });
  return {
    url,
    ca,
    adminToken,
    store,
    faults,
    access,
    client: (token, clientOptions) => {
      const client = createKubeClient(access(token), clientOptions);
      endings.push(() => client.close());
      return client;
    },
    kubeconfig: (token = adminToken, name = 'test') => kubeconfig(url, ca, token, name),
    stop: async () => {
      for (const end of endings.splice(0)) end();
      await server.close();
    },
  };
}
