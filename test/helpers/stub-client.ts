import type { KubeClient } from '../../src/kube/client.ts';

/** A client that has only the given methods; any other call fails the test. */
export function stubClient(methods: Partial<KubeClient>): KubeClient {
  const stub: Partial<KubeClient> = { server: 'https://stub:6443', close: () => undefined, ...methods };
  return new Proxy(stub as KubeClient, {
    get: (target, name: keyof KubeClient) => {
      if (name in target) return target[name];
      throw new Error(`The stub client has no ${name}`);
    },
  });
}
