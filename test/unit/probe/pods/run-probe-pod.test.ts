import { describe, expect, it } from '@jest/globals';
import type { Resource } from '../../../../src/api/resources.ts';
import type { KubeObject } from '../../../../src/api/types/index.ts';
import { parseProbe, runProbePod, probePod } from '../../../../src/probe/pods/run-probe-pod.ts';
import { ApiError } from '../../../../src/kube/api-error.ts';
import { stubClient } from '../../../helpers/stub-client.ts';

const options = { name: 'mcs-probe-1', namespace: 'shop', image: 'localhost/mcs:1', request: { reach: { names: [], targets: [], timeoutMs: 1000 } }, startMs: 1000, signal: new AbortController().signal, progress: () => undefined };

describe('probePod', () => {
  it('is admitted by a namespace of level restricted, ends by itself, and has no credential', () => {
    const { spec } = probePod(options);
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      restartPolicy: 'Never',
      activeDeadlineSeconds: expect.any(Number),
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
    });
  });

  it('is of the node, and on it, where it is asked to be', () => {
    const { spec } = probePod({ ...options, node: 'gw-1', host: { capabilities: ['NET_RAW'] } });
    expect(spec).toMatchObject({ hostNetwork: true, nodeName: 'gw-1', tolerations: [{ operator: 'Exists' }], containers: [{ securityContext: { runAsUser: 0, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['NET_RAW'] } } }] });
  });
});

describe('parseProbe', () => {
  it.each([
    ['the result', 'a word before\n{"result":{"reach":{"names":[],"targets":[]}}}\n', { found: { reach: { names: [], targets: [] } } }],
    ['what the pod says of its failure', '{"error":{"message":"no such thing"}}', { reason: 'pod p failed: no such thing' }],
    ['what else it says', 'exec format error', { reason: 'pod p said nothing that can be read: exec format error' }],
    ['that it says nothing', '', { reason: 'pod p said nothing that can be read: no output' }],
  ])('gives %s', (_title, text, expected) => {
    expect(parseProbe(text, 'pod p')).toEqual(expected);
  });
});

describe('runProbePod', () => {
  it('tests nothing, and says why, where no pod may be run', async () => {
    const refuse = (_resource: Resource<KubeObject>): Promise<never> => Promise.reject(new ApiError({ kind: 'Status', apiVersion: 'v1', code: 403, message: 'pods "x" is forbidden: violates PodSecurity', reason: 'Forbidden' } as never));
    const client = stubClient({ create: refuse });
    expect(await runProbePod(client, options)).toEqual({ reason: 'no pod may be run in namespace "shop": pods "x" is forbidden: violates PodSecurity' });
  });

  it('removes the pod that may have been made when it was stopped in between', async () => {
    const stop = new AbortController();
    const removed: string[] = [];
    const create = (_resource: Resource<KubeObject>): Promise<never> => {
      stop.abort(new Error('Ctrl-C'));
      return Promise.reject(stop.signal.reason as Error);
    };
    const remove = (_resource: Resource<KubeObject>, name: string): Promise<undefined> => Promise.resolve(void removed.push(name));
    const run = runProbePod(stubClient({ create, delete: remove }), { ...options, signal: stop.signal });
    await expect(run).rejects.toThrow('Ctrl-C');
    expect(removed).toEqual(['mcs-probe-1']);
  });
});
