import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../src/api/resources.ts';
import { failureStatus } from '../../../src/api/status.ts';
import { McsError } from '../../../src/base/errors.ts';
import { findMissingAccess, questionsAbout, validateAccess } from '../../../src/discovery/missing-access.ts';
import { probeBroker } from '../../../src/discovery/probe-broker.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import type { AccessQuestion } from '../../../src/kube/client.ts';
import { stubClient } from '../../helpers/stub-client.ts';
import { rejection, thrown } from '../../helpers/thrown.ts';

const signal = new AbortController().signal;
const QUESTIONS = [...questionsAbout(resources.secrets, ['get', 'create'], 'n'), ...questionsAbout(resources.nodes, ['list'], 'n'), ...questionsAbout(resources.nodes, ['list'])];

describe('findMissingAccess()', () => {
  it('asks an administrator one question only', async () => {
    const asked: AccessQuestion[] = [];
    const client = stubClient({ canI: (question) => Promise.resolve(asked.push(question) > 0) });
    expect(await findMissingAccess(client, QUESTIONS, signal)).toEqual([]);
    expect(asked).toEqual([{ verb: '*', group: '*', resource: '*' }]);
  });

  it('asks others each question once, and gives those that were answered with no', async () => {
    const asked: string[] = [];
    const client = stubClient({
      canI: ({ verb, resource }) => {
        asked.push(`${verb} ${resource}`);
        return Promise.resolve(verb === 'get');
      },
    });
    const missing = await findMissingAccess(client, QUESTIONS, signal);
    expect(missing.map(({ verb, resource, namespace }) => [verb, resource, namespace])).toEqual([['create', 'secrets', 'n'], ['list', 'nodes', undefined]]);
    expect(asked).toEqual(['* *', 'get secrets', 'create secrets', 'list nodes']);
  });
});

describe('validateAccess()', () => {
  it('lists the verbs by resource', () => {
    expect(thrown(() => validateAccess(QUESTIONS, 'join the cluster', 'https://a'))).toMatchObject({
      code: 'MCS_FORBIDDEN',
      message: 'Cannot join the cluster at https://a: the user may not get, create secrets in namespace "n"; list, list nodes',
    });
    expect(() => validateAccess([], 'join the cluster', 'https://a')).not.toThrow();
  });
});

describe('probeBroker()', () => {
  const unreachable = (details: Record<string, unknown>): McsError => new McsError('MCS_CLUSTER_UNREACHABLE', 'Cannot reach the API server at https://stub:6443: TCP connection failed: connection refused (ECONNREFUSED)', { details });
  const probe = (error: Error): Promise<void> => probeBroker(stubClient({ getPath: () => Promise.reject(error) }), signal);

  it('takes any answer for reachable', async () => {
    await expect(probe(new ApiError(failureStatus('Unauthorized', 'no')))).resolves.toBeUndefined();
    await expect(probeBroker(stubClient({ getPath: <T>() => Promise.resolve({} as T) }), signal)).resolves.toBeUndefined();
  });

  it.each(['name', 'tcp', 'tls', 'http'])('names the layer %s', async (layer) => {
    const error = await rejection(probe(unreachable({ layer })));
    expect(error).toMatchObject({ code: 'MCS_BROKER_UNREACHABLE', exitCode: 6, details: { layer }, message: expect.stringMatching(/^Cannot reach the broker at https:\/\/stub:6443: TCP/) });
  });

  it('tells another authority from other trouble with TLS', async () => {
    expect(await rejection(probe(unreachable({ layer: 'tls', tlsCode: 'AUTHORITY_MISMATCH' })))).toMatchObject({ code: 'MCS_BROKER_PIN_MISMATCH' });
    expect(await rejection(probe(unreachable({ layer: 'tls', tlsCode: 'EXPIRED' })))).toMatchObject({ code: 'MCS_BROKER_UNREACHABLE' });
  });
});
