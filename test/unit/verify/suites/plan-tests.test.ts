import { describe, expect, it } from '@jest/globals';
import { selectTests, TEST_KINDS, type TestName } from '../../../../src/verify/suites/catalogue.ts';
import { planTests } from '../../../../src/verify/suites/plan-tests.ts';
import type { PlannedTest, VerifyCluster } from '../../../../src/verify/suites/planned-test.ts';
import { stagesOf } from '../../../../src/verify/suites/verify-plan.ts';
import { verifyCluster, without } from '../../../helpers/verify-clusters.ts';

const ALL = new Set(TEST_KINDS.map(({ name }) => name));
const [west, east, north] = [verifyCluster('west'), verifyCluster('east'), verifyCluster('north')];

const plan = (clusters: readonly VerifyCluster[], names: ReadonlySet<TestName> = ALL): readonly PlannedTest[] => planTests(clusters, names, 'mcs-verify-1');
const countOf = (tests: readonly PlannedTest[], name: TestName): number => tests.filter((test) => test.name === name).length;
const reasonsOf = (tests: readonly PlannedTest[], name: TestName): readonly (string | undefined)[] => [...new Set(tests.filter((test) => test.name === name).map(({ skip }) => skip))];

describe('selectTests', () => {
  it.each([
    ['all that disturb nobody by default', undefined, false, ALL.size - 2],
    ['the disruptive ones too where they are allowed', undefined, true, ALL.size],
    ['a suite', ['connectivity'], false, 3],
    ["subctl's basic-connectivity", ['basic-connectivity'], false, 1],
    ['a test with what it needs', ['unexported'], false, 2],
    ['suites and tests together', ['connectivity', 'srv'], false, 4],
  ])('takes %s', (_title, only, allows, count) => {
    expect(selectTests(only, allows).size).toBe(count);
  });

  it.each([
    ['compliance', 'FIPS'],
    ['nonsense', 'neither a suite'],
    ['gateway-move', 'disturbs the traffic'],
  ])('refuses %s', (word, reason) => {
    expect(() => selectTests([word], false)).toThrow(expect.objectContaining({ code: 'MCS_USAGE', message: expect.stringContaining(reason) }));
  });
});

describe('planTests', () => {
  it('tests every pair in both directions, from and to both kinds of nodes', () => {
    const tests = plan([west, east]);
    expect(['pod-to-pod', 'pod-to-service', 'node-to-pod', 'exported', 'headless', 'shared-name', 'gateway-move'].map((name) => countOf(tests, name as TestName))).toEqual([8, 4, 8, 4, 2, 2, 4]);
    expect(tests.filter(({ skip }) => skip !== undefined)).toEqual([]);
  });

  it('grows with the pairs of clusters', () => {
    const tests = plan([west, east, north]);
    expect([countOf(tests, 'pod-to-pod'), countOf(tests, 'exported'), countOf(tests, 'shared-name')]).toEqual([24, 9, 3]);
  });

  const noNode = without(west, 'other');
  it.each<[string, readonly VerifyCluster[], TestName, readonly (string | undefined)[]]>([
    ['a cluster that is no member', [west, verifyCluster('east', { isMember: false })], 'exported', [undefined, 'east is not joined']],
    ['a member without the data plane', [west, verifyCluster('east', { components: ['service-discovery'] })], 'pod-to-pod', ['east was joined without the component connectivity']],
    ['a member without discovery', [west, verifyCluster('east', { components: ['connectivity'] })], 'pod-to-service', ['east was joined without the component service-discovery']],
    ['a sandbox', [verifyCluster('west', { isSandbox: true }), verifyCluster('east', { isSandbox: true })], 'node-to-pod', ['clusters of a sandbox share one loopback interface, so no tunnel carries their calls']],
    ['a cluster of gateways only', [noNode, east], 'gateway-move', ['west has no ready node beside its gateways', undefined]],
    ['a cluster that imports elsewhere only', [west, verifyCluster('east', { importRefusal: 'namespace "x" is on the deny list' })], 'headless', ['east imports nothing here: namespace "x" is on the deny list']],
  ])('skips what %s makes impossible', (_title, clusters, name, reasons) => {
    expect(reasonsOf(plan(clusters), name)).toEqual(reasons);
  });

  it('shares the one name among those that can, and takes the first of them back', () => {
    const tests = plan([verifyCluster('west', { isMember: false }), east, north]);
    const left = tests.filter(({ name }) => name === 'shared-name-left');
    expect(left.map(({ asks, skip }) => [skip, asks.flatMap((ask) => (ask.kind === 'call' ? ask.answeredBy : []))])).toEqual([[undefined, ['north']], [undefined, ['north']]]);
  });
});

describe('stagesOf', () => {
  it('has the disturbances last, each on its own', () => {
    expect(stagesOf({ tests: plan([west, east]) }).map(({ stage, tests }) => [typeof stage === 'string' ? stage : `${stage.test} ${stage.cluster}`, tests.length > 0])).toEqual([
      ['before', true],
      ['exported', true],
      ['withdrawn', true],
      ['gateway-restart west', true],
      ['gateway-restart east', true],
      ['gateway-move west', true],
      ['gateway-move east', true],
    ]);
  });

  it('has none where nothing can be run', () => {
    expect(stagesOf({ tests: plan([verifyCluster('west', { isMember: false }), east]).filter(({ name }) => name === 'pod-to-pod') })).toEqual([]);
  });
});
