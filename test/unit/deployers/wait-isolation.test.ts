import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../src/api/resources.ts';
import { failureStatus } from '../../../src/api/status.ts';
import { runTasksSilently, type TaskOutcome } from '../../../src/base/tasks.ts';
import { waitForIsolation } from '../../../src/deployers/broker/wait-isolation.ts';
import type { FleetContext } from '../../../src/deployers/deploy-context.ts';
import { servesAdmissionPolicies } from '../../../src/discovery/admission-policies.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import type { ClusterAccess, KubeClient } from '../../../src/kube/client.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';
import { packageTemplates } from '../../helpers/package-templates.ts';
import { stubClient } from '../../helpers/stub-client.ts';
import { rejection } from '../../helpers/thrown.ts';

const NS = 'broker';
const ENDPOINT = { server: 'https://broker:6443', ca: 'pem', caPin: 'sha256:0' };
const signal = new AbortController().signal;

const byRBAC = new ApiError(failureStatus('Forbidden', 'leases is forbidden: User "cluster-mcs.probe" cannot create resource'));
const byPolicy = new ApiError(failureStatus('Forbidden', `leases "x" is forbidden: ValidatingAdmissionPolicy 'mcs-${NS}-objects' with binding 'mcs-${NS}-objects' denied request: no`));

interface World {
  readonly admin: MemoryClient;
  readonly clock: FakeClock;
  readonly dryRuns: (boolean | undefined)[];
  run(timeoutMs?: number): Promise<TaskOutcome>;
}

/** A member's dry runs are answered one after the other; undefined accepts, and the last answer stays. */
function createWorld(answers: readonly (Error | undefined)[]): World {
  const admin = createMemoryClient();
  const clock = new FakeClock();
  const dryRuns: (boolean | undefined)[] = [];
  const create: KubeClient['create'] = (_resource, object, options) => {
    const answer = answers[Math.min(dryRuns.push(options?.dryRun), answers.length) - 1];
    return answer === undefined ? Promise.resolve(object as never) : Promise.reject(answer);
  };
  const connect = async (access: ClusterAccess): Promise<void> => expect((await access.headers()).authorization).toMatch(/^Bearer /);
  const context: FleetContext = {
    client: admin,
    connect: (access) => {
      void connect(access);
      return stubClient({ create });
    },
    templates: packageTemplates,
    version: '0.0.1',
    runTasks: runTasksSilently,
    clock,
    signal,
  };
  return { admin, clock, dryRuns, run: (timeoutMs = 20_000) => waitForIsolation(context, ENDPOINT, NS, { clock, timeoutMs }, { signal, update: () => undefined }) };
}

async function finish(world: World, timeoutMs?: number): Promise<TaskOutcome> {
  const outcome = world.run(timeoutMs);
  const guarded = outcome.catch(() => undefined);
  for (let step = 0; step < 100; step += 1) await world.clock.advance(500);
  await guarded;
  return outcome;
}

async function leftovers({ admin }: World): Promise<number> {
  const lists = await Promise.all([admin.list(resources.serviceAccounts, { namespace: NS }), admin.list(resources.roleBindings, { namespace: NS })]);
  return lists.flatMap(({ items }) => items).length;
}

describe('waitForIsolation', () => {
  it('waits while RBAC does not know the probe yet, and while the write goes through; then a policy refuses it', async () => {
    const world = createWorld([byRBAC, byRBAC, undefined, undefined, byPolicy]);
    expect(await finish(world)).toMatchObject({ state: 'done' });
    expect(world.dryRuns).toEqual([true, true, true, true, true]);
  });

  it('gives the probe the rights of a member, under an id that no cluster can have, and takes them away', async () => {
    const world = createWorld([byPolicy]);
    await finish(world);
    expect(world.admin.writes.filter((write) => write.startsWith('create'))).toEqual(expect.arrayContaining([expect.stringContaining('serviceaccounts cluster-mcs.probe'), expect.stringContaining('rolebindings')]));
    expect(await leftovers(world)).toBe(0);
  });

  it.each([
    ['still lets a member write', undefined],
    ['cannot create resource', byRBAC],
  ])('throws MCS_TIMEOUT that says what stands: %s', async (message, answer) => {
    const world = createWorld([answer]);
    const error = await rejection(finish(world, 5_000));
    expect(error).toMatchObject({ code: 'MCS_TIMEOUT' });
    expect((error as Error).message).toContain(message);
    expect(await leftovers(world)).toBe(0);
  });
});

describe('servesAdmissionPolicies', () => {
  const serves = (...names: readonly string[]): KubeClient => stubClient({ getPath: <T>() => Promise.resolve({ resources: names.map((name) => ({ name })) } as T) });

  it.each([
    { title: 'Kubernetes 1.30', client: serves('mutatingwebhookconfigurations', 'validatingadmissionpolicies', 'validatingadmissionpolicies/status'), isServed: true },
    { title: 'a server that has the group for webhooks only', client: serves('mutatingwebhookconfigurations'), isServed: false },
    { title: 'a server without the group', client: stubClient({ getPath: () => Promise.reject(new ApiError(failureStatus('NotFound', 'no'))) }), isServed: false },
  ])('is $isServed for $title', async ({ client, isServed }) => {
    expect(await servesAdmissionPolicies(client, signal)).toBe(isServed);
  });

  it('throws where it cannot be known', async () => {
    const client = stubClient({ getPath: () => Promise.reject(new ApiError(failureStatus('Forbidden', 'no'))) });
    expect(await rejection(servesAdmissionPolicies(client, signal))).toBeInstanceOf(ApiError);
  });
});
