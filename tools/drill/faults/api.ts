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
async function reachAnother(scene: Scene, cluster: string, scheme: 'http' | 'https', impostor: Server): Promise<Mend> {
  await new Promise<void>((resolve) => void impostor.listen(0, '127.0.0.1', resolve));
  const { port } = impostor.address() as { readonly port: number };
  const mend = reachBy(scene, cluster, { server: { server: `${scheme}://127.0.0.1:${port}` } });
  return async () => {
    await mend();
    impostor.close();
  };
}

/** API servers that are not reached, or do not serve what they should. */
export const makeApiFaults: MakeFaults = ({ dice, near, far }) => {
  const any = (): string => dice.pick([near, far]);
  const [refused, unknown, stranger, rejected, powerless, hanging, unserved] = [any(), any(), any(), any(), any(), any(), any()];
  const [host, token, account, program] = [dice.word(), dice.word(), dice.word(), dice.word()];
  const port = dice.between(1, 1023);
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
      expected: [{ cluster: hanging, id: 'MCS-API-01', evidence: 'no answer within' }],
      inject: (scene) => reachAnother(scene, hanging, 'https', createServer((socket) => socket.on('error', () => socket.destroy()))),
    },
    {
      name: 'web server in place of an API server',
      expected: [{ cluster: stranger, id: 'MCS-API-01', evidence: '127.0.0.1:' }],
      inject: (scene) => reachAnother(scene, stranger, 'http', createHttpServer((_request, response) => void response.end(`<html>${host}</html>`))),
    },
    {
      name: 'token that the API server does not know',
      expected: [{ cluster: rejected, id: 'MCS-API-01', evidence: '401' }],
      inject: (scene) => Promise.resolve(reachBy(scene, rejected, { user: { token } })),
    },
    {
      name: 'credential program that is not installed',
      expected: [{ cluster: rejected, id: 'MCS-API-01', evidence: program }],
      inject: (scene) => Promise.resolve(reachBy(scene, rejected, { user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: program, interactiveMode: 'Never' } } })),
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
    {
      name: 'API of ClusterProperties not served',
      expected: [{ cluster: unserved, id: 'MCS-K8S-02', evidence: 'not served: about.k8s.io/v1' }],
      inject: async (scene) => {
        const target = { resource: resources.customResourceDefinitions, name: 'clusterproperties.about.k8s.io' };
        const { spec } = (await scene.client(unserved).get(target.resource, target.name)) as unknown as { readonly spec: { readonly versions: readonly Fields[] } };
        return replace(scene.client(unserved), target, { spec: { ...spec, versions: spec.versions.map((version) => ({ ...version, served: false })) } });
      },
    },
  ];
};
