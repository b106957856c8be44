import { Registry } from 'prom-client';
import { HUB_NAMESPACE } from '../../src/api/names.ts';
import { composeHub } from '../../src/agents/compose-hub.ts';
import { systemClock } from '../../src/base/clock.ts';
import { inOrder } from '../../src/base/lifecycle.ts';
import { silentLogger } from '../../src/base/log.ts';
import { runTasksSilently } from '../../src/base/tasks.ts';
import type { ControllerLimits } from '../../src/controller/settings.ts';
import type { FleetContext } from '../../src/deployers/index.ts';
import { type HubJoinOptions, type HubJoinResult, installHub, joinHub, type MemberPlace } from '../../src/deployers/hub/index.ts';
import { hubIdOf } from '../../src/deployers/hub/standing-hub.ts';
import type { Hub } from '../../src/hub/hub.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { createKubeClient } from '../../src/kube/kube-client.ts';
import { resources } from '../../src/api/resources.ts';
import { startTestApiServer, type TestApiServer } from './api-server.ts';
import { packageTemplates } from './package-templates.ts';

export interface HubSet {
  readonly hubID: string;
  server(name: string): TestApiServer;
  /** An administrator's client. */
  user(name: string): KubeClient;
  place(name: string): MemberPlace;
  /** What deployers get, with the hub's cluster as that of the context. */
  readonly context: FleetContext;
  joinOptions(name: string, more?: Partial<HubJoinOptions>): HubJoinOptions;
  join(name: string, more?: Partial<HubJoinOptions>): Promise<HubJoinResult>;
  /** Runs the hub with the rights of its account. */
  startHub(): Promise<Hub>;
  stopHub(): Promise<void>;
  /** Writes of the hub on all API servers since the last reset, without Leases and Events. */
  writes(): string[];
  resetWrites(): void;
  stop(): Promise<void>;
}

/** Clusters of which the first hosts a hub; none is a member yet. Pods of cluster number i have addresses in 10.i+1.0.0/16. */
export async function startHubSet(names: readonly string[], limits: Partial<ControllerLimits> = {}): Promise<HubSet> {
  const servers = new Map<string, TestApiServer>();
  for (const name of names) servers.set(name, await startTestApiServer());
  const server = (name: string): TestApiServer => servers.get(name) as TestApiServer;
  const users = new Map(names.map((name) => [name, server(name).client()]));
  const user = (name: string): KubeClient => users.get(name) as KubeClient;
  const [home = ''] = names;
  const clients: KubeClient[] = [];
  const context: FleetContext = {
    client: user(home),
    connect: (access) => {
      const client = createKubeClient(access);
      clients.push(client);
      return client;
    },
    templates: packageTemplates,
    version: '0.0.1',
    runTasks: runTasksSilently,
    clock: systemClock,
    signal: new AbortController().signal,
  };
  await installHub(context, { images: {}, wait: 'none', timeoutMs: 20_000, dryRun: false });
  const system = await user(home).get(resources.namespaces, 'kube-system');
  const hubID = hubIdOf(system.metadata.uid ?? '');
  let running: { readonly stop: () => Promise<void> } | undefined;
  let runs = 0;
  const place = (name: string): MemberPlace => ({ context: name, client: user(name), access: server(name).access() });
  const joinOptions: HubSet['joinOptions'] = (name, more = {}) => ({
    clusterID: name,
    member: place(name),
    clusterCidr: `10.${names.indexOf(name) + 1}.0.0/16`,
    serviceCidr: '10.96.0.0/16',
    imports: {},
    images: {},
    wait: 'none',
    timeoutMs: 20_000,
    dryRun: false,
    ...more,
  });
  const isNoise = (verb: string, resource: string): boolean => ['get', 'list', 'watch'].includes(verb) || ['leases', 'events', ''].includes(resource) || resource.startsWith('selfsubject');
  return {
    hubID,
    server,
    user,
    place,
    context,
    joinOptions,
    join: (name, more) => joinHub(context, joinOptions(name, more)),
    startHub: async () => {
      runs += 1;
      const { token } = await user(home).createToken('mcs-hub', HUB_NAMESPACE, { expirationSeconds: 3_600 });
      const client = server(home).client(token, { userAgent: 'mcs-hub/test' });
      const { hub, parts } = composeHub({ settings: { hubID, namespace: HUB_NAMESPACE, identity: `pod-${runs}` }, client, simulated: false, limits, registry: new Registry(), clock: systemClock, logger: silentLogger, env: {}, userAgent: 'mcs-hub/test' });
      const all = inOrder('hub', parts);
      await all.start(new AbortController().signal);
      running = all;
      return hub;
    },
    stopHub: async () => running?.stop(),
    writes: () => names.flatMap((name) => server(name).faults.requestCounts({ userAgent: 'mcs-hub' }).filter(({ verb, resource }) => !isNoise(verb, resource)).map(({ verb, resource, count }) => `${name}: ${verb} ${resource} x${count}`)),
    resetWrites: () => {
      for (const name of names) server(name).faults.resetCounts();
    },
    stop: async () => {
      await running?.stop();
      for (const client of clients) client.close();
      await Promise.all([...servers.values()].map((each) => each.stop()));
    },
  };
}
