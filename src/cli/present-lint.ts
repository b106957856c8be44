import { count } from '../diagnose/check.ts';
import type { Finding } from '../inspect/lint/finding.ts';
import type { ExportSource } from '../inspect/lint/read-lint-facts.ts';

export interface LintReport {
  /** True if there is no error. */
  readonly ok: boolean;
  readonly summary: { readonly errors: number; readonly warnings: number; readonly checked: number; readonly ignored: number };
  /** Where the exports of other clusters were read. */
  readonly comparedWith: ExportSource;
  readonly findings: readonly Finding[];
}

export function makeLintReport(findings: readonly Finding[], counts: Pick<LintReport['summary'], 'checked' | 'ignored'>, comparedWith: ExportSource): LintReport {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return { ok: errors === 0, summary: { errors, warnings: findings.length - errors, ...counts }, comparedWith, findings };
}

const SOURCES: Readonly<Record<ExportSource, string>> = {
  broker: 'compared with what the broker has',
  members: 'compared with the members that could be read, for the broker was not among them',
  nowhere: 'compared with no cluster',
};

/** As compilers do it, so that editors can jump: `shop.yaml:12:3: error: ...`. */
export function formatLint({ findings, summary: { errors, warnings, checked, ignored }, comparedWith }: LintReport): string {
  const lines = findings.flatMap(({ file, line, column, severity, object, message, rule, fix }) => [
    `${file}:${line}:${column}: ${severity}: ${object === undefined ? '' : `${object}: `}${message} [${rule}]`,
    ...(fix === undefined ? [] : [`    fix: ${fix}`]),
  ]);
  const others = ignored === 0 ? '' : `, ${count(ignored, 'object')} of other kinds not looked at`;
  return [...lines, `${count(errors, 'error')}, ${count(warnings, 'warning')} in ${count(checked, 'object')}${others}; ${SOURCES[comparedWith]}`].join('\n');
}
