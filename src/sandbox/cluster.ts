import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { resources } from '../api/resources.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { type ApiServer, createApiServer } from '../kube-serve/api-server.ts';
import { builtinDefinitions } from '../kube-serve/builtin.ts';
import { type CertificateAuthority, issueServingCertificate, makeAuthority } from '../kube-serve/certificates.ts';
import { serveCustomResources } from '../kube-serve/crd/custom-resources.ts';
import { createFaults, type Faults } from '../kube-serve/faults.ts';
import { namespaceLifecycle } from '../kube-serve/namespace-lifecycle.ts';
import { createObjectStore, type ObjectStore } from '../kube-serve/store.ts';
import { createAuthentication } from './access/authenticate.ts';
import { createTokenRoute } from './access/token-route.ts';
import { admitGrants, admitPods, admitServices } from './admission.ts';
import { planBootstrap, SANDBOX_VERSION } from './bootstrap.ts';
import { type ClusterAccessControl, createClusterAccess } from './cluster-access.ts';
import { createServiceAddresses } from './controllers/service-addresses.ts';
import { startControllers } from './controllers/start-controllers.ts';
import type { ClusterEntry } from './kubeconfig.ts';
import { Kubelet } from './kubelet/kubelet.ts';
import { createLogRoute } from './kubelet/log-route.ts';
import { createProxyRoute } from './kubelet/proxy-route.ts';
import type { AddressPlan } from './network/address-plan.ts';
import { listenOnFreeOctet } from './network/listen-on-free-octet.ts';
import { startProxyController } from './network/proxy-controller.ts';
import { createServiceProxy, type ServiceProxy } from './network/service-proxy.ts';
import { createObjects, type Objects } from './objects.ts';

export interface SandboxClusterOptions {
  readonly name: string;
  /** Default: one, named as the cluster. */
  readonly nodes?: readonly string[];
  /** Where the search for a free 127.X.0.0/16 begins. */
  readonly firstOctet?: number;
  /** Files of the pods; made and removed by the cluster. */
  readonly directory: string;
  /** Folder below which `dist/agents` lies. */
  readonly packageRoot: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One simulated cluster, which runs until it is stopped. */
export interface SandboxCluster {
  readonly name: string;
  readonly plan: AddressPlan;
  /** How its administrator reaches it. */
  readonly entry: ClusterEntry;
  /** Its objects, past authentication and authorization. */
  readonly store: ObjectStore;
  /** Trouble on demand for its API server. */
  readonly faults: Faults;
  readonly proxy: Pick<ServiceProxy, 'failures' | 'listening'>;
  /** Processes that run for its pods. */
  pids(): readonly number[];
  /** Ends all pods, for good. Agents of one cluster speak with others: end all pods before any API server. */
  stopPods(): Promise<void>;
  stop(): Promise<void>;
}

const CERTIFICATE_NAMES = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];

/** Starts a cluster: when it resolves, its API server answers and its controllers run. */
export async function createSandboxCluster(options: SandboxClusterOptions): Promise<SandboxCluster> {
  const { clock, logger, name, nodes = [name] } = options;
  const store = createObjectStore({ definitions: builtinDefinitions(), clock, garbageCollector: true });
  const endCustomResources = serveCustomResources(store);
  const objects = createObjects(store);
  const access = createClusterAccess(objects, clock);
  const faults = createFaults();
  const adminToken = randomBytes(24).toString('base64url');
  const authority = makeAuthority(`sandbox-${name}`, clock.now());
  const listen = async (each: AddressPlan): Promise<ApiServer> => {
    const server = createApiServer({
      store,
      authenticate: createAuthentication({ adminToken, ...access }),
      authorize: access.authorize,
      rulesOf: access.authorizer.rulesOf,
      faults,
      extraRoutes: [createTokenRoute(objects, access.tokens), createLogRoute(objects, (pod, container) => kubelet.findLog(pod, container)), createProxyRoute(objects)],
      version: SANDBOX_VERSION,
      clock,
    });
    return listenSecurely(server, authority, each);
  };
  const { listener: server, plan } = await listenOnFreeOctet(nodes, options.firstOctet, listen);
  addAdmission(store, objects, access, plan);
  for (const { object, resource } of planBootstrap(name, plan, new Date(clock.now()).toISOString())) store.create(resource, object);
  const controllers = startControllers({ objects, clock, logger }, authority.cert);
  const kubelet = startKubelet(options, objects, access, authority.cert, plan);
  const proxy = createServiceProxy((frontend, reason) => {
    logger.warn('Cannot serve a Service', { frontend, reason });
  });
  const proxyController = startProxyController(objects, proxy, logger);
  const stopPods = async (): Promise<void> => {
    controllers.stop(); // they would make new ones
    await kubelet.stop();
  };
  return {
    name,
    plan,
    entry: { name, server: `https://${plan.apiServer.address}:${plan.apiServer.port}`, ca: authority.cert, token: adminToken },
    store,
    faults,
    proxy,
    pids: () => kubelet.pids(),
    stopPods,
    stop: async () => {
      await stopPods();
      await proxyController.stop();
      endCustomResources();
      await server.close();
      await rm(options.directory, { recursive: true, force: true });
    },
  };
}

async function listenSecurely(server: ApiServer, authority: CertificateAuthority, { apiServer, kubernetesServiceIP }: AddressPlan): Promise<ApiServer> {
  const { cert, key } = issueServingCertificate(authority, { commonName: 'kube-apiserver', hosts: CERTIFICATE_NAMES, ips: [apiServer.address, kubernetesServiceIP] });
  try {
    await server.listen({ host: apiServer.address, port: apiServer.port, tls: { cert, key } });
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

function addAdmission(store: ObjectStore, objects: Objects, { authorizer, rbac }: ClusterAccessControl, { serviceCIDR }: AddressPlan): void {
  const addresses = createServiceAddresses(serviceCIDR);
  objects.onChange(resources.services, ({ object, type }) => {
    addresses.note(type, object);
  });
  for (const admitter of [namespaceLifecycle(store), admitServices(addresses), admitPods(objects), admitGrants(authorizer, rbac)]) store.addAdmitter(admitter);
}

function startKubelet(options: SandboxClusterOptions, objects: Objects, access: ClusterAccessControl, ca: string, plan: AddressPlan): Kubelet {
  const { clock, directory, logger, name, packageRoot } = options;
  const kubelet = new Kubelet({
    objects,
    nodes: plan.nodes,
    directory: join(directory, 'pods'),
    cluster: name,
    packageRoot,
    apiServer: plan.apiServer,
    ca,
    inputs: {
      findSecret: (namespace, secret) => objects.find(resources.secrets, { name: secret, namespace }),
      findConfigMap: (namespace, configMap) => objects.find(resources.configMaps, { name: configMap, namespace }),
      listServices: (namespace) => objects.list(resources.services, namespace),
    },
    issueToken: access.issuePodToken,
    compileCache: join(directory, 'compile-cache'),
    clock,
    logger,
  });
  kubelet.start();
  return kubelet;
}
