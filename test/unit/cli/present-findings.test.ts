import { describe, expect, it } from '@jest/globals';
import { formatJunit, formatSarif } from '../../../src/cli/present-findings.ts';
import { sampleReport } from '../../helpers/sample-report.ts';

describe('formatJunit', () => {
  const xml = formatJunit(sampleReport());

  it('has a suite per cluster with its counts', () => {
    expect(xml).toContain('<testsuite name="west" tests="4" failures="1" errors="0" skipped="1" time="0.028">');
    expect(xml).toContain('<testsuite name="east" tests="2" failures="0" errors="0" skipped="2" time="0.014">');
  });

  it('escapes evidence, and tells how to cure it', () => {
    expect(xml).toContain('<failure message="0 of 0 ready, image &lt;none&gt; &amp; &quot;x&quot;">0 of 0 ready, image &lt;none&gt; &amp; &quot;x&quot;\nfix: kubectl logs x</failure>');
  });

  it('lets a warning pass, and says it', () => {
    expect(xml).toContain('<system-out>warning: shop/a: PortConflict</system-out>');
  });

  it('leaves out characters that XML cannot hold', () => {
    const report = sampleReport();
    const [first] = report.clusters;
    const odd = { ...report, clusters: [{ ...first, name: 'a\u0001b', context: 'c', checks: [] }] };
    expect(formatJunit(odd)).toContain('<testsuite name="ab"');
  });
});

describe('formatSarif', () => {
  const log = JSON.parse(formatSarif(sampleReport(), '1.2.3')) as { readonly version: string; readonly runs: readonly { readonly tool: { readonly driver: { readonly version: string; readonly rules: readonly { readonly id: string }[] } }; readonly results: readonly { readonly ruleId: string; readonly level: string; readonly message: { readonly text: string } }[] }[] };

  it('has a rule for each check, once', () => {
    expect(log.runs[0]?.tool.driver.rules.map(({ id }) => id)).toEqual(['MCS-DEP-01', 'MCS-DEP-02', 'MCS-DNS-01', 'MCS-SD-02', 'MCS-NET-07', 'MCS-SD-01']);
  });

  it('has failures and warnings as results, nothing else', () => {
    expect(log.runs[0]?.results.map(({ ruleId, level }) => [ruleId, level])).toEqual([['MCS-DEP-02', 'error'], ['MCS-SD-02', 'warning']]);
    expect(log.runs[0]?.results[0]?.message.text).toContain('west: The name server is ready');
  });
});
