import type { Looked } from '../../base/looked.ts';
import type { CallsRequest, CallsResult } from '../../probe/calls/calls-request.ts';
import { CALL_PORT } from './names.ts';
import type { Ask, Caller, PlannedTest } from './planned-test.ts';
import type { Place } from './place.ts';
import { judgeTest, type Tried, type Verdict } from './judge-test.ts';

export interface VerifySettings {
  /** For a pod to start, and for names and calls to come out as wanted, ms. */
  readonly operationMs: number;
  /** For one attempt of a call, ms. */
  readonly connectionMs: number;
  readonly attempts: number;
  /** Sent with each call, and to come back, bytes. */
  readonly packetSize: number;
}

/** Tests of a stage that one pod can try. */
export interface CallerGroup {
  readonly from: Caller;
  readonly tests: readonly PlannedTest[];
}

/** `west-gateway-node`, `west` */
export function callerKey({ cluster, isNode, role }: Caller): string {
  return [cluster, ...(role === undefined ? [] : [role]), ...(isNode === true ? ['node'] : [])].join('-');
}

/** One pod for all tests that call from the same place. */
export function groupByCaller(tests: readonly PlannedTest[]): readonly CallerGroup[] {
  const groups = Map.groupBy(tests, ({ from }) => callerKey(from));
  return [...groups.values()].flatMap((each) => (each[0] === undefined ? [] : [{ from: each[0].from, tests: each }]));
}

/** Addresses of all clusters that stand, by the name of the cluster. */
export type Places = ReadonlyMap<string, Place>;

function hostOf({ target }: Extract<Ask, { kind: 'call' }>, places: Places): string {
  return 'name' in target ? target.name : (places.get(target.cluster)?.pods.get(target.pod) ?? '');
}

const asksOf = <K extends Ask['kind']>(tests: readonly PlannedTest[], kind: K): readonly Extract<Ask, { kind: K }>[] =>
  tests.flatMap(({ asks }) => asks).filter((ask): ask is Extract<Ask, { kind: K }> => ask.kind === kind);

/** What the pod of a group is asked: all names, and all calls, in the order of the tests. */
export function makeRequest({ tests }: CallerGroup, places: Places, settings: VerifySettings, nameServer: string | undefined): CallsRequest {
  return {
    questions: asksOf(tests, 'name').map(({ answers, name, type }) => ({ name, type, answers })),
    connections: asksOf(tests, 'call').map((ask) => ({ host: hostOf(ask, places), port: CALL_PORT, bytes: settings.packetSize, answeredBy: ask.answeredBy, times: ask.times })),
    ...(nameServer !== undefined && { nameServer }),
    timeoutMs: settings.operationMs,
    tryMs: settings.connectionMs,
    attempts: settings.attempts,
  };
}

function pairUp(group: CallerGroup, places: Places, result: CallsResult): ReadonlyMap<Ask, Tried> {
  const clusterIPs = places.get(group.from.cluster)?.services;
  const names = asksOf(group.tests, 'name').flatMap((ask, index): Tried[] => {
    const asked = result.questions[index];
    const address = ask.isAddressOf === undefined ? undefined : clusterIPs?.get(ask.isAddressOf);
    return asked === undefined ? [] : [{ ask, result: asked, ...(address !== undefined && { address }) }];
  });
  const calls = asksOf(group.tests, 'call').flatMap((ask, index): Tried[] => {
    const called = result.connections[index];
    return called === undefined ? [] : [{ ask, result: called, host: hostOf(ask, places) }];
  });
  return new Map([...names, ...calls].map((tried) => [tried.ask, tried]));
}

/** What the pod's result says of each test; where it has none, the reason is what failed. */
export function judgeGroup(group: CallerGroup, places: Places, looked: Looked<CallsResult>): readonly (readonly [PlannedTest, Verdict])[] {
  if ('reason' in looked) return group.tests.map((test) => [test, { status: 'fail', milliseconds: 0, evidence: [`${callerKey(group.from)} could not try it: ${looked.reason}`] }]);
  const tried = pairUp(group, places, looked.found);
  return group.tests.map((test) => [test, judgeTest(test, test.asks.flatMap((ask) => tried.get(ask) ?? []))]);
}
