import { describe, expect, it } from '@jest/globals';
import { Parser } from '@oclif/core';
import { resources } from '../../../src/api/resources.ts';
import { normalizeArgv } from '../../../src/cli/argv.ts';
import { mirrorFlags } from '../../../src/cli/mirror-flags.ts';
import { exitCodeOfMirror } from '../../../src/cli/mirror-run-end.ts';
import { describeWaiting, describeWrite, MirrorNarrator, waitingServices, wantedSections } from '../../../src/cli/present-mirror-run.ts';
import { allOptions, parseMirrorArgs, requirePreset } from '../../../src/mirror/config/parse-args.ts';
import type { MirrorProblem, MirrorStatus, SourceState, SourceStatus } from '../../../src/mirror/status.ts';

function source(name: string, state: SourceState, more: Partial<SourceStatus> = {}): SourceStatus {
  return { name, server: 'https://w', state, since: '', message: '', selected: 2, mirrored: 2, waiting: 0, pending: 0, oldestPendingSeconds: 0, ...more };
}

function statusOf(sources: readonly SourceStatus[], problems: readonly MirrorProblem[] = [], settingsError = ''): MirrorStatus {
  return { formatVersion: 1, name: 'default', preset: 'none', version: '1', updatedAt: '', sources, objects: { services: 0, endpointSlices: 0, endpoints: 0, namespaces: 0 }, problems, problemCount: problems.length, settingsError };
}

const problem: MirrorProblem = { reason: 'ForeignObject', source: 'west', service: 'shop/web', target: 'shop/web', message: 'somebody else made it' };

describe('mirrorFlags', () => {
  it('are those of the option tables, without defaults: what was given can be told', () => {
    const flags = mirrorFlags();
    expect(Object.keys(flags)).toEqual(Object.keys(allOptions()));
    for (const flag of Object.values(flags)) expect(flag).not.toHaveProperty('default');
  });

  it('say of shared names what they mean in each preset', () => {
    expect(mirrorFlags().kubeconfig?.summary).toMatch(/target.*With --preset reflector: .*local.*With --preset cross-cluster: .*remote/s);
  });
});

describe('the flags of the command and of the agent', () => {
  it.each([
    ['--source', 'west=@west', '--source', 'east=e', '--selector', 'app in (a,b)', '--exported', '--kubeconfig', 'k'],
    ['--preset', 'reflector', '--emitter=false', '--reflector', '--reflector.source-api=http://a,http://b', '--reflector.source-api', 'http://c', '--namespace=', '--kubeconfig=k'],
    ['--preset=cross-cluster', '--devmode=true', '-v=2', '--kubeconfig', 'a', '--kubeconfig', 'b', '--endpoints'],
  ])('mean the same: %s %s %s', async (...argv) => {
    const flags = mirrorFlags();
    const parsed = await Parser.parse(normalizeArgv(argv, flags), { flags });
    expect(requirePreset(parsed.flags)).toEqual(parseMirrorArgs(argv));
  });
});

describe('MirrorNarrator', () => {
  it('tells a source when its state changes and when it has settled, once', () => {
    const narrator = new MirrorNarrator();
    expect(narrator.news(statusOf([source('west', 'syncing')]))).toEqual([]);
    expect(narrator.news(statusOf([source('west', 'synced', { mirrored: 0, waiting: 0, pending: 2 })]))).toEqual(['west: synced, 0 of 2 services mirrored']);
    expect(narrator.news(statusOf([source('west', 'synced', { mirrored: 1, waiting: 0, pending: 1 })]))).toEqual([]);
    expect(narrator.news(statusOf([source('west', 'synced')]))).toEqual(['west: synced, 2 of 2 services mirrored']);
    expect(narrator.news(statusOf([source('west', 'synced')]))).toEqual([]);
    expect(narrator.news(statusOf([source('west', 'stale', { message: 'no route' })]))).toEqual(['west: stale, 2 of 2 services mirrored (no route)']);
  });

  it('tells a source that is not listed after a while', () => {
    const narrator = new MirrorNarrator();
    const lines = Array.from({ length: 20 }, () => narrator.news(statusOf([source('west', 'syncing', { message: '401' })]))).flat();
    expect(lines).toEqual(['west: syncing (401)']);
  });

  it('tells problems and refused settings once, and again when they come back', () => {
    const narrator = new MirrorNarrator();
    const line = 'shop/web: somebody else made it (ForeignObject)';
    expect(narrator.news(statusOf([], [problem], 'bad'))).toEqual(['The new configuration is not used: bad', line]);
    expect(narrator.news(statusOf([], [problem], 'bad'))).toEqual([]);
    expect(narrator.news(statusOf([]))).toEqual([]);
    expect(narrator.news(statusOf([], [problem]))).toEqual([line]);
  });
});

describe('waitingServices', () => {
  const half = source('west', 'synced', { mirrored: 1, waiting: 1 });

  it('are those of all sources', () => {
    expect(waitingServices(statusOf([half, source('east', 'stale', { waiting: 2 })]))).toBe(3);
  });

  it('are told once, when nothing is under way', () => {
    const narrator = new MirrorNarrator();
    const lines = [{ ...half, pending: 1 }, half, half].flatMap((each) => narrator.news(statusOf([each])));
    expect(lines).toEqual(['west: synced, 1 of 2 services mirrored', describeWaiting(1)]);
    expect(lines[1]).toContain('--namespace-policy create');
  });
});

describe('wantedSections', () => {
  it.each([
    ['nothing: everything is as it shall be', statusOf([source('west', 'synced')])],
    ['nothing', statusOf([source('west', 'synced', { mirrored: 1 })])],
    ['nothing', statusOf([source('west', 'syncing', { selected: 0, mirrored: 0 })])],
  ])('says "%s" without a write', (empty, status) => {
    expect(wantedSections([], status)[0]).toMatchObject({ rows: [], empty });
  });
});

describe('describeWrite', () => {
  it.each([
    [{ action: 'create' as const, resource: resources.services, namespace: 'shop', name: 'web' }, 'created Service shop/web'],
    [{ action: 'delete' as const, resource: resources.namespaces, namespace: undefined, name: 'shop' }, 'removed Namespace shop'],
    [{ action: 'change' as const, resource: resources.leases, namespace: 'x', name: 'y' }, undefined],
  ])('of %j is %s', (write, line) => {
    expect(describeWrite(write)).toBe(line);
  });
});

describe('exitCodeOfMirror', () => {
  it.each([
    [statusOf([source('a', 'synced')]), true, 0],
    [statusOf([]), true, 0],
    [statusOf([source('a', 'synced')], [problem]), true, 7],
    [statusOf([source('a', 'synced')]), false, 5],
    [statusOf([source('a', 'synced'), source('b', 'syncing')]), false, 7],
    [statusOf([source('a', 'refused'), source('b', 'stale')]), false, 6],
  ])('of %#', (status, isInTime, code) => {
    expect(exitCodeOfMirror(status, isInTime)).toBe(code);
  });
});
