import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { parse, stringify } from 'yaml';
import { resources } from '../../../src/api/resources.ts';
import type { MakeFaults, Mend, Scene } from '../fault.ts';
import { replace } from '../world.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; cluster: Fields }[];
  readonly users: readonly { readonly name: string; user: Fields }[];
}

/** Changes how a context's cluster is reached, for `mcs diagnose` alone. */
function reachBy({ kubeconfig }: Scene, cluster: string, { server, user }: { readonly server?: Fields; readonly user?: Fields }): Mend {
  const text = readFileSync(kubeconfig, 'utf8');
  const config = parse(text) as Kubeconfig;
  for (const entry of config.clusters) if (entry.name === cluster && server !== undefined) entry.cluster = { ...entry.cluster, ...server };
  for (const entry of config.users) if (entry.name === cluster && user !== undefined) entry.user = user;
  writeFileSync(kubeconfig, stringify(config));
  return () => {
    writeFileSync(kubeconfig, text);
    return Promise.resolve();
  };
}

/** Puts a server of another kind in the place of the API server. */
async function reachAnother(scene: Scene, cluster: string, { address, scheme }: { readonly address: string; readonly scheme: 'http' | 'https' }, impostor: Server): Promise<Mend> {
  await new Promise<void>((resolve) => void impostor.listen(0, address, resolve));
  const { port } = impostor.address() as { readonly port: number };
  const mend = reachBy(scene, cluster, { server: { server: `${scheme}://${address}:${port}` } });
  return async () => {
    await mend();
    impostor.close();
  };
}

/** API servers that are not reached. */
const makeUnreachable: MakeFaults = ({ dice, near, far }) => {
  const any = (): string => dice.pick([near, far]);
  const [refused, unknown, hanging, stranger] = [any(), any(), any(), any()];
  const host = dice.word();
  const port = dice.between(1, 1023);
  // all of 127.0.0.0/8 is this machine, so that an address is free whatever runs here
  const address = (): string => `127.250.${dice.between(1, 254)}.${dice.between(1, 254)}`;
  const [silence, web] = [address(), address()];
  return [
    {
      name: 'API server that refuses connections',
      expected: [{ cluster: refused, id: 'MCS-API-01', evidence: `127.0.0.1:${port}` }],
      inject: (scene) => Promise.resolve(reachBy(scene, refused, { server: { server: `https://127.0.0.1:${port}` } })),
    },
    {
      name: 'API server whose name does not resolve',
      expected: [{ cluster: unknown, id: 'MCS-API-01', evidence: `${host}.invalid` }],
      inject: (scene) => Promise.resolve(reachBy(scene, unknown, { server: { server: `https://${host}.invalid:6443` } })),
    },
    {
      name: 'API server that never answers',
      expected: [{ cluster: hanging, id: 'MCS-API-01', evidence: silence }],
      inject: (scene) => reachAnother(scene, hanging, { address: silence, scheme: 'https' }, createServer((socket) => socket.on('error', () => socket.destroy()))),
    },
    {
      name: 'web server in place of an API server',
      expected: [{ cluster: stranger, id: 'MCS-API-01', evidence: web }],
      inject: (scene) => reachAnother(scene, stranger, { address: web, scheme: 'http' }, createHttpServer((_request, response) => void response.end(`<html>${host}</html>`))),
    },
  ];
};

/** API servers that do not take the account of who asks. */
const makeUnaccepted: MakeFaults = ({ dice, near, far }) => {
  const any = (): string => dice.pick([near, far]);
  const [rejected, programless, powerless] = [any(), any(), any()];
  const [token, account, program] = [dice.word(), dice.word(), dice.word()];
  return [
    {
      name: 'token that the API server does not know',
      expected: [{ cluster: rejected, id: 'MCS-API-01', evidence: 'does not accept the credential' }],
      inject: (scene) => Promise.resolve(reachBy(scene, rejected, { user: { token } })),
    },
    {
      name: 'credential program that is not installed',
      expected: [{ cluster: programless, id: 'MCS-API-01', evidence: program }],
      inject: (scene) => Promise.resolve(reachBy(scene, programless, { user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: program, interactiveMode: 'Never' } } })),
    },
    {
      name: 'authority that did not sign the API server',
      expected: [{ cluster: far, id: 'MCS-API-01', evidence: 'certificate' }],
      inject: (scene) => {
        const config = parse(readFileSync(scene.kubeconfig, 'utf8')) as Kubeconfig;
        const other = config.clusters.find(({ name }) => name === near)?.cluster['certificate-authority-data'];
        return Promise.resolve(reachBy(scene, far, { server: { 'certificate-authority-data': other } }));
      },
    },
    {
      name: 'account without rights',
      expected: [{ cluster: powerless, id: 'MCS-API-01', evidence: account }],
      inject: async (scene) => {
        const client = scene.client(powerless);
        await client.create(resources.serviceAccounts, { metadata: { name: account, namespace: 'default' } });
        const issued = await client.createToken(account, 'default', { expirationSeconds: 3600 });
        const mend = reachBy(scene, powerless, { user: { token: issued.token } });
        return async () => {
          await mend();
          await client.delete(resources.serviceAccounts, account, 'default');
        };
      },
    },
  ];
};

/** Has a kind, or a version of it, no longer served. */
async function stopServing(scene: Scene, cluster: string, name: string, version: string): Promise<Mend> {
  const target = { resource: resources.customResourceDefinitions, name };
  const { spec } = (await scene.client(cluster).get(target.resource, name)) as unknown as { readonly spec: { readonly versions: readonly Fields[] } };
  return replace(scene.client(cluster), target, { spec: { ...spec, versions: spec.versions.map((each) => (each.name === version ? { ...each, served: false } : each)) } });
}

/** APIs of our own that are not served. */
const makeUnserved: MakeFaults = ({ dice, near, far }) => {
  const [properties, exports] = [dice.pick([near, far]), dice.pick([near, far])];
  return [
    {
      name: 'ClusterProperties not served',
      expected: [{ cluster: properties, id: 'MCS-K8S-02', evidence: 'not served: about.k8s.io/v1' }],
      inject: (scene) => stopServing(scene, properties, 'clusterproperties.about.k8s.io', 'v1'),
    },
    {
      name: 'ServiceExports not served in the version of mcs',
      expected: [{ cluster: exports, id: 'MCS-K8S-02', evidence: 'not served: serviceexports of multicluster.x-k8s.io/v1beta1' }],
      inject: (scene) => stopServing(scene, exports, 'serviceexports.multicluster.x-k8s.io', 'v1beta1'),
    },
  ];
};

export const makeApiFaults: MakeFaults = (setting) => [...makeUnreachable(setting), ...makeUnaccepted(setting), ...makeUnserved(setting)];
