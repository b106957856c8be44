import { describe, expect, it } from '@jest/globals';
import { HOPS } from '../../src/diagnose/trace/hop.ts';
import { judgePath } from '../../src/diagnose/trace/judge-path.ts';
import type { TraceReport } from '../../src/diagnose/trace/trace-service.ts';
import { judgeCaller, judgeExporter, STAGES } from '../../src/diagnose/wait/judge-stage.ts';
import type { WaitReport } from '../../src/diagnose/wait/wait-for-service.ts';
import { makeMatrix, type MatrixReport } from '../../src/inspect/matrix/make-matrix.ts';
import { diffService, type ServiceDiff } from '../../src/inspect/service/diff-service.ts';
import { SUITES, TEST_KINDS } from '../../src/verify/suites/catalogue.ts';
import { makeReport, type TestResult, type VerifyReport } from '../../src/verify/suites/report.ts';
import { matrixFleet, mixedFleet } from '../helpers/matrix-fleet.ts';
import { readSchema, schemaErrors } from '../helpers/schemas.ts';
import { type TracedService, tracedService } from '../helpers/traced-service.ts';

const UNREAD = [{ context: 'dead', code: 'MCS_CLUSTER_UNREACHABLE', message: 'Cannot read https://dead: no answer within 8 s', hints: [] }] as const;
const LEFT_OUT = [{ context: 'bare', reason: 'mcs is not installed' }] as const;
const KEY = { namespace: 'shop', name: 'web' } as const;

/** A path that is whole, one of which nothing was tested in a pod, and broken ones. */
const FACTS: readonly ((facts: TracedService) => unknown)[] = [
  () => undefined,
  (facts) => void (facts.caller = {}),
  (facts) => delete facts.source?.serviceExport,
  (facts) => delete facts.from.serviceImport,
  (facts) => void (facts.view.broker = undefined as never),
];

function pathsOf(): TraceReport['paths'] {
  return FACTS.map((change) => {
    const facts = tracedService();
    change(facts);
    return judgePath(facts);
  });
}

function trace(): TraceReport {
  return { ...KEY, ok: false, paths: pathsOf(), notTraced: [{ cluster: 'far', reason: 'it has no namespace "shop"' }], unread: UNREAD, leftOut: LEFT_OUT };
}

function wait(): WaitReport {
  const clusters = STAGES.flatMap((stage) => [judgeCaller('east', pathsOf(), stage), judgeCaller('far', [], stage)]);
  return { ...KEY, stage: 'reachable', clusters: [...clusters, judgeExporter('west', undefined)], seconds: 12, unread: UNREAD, leftOut: LEFT_OUT };
}

function diffs(): readonly ServiceDiff[] {
  return FACTS.map((change) => {
    const facts = tracedService();
    change(facts);
    return diffService({ ...facts.view, unread: UNREAD, leftOut: LEFT_OUT });
  });
}

const matrices = (): readonly MatrixReport[] => [makeMatrix(mixedFleet()), makeMatrix(matrixFleet([], 'gone'))];

function verify(): VerifyReport {
  const tests = TEST_KINDS.map(({ name, suite, title }, index): TestResult => ({ suite, name, title, where: 'west to east', clusters: ['west', 'east'], status: (['pass', 'fail', 'skip'] as const)[index % 3] ?? 'pass', milliseconds: 1.5, evidence: ['east/web answered in 1 ms'], next: index % 3 === 1 ? ['mcs diagnose all'] : [] }));
  return makeReport({ clusters: [{ name: 'west', context: 'ctx-west' }], namespace: 'mcs-verify-1', kept: false, tests });
}

const OUTPUTS: readonly (readonly [string, () => readonly object[]])[] = [
  ['trace', () => [trace()]],
  ['wait', () => [wait()]],
  ['diff', diffs],
  ['matrix', matrices],
  ['verify', () => [verify()]],
];

describe.each(OUTPUTS)('docs/schemas/%s.schema.json', (name, outputs) => {
  it('describes real outputs', () => {
    expect(outputs().flatMap((output) => schemaErrors(name, output))).toEqual([]);
  });

  it('refuses what it does not describe, and an output that lacks something', () => {
    const [output = {}] = outputs();
    const [first = '', ...others] = Object.keys(output);
    const lacking = Object.fromEntries(Object.entries(output).filter(([key]) => others.includes(key)));
    expect(schemaErrors(name, { ...output, more: 1 })).toEqual([expect.stringContaining('additional')]);
    expect(schemaErrors(name, lacking)).toEqual([expect.stringContaining(`"${first}"`)]);
  });
});

describe('words of the schemas', () => {
  it.each<[string, readonly string[], (schema: never) => unknown]>([
    ['trace', HOPS, ({ definitions }: { definitions: { hopId: { enum: unknown } } }) => definitions.hopId.enum],
    ['wait', STAGES, ({ properties }: { properties: { stage: { enum: unknown } } }) => properties.stage.enum],
    ['verify', SUITES, ({ definitions }: { definitions: { test: { properties: { suite: { enum: unknown } } } } }) => definitions.test.properties.suite.enum],
  ])('of %s are those of the program', (name, words, find) => {
    expect(find(readSchema(name) as never)).toEqual(words);
  });
});
