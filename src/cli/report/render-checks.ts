import type { CheckResult, CheckStatus } from '../../diagnose/check.ts';
import type { ClusterReport, DiagnoseReport } from '../../diagnose/report.ts';
import { causeKey } from './findings.ts';
import { type FoldedResult, foldPairs } from './fold-pairs.ts';
import { type Html, html, joined } from './html.ts';
import { listSome } from './words.ts';

const MAX_PEERS = 8;
/** With more clusters, what passed is named by its ids only: nobody reads 10,000 rows in which all is well. */
const MAX_IN_FULL = 40;
const GROUPS: readonly (readonly [CheckStatus, string])[] = [['fail', 'failed'], ['warn', 'with a warning'], ['skip', 'skipped'], ['pass', 'passed']];

/** Where a finding is told in full, by `causeKey`. */
export type Anchors = ReadonlyMap<string, string>;

function renderEvidence(cluster: string, { check, peers }: FoldedResult, anchors: Anchors): Html {
  const { causedBy, causedIn = cluster, evidence, status } = check;
  const cause = anchors.get(causedBy === undefined ? causeKey(cluster, check.id) : causeKey(causedIn, causedBy));
  if (causedBy !== undefined) {
    const name = html`<code>${causedBy}</code>${causedIn !== cluster && html` in ${causedIn}`}`;
    return html`means nothing until ${cause === undefined ? name : html`<a href="#${cause}">${name}</a>`} is mended`;
  }
  // of several pairs each saw something else
  const seen = peers.length > 1 ? [`${peers.length} clusters`] : evidence;
  return html`${joined(seen, '; ')}${(status === 'fail' || status === 'warn') && cause !== undefined && html` <a href="#${cause}">How to mend it</a>`}`;
}

function renderRow(cluster: string, folded: FoldedResult, anchors: Anchors): Html {
  const { check: { id, title }, peers } = folded;
  return html`<tr><th scope="row"><code>${id}</code> ${title}${peers.length > 0 && `: ${listSome(peers, MAX_PEERS)}`}</th><td>${renderEvidence(cluster, folded, anchors)}</td></tr>
`;
}

function renderTable(cluster: string, word: string, checks: readonly CheckResult[], anchors: Anchors): Html {
  return html`<table class="checks"><caption><span class="hidden">Checks of ${cluster}: ${word}</span></caption><thead><tr><th scope="col"><span class="hidden">Check</span></th><th scope="col"><span class="hidden">What was seen</span></th></tr></thead><tbody>${foldPairs(checks).map((folded) => renderRow(cluster, folded, anchors))}</tbody></table>`;
}

const renderIDs = (checks: readonly CheckResult[]): Html => html`<p class="quiet"><code>${[...new Set(checks.map(({ id }) => id))].join(' ')}</code></p>`;

function renderCluster({ checks, context, name }: ClusterReport, index: number, anchors: Anchors, isBrief: boolean): Html {
  const groups = GROUPS.map(([status, word]) => {
    const all = checks.filter((check) => check.status === status);
    const isOpen = status === 'fail' || status === 'warn';
    const content = status === 'pass' && isBrief ? renderIDs(all) : renderTable(name, word, all, anchors);
    return all.length > 0 && html`<details class="${status}"${isOpen && html` open`}><summary>${all.length} ${word} <span class="hidden">in ${name}</span></summary>${content}</details>
`;
  });
  return html`<section class="cluster" id="cluster-${index + 1}" aria-labelledby="cluster-${index + 1}-title"><h3 id="cluster-${index + 1}-title">${name}${name !== context && html` <span class="quiet">context ${context}</span>`}</h3>${groups}</section>
`;
}

/** All results, by cluster; what is well is folded up. */
export function renderChecks({ clusters }: DiagnoseReport, anchors: Anchors): Html | false {
  if (clusters.length === 0) return false;
  return html`<section id="checks" aria-labelledby="checks-title"><h2 id="checks-title">Checks <span class="quiet">by cluster</span></h2><div>${clusters.map((cluster, index) => renderCluster(cluster, index, anchors, clusters.length > MAX_IN_FULL))}</div></section>
`;
}
