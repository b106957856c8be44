import { createHash } from 'node:crypto';
import { findAnchors, findDependents, findFaults, findWarnings, MAX_FINDINGS } from './findings.ts';
import { type Html, html, joined, trusted } from './html.ts';
import { renderAbout } from './render-about.ts';
import { renderChecks } from './render-checks.ts';
import { renderFaults, renderWarnings } from './render-findings.ts';
import { renderLatency } from './render-latency.ts';
import { renderMatrix } from './render-matrix.ts';
import { renderTopologySection } from './render-topology.ts';
import { renderVerdict, verdictOf } from './render-verdict.ts';
import type { ReportPage } from './report-page.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing is loaded, nothing is sent, and of scripts and styles only ours run: a text that slipped through could do nothing. */
const POLICY = `default-src 'none'; script-src ${hashOf(SCRIPT)}; style-src ${hashOf(STYLE)}; img-src data:; base-uri 'none'; form-action 'none'`;

/** The icon is part of the page, so that no browser asks for one. */
function iconOf(color: string): Html {
  return html`<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='6' fill='%23${color}'/%3E%3C/svg%3E">`;
}

interface Section {
  readonly id: string;
  readonly name: string;
  readonly content: Html | false;
}

function renderContents(sections: readonly Section[]): Html {
  return html`<nav aria-label="On this page"><ul>${sections.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
`;
}

function renderFooter({ report: { leftOut }, version }: ReportPage): Html {
  const others = joined(leftOut.map(({ context, reason }) => `${context} (${reason})`), ', ');
  return html`<footer>${leftOut.length > 0 && html`<p>Left out: ${others}.</p>`}<p>Made by mcs ${version}. This page loads nothing, sends nothing, and holds no secrets.</p></footer>
`;
}

/** The page as one text that needs nothing else, whatever stands in the clusters. */
export function renderReport(page: ReportPage): string {
  const { checkPages, latencies, matrix, report } = page;
  const [faults, warnings] = [findFaults(report), findWarnings(report)];
  const anchors = findAnchors([...faults.slice(0, MAX_FINDINGS), ...warnings.slice(0, MAX_FINDINGS)]);
  const dependents = findDependents(report);
  const context = { dependents, explained: new Set(checkPages.keys()) };
  const all: readonly Section[] = [
    { id: 'faults', name: 'Faults', content: renderFaults(faults, context) },
    { id: 'warnings', name: 'Warnings', content: renderWarnings(warnings, context) },
    { id: 'matrix', name: 'Reach', content: renderMatrix(matrix) },
    { id: 'topology', name: 'Topology', content: renderTopologySection(page) },
    { id: 'latency', name: 'Latency', content: renderLatency(latencies) },
    { id: 'checks', name: 'Checks', content: renderChecks(report, anchors) },
    { id: 'about', name: 'About', content: renderAbout(checkPages) },
  ];
  const sections = all.filter(({ content }) => content !== false);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${verdictOf(report)}: mcs diagnose</title>
${iconOf(report.ok ? '2b6443' : 'a8281c')}
<style>${trusted(STYLE)}</style>
</head>
<body>
<a class="jump" href="#main">To the findings</a>
${renderVerdict(page, faults, dependents)}${renderContents(sections)}<main id="main" tabindex="-1">
${sections.map(({ content }) => content)}</main>
${renderFooter(page)}<p id="live" class="hidden" role="status"></p>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.markup;
}
