import { count } from '../../diagnose/check.ts';
import type { ReportPage } from './report-page.ts';
import { countDependents, type Dependents, type Finding } from './findings.ts';
import { titleOf } from '../present-diagnose.ts';
import { type Html, html } from './html.ts';
import { countInWords, formatNumber } from './words.ts';

/** Of faults that are named before everything else. */
const MAX_LINES = 8;

const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** `One fault found`, also for the title of the window. */
export function verdictOf({ clusters, summary }: ReportPage['report']): string {
  if (clusters.length === 0) return 'No cluster was checked';
  if (summary.fail > 0) return `${countInWords(summary.fail, 'fault')} found`;
  return summary.warn > 0 ? `No fault, ${count(summary.warn, 'warning')}` : 'No fault found';
}

function figure(className: string, number: number, name: string): Html {
  return html`<div class="${number === 0 ? 'none' : className}"><dt>${name}</dt><dd>${formatNumber(number)}</dd></div>`;
}

function faultLine({ anchor, cluster, check }: Finding, dependents: number): Html {
  const explains = dependents > 0 && html` <span class="quiet">makes ${count(dependents, 'other check')} meaningless</span>`;
  return html`<li><a href="#${anchor}"><b>${cluster}</b> ${titleOf(check)}</a>${explains}</li>`;
}

/** What it comes to, and the faults in a line each. */
export function renderVerdict({ at, gatheredBy, report }: ReportPage, faults: readonly Finding[], dependents: Dependents): Html {
  const { clusters, summary } = report;
  const checks = summary.pass + summary.warn + summary.fail + summary.skip;
  const when = html`<time datetime="${at.toISOString()}">${DATE.format(at)} UTC</time>`;
  const shown = faults.slice(0, MAX_LINES);
  // failures of one check for several pairs have the same dependents
  const isFirst = ({ cluster, check }: Finding, index: number): boolean => shown.findIndex((other) => other.cluster === cluster && other.check.id === check.id) === index;
  const lines = shown.map((fault, index) => faultLine(fault, isFirst(fault, index) ? countDependents(dependents, fault) : 0));
  return html`<header>
<p class="eyebrow">mcs diagnose, ${when}${gatheredBy !== undefined && html`, as gathered by mcs ${gatheredBy}`}</p>
<h1>${verdictOf(report)}</h1>
<p class="lead">${formatNumber(checks)} ${checks === 1 ? 'check' : 'checks'} in ${count(clusters.length, 'cluster')}.${faults.length > 0 && ` ${faults.length === 1 ? 'This does' : 'These do'} not hold:`}</p>
${lines.length > 0 && html`<ul class="faults">${lines}${faults.length > MAX_LINES && html`<li class="rest">and ${formatNumber(faults.length - MAX_LINES)} more</li>`}</ul>`}
<dl class="figures">${figure('fail', summary.fail, 'failed')}${figure('warn', summary.warn, summary.warn === 1 ? 'warning' : 'warnings')}${figure('pass', summary.pass, 'passed')}${figure('skip', summary.skip, 'skipped')}</dl>
</header>
`;
}
