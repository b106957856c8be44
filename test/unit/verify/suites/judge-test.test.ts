import { describe, expect, it } from '@jest/globals';
import type { ConnectionResult, QuestionResult } from '../../../../src/probe/calls/calls-request.ts';
import { groupByCaller, judgeGroup, makeRequest } from '../../../../src/verify/suites/call-stage.ts';
import { judgeTest, type Tried } from '../../../../src/verify/suites/judge-test.ts';
import type { Ask, PlannedTest } from '../../../../src/verify/suites/planned-test.ts';

const NAME = 'web.ns.svc.clusterset.local';
const asked = (more: Partial<QuestionResult>): QuestionResult => ({ ok: true, answers: [], milliseconds: 5, ...more });
const called = (more: Partial<ConnectionResult>): ConnectionResult => ({ ok: true, answers: [{ cluster: 'east', pod: 'web', from: '10.1.0.5', seenAs: '10.1.0.5', milliseconds: 1 }], milliseconds: 7, ...more });

function name(answers: number, result: Partial<QuestionResult>, address?: string): Tried {
  return { ask: { kind: 'name', name: NAME, type: 'address', answers }, result: asked(result), ...(address !== undefined && { address }) };
}

function call(result: Partial<ConnectionResult>, host = NAME): Tried {
  return { ask: { kind: 'call', target: { name: NAME }, answeredBy: ['east'], times: 1, keepsSource: true }, result: called(result), host };
}

describe('judgeTest', () => {
  it.each<[string, readonly Tried[], string]>([
    ['a name that does not come', [name(1, { ok: false, error: 'ENOTFOUND' })], `${NAME} does not resolve: no such name (ENOTFOUND)`],
    ['a name that stays', [name(0, { ok: false, answers: ['10.0.0.1'] })], `${NAME} resolves to 10.0.0.1, and should not`],
    ['a name server that fails where there should be no name', [name(0, { ok: false, error: 'ESERVFAIL' })], `${NAME}: the name server failed (SERVFAIL) (ESERVFAIL), where "no such name" was awaited`],
    ['too many addresses', [name(1, { ok: false, answers: ['10.0.0.1', '10.0.0.2'] })], `${NAME} has 2 answers (10.0.0.1, 10.0.0.2), 1 awaited`],
    ['the address of something else', [name(1, { answers: ['10.0.0.1'] }, '10.0.0.2')], `${NAME} resolves to 10.0.0.1 and not to 10.0.0.2, the ClusterIP of the Service`],
    ['a call that gets no answer', [call({ ok: false, answers: [], error: 'ETIMEDOUT' })], `${NAME}: no answer within the time of an attempt: lost on the way or filtered (ETIMEDOUT)`],
    ['the wrong cluster', [call({ ok: false, answers: [{ cluster: 'west', pod: 'web', from: 'a', seenAs: 'a', milliseconds: 1 }] })], `${NAME} is answered by west; awaited: east`],
    ['a source address that is translated', [call({ answers: [{ cluster: 'east', pod: 'web', from: '10.1.0.5', seenAs: '172.30.1.10', milliseconds: 1 }] })], `${NAME} sees 172.30.1.10 and not 10.1.0.5, the caller's own address: addresses are translated on the way`],
  ])('fails for %s', (_title, tried, reason) => {
    expect(judgeTest({ name: 'exported' }, tried)).toMatchObject({ status: 'fail', evidence: [reason] });
  });

  it('says once what a name that does not resolve makes impossible', () => {
    expect(judgeTest({ name: 'exported' }, [name(1, { ok: false, error: 'ENOTFOUND' }), call({ ok: false, answers: [], error: 'the name does not resolve (ENOTFOUND)' })]).evidence).toHaveLength(1);
  });

  it('passes with what was seen, and the time of the slowest', () => {
    expect(judgeTest({ name: 'exported' }, [name(1, { answers: ['10.0.0.1'] }), call({})])).toEqual({ status: 'pass', milliseconds: 7, evidence: ['10.0.0.1', 'east/web answered in 1 ms', 'seen as 10.1.0.5'] });
  });

  it('never passes a test that tried nothing', () => {
    expect(judgeTest({ name: 'exported' }, []).status).toBe('fail');
  });
});

const SETTINGS = { operationMs: 1000, connectionMs: 100, attempts: 2, packetSize: 3000 };
const planned = (cluster: string, asks: readonly Ask[]): PlannedTest => ({ name: 'exported', where: cluster, clusters: [cluster], from: { cluster }, stage: 'exported', asks });
const question = (each: string): Ask => ({ kind: 'name', name: each, type: 'address', answers: 1 });
const toPod: Ask = { kind: 'call', target: { cluster: 'east', pod: 'on-gateway' }, answeredBy: ['east'], times: 1, keepsSource: true };
const places = new Map([['east', { pods: new Map([['on-gateway', '10.2.0.9']]), services: new Map<string, string>() }]]);

describe('judgeGroup', () => {
  const tests = [planned('west', [question('a'), toPod]), planned('east', [question('c')]), planned('west', [question('b')])];
  const [group] = groupByCaller(tests);

  it('asks for all tests of a place in one pod, by the addresses of the servers', () => {
    expect(groupByCaller(tests).map((each) => each.tests.length)).toEqual([2, 1]);
    expect(group && makeRequest(group, places, SETTINGS, undefined)).toMatchObject({ questions: [{ name: 'a' }, { name: 'b' }], connections: [{ host: '10.2.0.9', port: 1234, bytes: 3000, answeredBy: ['east'] }] });
  });

  it('gives each test what came of its own asks', () => {
    const found = { questions: [asked({ answers: ['1.1.1.1'] }), asked({ ok: false, error: 'ENOTFOUND' })], connections: [called({})] };
    expect(group && judgeGroup(group, places, { found }).map(([, { status }]) => status)).toEqual(['pass', 'fail']);
  });

  it('fails all of them with the reason where the pod could not try', () => {
    expect(group && judgeGroup(group, places, { reason: 'ImagePullBackOff' }).map(([, { evidence }]) => evidence)).toEqual([['west could not try it: ImagePullBackOff'], ['west could not try it: ImagePullBackOff']]);
  });
});
