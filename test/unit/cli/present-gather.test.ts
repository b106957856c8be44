import { describe, expect, it } from '@jest/globals';
import { archiveDiffSections, gatherRemarks, type GatherResult, gatherSection } from '../../../src/cli/present-gather.ts';
import { formatSections } from '../../../src/cli/sections.ts';

const RESULT: GatherResult = {
  file: 'a.tgz',
  bytes: 46_100,
  redacted: true,
  clusters: [
    { context: 'kind-west', name: 'west', folder: 'kind-west', objects: 97, logs: 6, missing: [{ what: 'events', reason: 'forbidden' }, { what: 'nodes', reason: 'forbidden' }] },
    { context: 'dead', name: 'dead', objects: 0, logs: 0, error: { code: 'MCS_CLUSTER_UNREACHABLE', message: 'no route', hints: [] }, missing: [] },
    { context: 'bare', name: 'bare', objects: 0, logs: 0, leftOut: 'mcs is not installed', missing: [] },
  ],
};

describe('gatherSection', () => {
  it('has a row for each context', () => {
    expect(formatSections([gatherSection(RESULT)]).split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['CONTEXT', 'CLUSTER', 'STATE', 'OBJECTS', 'LOGS', 'MISSING'],
      ['kind-west', 'west', 'gathered', '97', '6', '2'],
      ['dead', 'dead', 'not read', '0', '0', '0'],
      ['bare', 'bare', 'left out', '0', '0', '0'],
    ]);
  });
});

describe('gatherRemarks', () => {
  it('says what is not in the archive, and where that is', () => {
    expect(gatherRemarks(RESULT)).toEqual([
      'Cannot read "dead": no route',
      'Left out: bare (mcs is not installed)',
      'Missing of kind-west: events: forbidden, and 1 more: see summary.md in it',
      'Wrote a.tgz (46.1 kB)',
    ]);
  });

  it('warns of an archive with secrets', () => {
    expect(gatherRemarks({ ...RESULT, redacted: false, clusters: [] })).toEqual(['Not redacted: tokens and keys of the clusters are in it', 'Wrote a.tgz (46.1 kB)']);
  });
});

describe('archiveDiffSections', () => {
  const place = { path: 'a.tgz', createdAt: '2026-01-02T03:04:05Z' };
  const same = { before: place, now: place, ok: true, clusters: [], findings: [], objects: [], notCompared: [] };

  it('says where nothing changed', () => {
    expect(formatSections(archiveDiffSections(same))).toBe('Clusters\n  the same clusters\n\nFindings\n  the same\n\nObjects\n  nothing changed');
  });

  it('shows clusters, findings and fields', () => {
    const text = formatSections(
      archiveDiffSections({
        ...same,
        ok: false,
        clusters: [{ cluster: 'north', change: 'only in the first archive' }],
        findings: [{ cluster: 'west', id: 'MCS-DEP-01', before: 'pass', now: 'fail', evidence: '0 of 1 ready' }],
        objects: [{ cluster: 'west', object: 'Service shop/web', field: 'spec.type', before: 'ClusterIP', now: 'NodePort' }],
      }),
    );
    expect(text).toMatch(/north +only in the first archive/);
    expect(text).toMatch(/west +MCS-DEP-01 +pass +fail +0 of 1 ready/);
    expect(text).toMatch(/west +Service shop\/web +spec\.type +ClusterIP +NodePort/);
  });
});
