import type { CheckResult, CheckStatus } from '../diagnose/check.ts';
import type { DiagnoseReport } from '../diagnose/report.ts';
import { titleOf } from './present-diagnose.ts';

const XML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Characters that XML 1.0 has no way to write are left out. */
export function escapeXml(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '').replace(/[&<>"']/g, (character) => XML[character] ?? '');
}

function describeFinding({ evidence, fix = [] }: CheckResult): string {
  return [...evidence, ...fix.map((line) => `fix: ${line}`)].join('\n');
}

function junitCase(cluster: string, result: CheckResult): string {
  const attributes = `classname="${escapeXml(`${cluster}.${result.topic}`)}" name="${escapeXml(`${result.id} ${titleOf(result)}`)}" time="${(result.durationMs / 1000).toFixed(3)}"`;
  const message = `message="${escapeXml(result.evidence[0] ?? '')}"`;
  switch (result.status) {
    case 'fail':
      return `    <testcase ${attributes}>\n      <failure ${message}>${escapeXml(describeFinding(result))}</failure>\n    </testcase>`;
    case 'skip':
      return `    <testcase ${attributes}>\n      <skipped ${message}/>\n    </testcase>`;
    case 'warn': // JUnit knows no warnings: it passes, and says so
      return `    <testcase ${attributes}>\n      <system-out>${escapeXml(`warning: ${describeFinding(result)}`)}</system-out>\n    </testcase>`;
    case 'pass':
      return `    <testcase ${attributes}/>`;
  }
}

/** JUnit XML in the form that build servers read: a suite per cluster, a case per check. */
export function formatJunit({ clusters }: DiagnoseReport): string {
  const suites = clusters.map(({ name, checks }) => {
    const countOf = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
    const seconds = checks.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
    const head = `  <testsuite name="${escapeXml(name)}" tests="${checks.length}" failures="${countOf('fail')}" errors="0" skipped="${countOf('skip')}" time="${seconds.toFixed(3)}">`;
    return [head, ...checks.map((check) => junitCase(name, check)), '  </testsuite>'].join('\n');
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="mcs diagnose">', ...suites, '</testsuites>', ''].join('\n');
}

/** SARIF 2.1.0: a rule per check, a result per finding, the cluster as its logical location. */
export function formatSarif({ clusters }: DiagnoseReport, version: string): string {
  const all = clusters.flatMap(({ name, checks }) => checks.map((check) => ({ cluster: name, check })));
  const rules = new Map(all.map(({ check: { id, title, topic } }) => [id, { id, name: title, shortDescription: { text: title }, properties: { topic } }]));
  const results = all
    .filter(({ check }) => check.status === 'fail' || check.status === 'warn')
    .map(({ cluster, check }) => ({
      ruleId: check.id,
      level: check.status === 'fail' ? 'error' : 'warning',
      message: { text: `${cluster}: ${titleOf(check)}\n${describeFinding(check)}` },
      locations: [{ logicalLocations: [{ name: cluster, kind: 'cluster', fullyQualifiedName: check.peer === undefined ? cluster : `${cluster}/${check.peer}` }] }],
    }));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'mcs', version, rules: [...rules.values()] } }, results }],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
