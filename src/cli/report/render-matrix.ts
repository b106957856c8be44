import { parseGoDuration } from '../../base/go-duration.ts';
import type { MatrixPair, MatrixReport } from '../../inspect/matrix/make-matrix.ts';
import { matrixRemarks } from '../present-matrix.ts';
import { type Html, html } from './html.ts';
import { formatMs, shortNumber } from './words.ts';

/** With more clusters, a cell has signs in place of words. */
const MAX_IN_WORDS = 7;
const MAX_REMARKS = 60;
/** Upper ends of the steps of the heat, ms; what is slower is the last. */
const STEPS = [2, 10, 50, 150];
const STEP_NAMES = ['under 2 ms', 'under 10', 'under 50', 'under 150', 'slower'];

const ASPECTS = [['control', 'C', 'control'], ['dns', 'N', 'DNS'], ['data', 'D', 'data']] as const;

const timeOf = ({ data }: MatrixPair): number | undefined => parseGoDuration(data.averageRTT ?? '');

function heatOf(ms: number): number {
  const step = STEPS.findIndex((end) => ms < end);
  return step < 0 ? STEPS.length : step;
}

/** `b` something is not ok, `h0` to `h4` the data plane is, by its time there and back, `u` not known, `o` not set up. Short: a set of 200 clusters has 40,000 of them. */
function classOf(pair: MatrixPair): string {
  const verdicts = ASPECTS.map(([aspect]) => pair[aspect].verdict);
  if (verdicts.includes('bad')) return 'b';
  if (pair.data.verdict === 'ok') return `h${heatOf(timeOf(pair) ?? 0)}`;
  return verdicts.includes('unknown') ? 'u' : 'o';
}

const SIGNS = { bad: '\u2717', unknown: '?', off: '\u2013' } as const;

function renderAspect(pair: MatrixPair, [aspect, , name]: (typeof ASPECTS)[number]): Html {
  const { state, verdict } = pair[aspect];
  const time = aspect === 'data' ? timeOf(pair) : undefined;
  const value = verdict === 'ok' ? (time === undefined ? 'ok' : formatMs(time)) : verdict === 'unknown' ? 'not known' : verdict === 'off' ? 'not set up' : state;
  return html`<li class="${verdict}"><span>${name}</span> ${verdict !== 'ok' && html`<span aria-hidden="true">${SIGNS[verdict]}</span> `}<b>${value}</b></li>`;
}

function wordCell(pair: MatrixPair): Html {
  const mark = pair.asymmetry !== undefined && html`<li class="differs"><b>* ends disagree</b></li>`;
  return html`<td class="${classOf(pair)}"><ul>${ASPECTS.map((aspect) => renderAspect(pair, aspect))}${mark}</ul></td>`;
}

/** The time alone where all is well, else the letters of what is not; end tags of cells are left out, as HTML allows. */
function signCell(pair: MatrixPair): Html {
  const signs = ASPECTS.flatMap(([aspect, letter]) => {
    const { verdict } = pair[aspect];
    return verdict === 'ok' ? [] : [`${letter}${verdict === 'bad' ? '' : verdict === 'unknown' ? '?' : '\u2013'}`];
  });
  const time = timeOf(pair);
  const text = signs.length > 0 ? signs.join('') : time === undefined ? 'ok' : shortNumber(time);
  return html`<td class=${classOf(pair)}>${text}${pair.asymmetry !== undefined && '*'}`;
}

const ITSELF = html`<td class="self"><span class="hidden">itself</span>`;

function renderRows({ clusters, pairs }: MatrixReport, cellOf: (pair: MatrixPair) => Html): readonly Html[] {
  const byFrom = Map.groupBy(pairs, ({ from }) => from);
  return clusters.map(({ cluster: from }) => {
    const row = new Map(byFrom.get(from)?.map((pair) => [pair.to, pair]));
    return html`<tr><th scope="row">${from}</th>${clusters.map(({ cluster: to }) => {
      const pair = row.get(to);
      return pair === undefined ? ITSELF : cellOf(pair);
    })}</tr>
`;
  });
}

const SIGN_NOTE = 'A figure is the mean time there and back in ms: all is well. Letters say what is not: C control, N names (DNS), D data; with ? it is not known, with \u2013 not set up. * marks tunnels whose ends disagree.';
const WORD_NOTE = 'Control: both are on one broker and show that they live. DNS: names resolve in the cluster of the row. Data: the tunnel as its gateway sees it, with the mean time there and back.';

function renderLegend(pairs: readonly MatrixPair[]): Html {
  const used = new Set(pairs.map(classOf));
  const heat = STEP_NAMES.flatMap((name, step) => (used.has(`h${step}`) ? [html`<li><span class="swatch h${step}"></span>${name}</li>`] : []));
  const rest = ([['b', 'not ok'], ['u', 'not known'], ['o', 'not set up']] as const).flatMap(([name, text]) => (used.has(name) ? [html`<li><span class="swatch ${name}"></span>${text}</li>`] : []));
  return html`<ul class="legend" aria-label="Shades">${heat}${rest}</ul>`;
}

function renderRemarks(report: MatrixReport): Html | false {
  const remarks = matrixRemarks(report);
  const rest = remarks.length - MAX_REMARKS;
  return remarks.length > 0 && html`<ul class="remarks">${remarks.slice(0, MAX_REMARKS).map((remark) => html`<li>${remark}</li>`)}${rest > 0 && html`<li>${rest} more, which <code>mcs show matrix</code> lists</li>`}</ul>`;
}

/** Who reaches whom: rows to columns, so that both directions are there. */
export function renderMatrix(report: MatrixReport): Html | false {
  const { clusters, pairs } = report;
  if (pairs.length === 0) return false;
  const isInWords = clusters.length <= MAX_IN_WORDS;
  return html`<section id="matrix" aria-labelledby="matrix-title"><h2 id="matrix-title">Reach <span class="quiet">from row to column</span></h2><div>
<p class="note" id="matrix-note">${isInWords ? WORD_NOTE : SIGN_NOTE}</p>
<div class="scroll" role="region" aria-labelledby="matrix-title" tabindex="0"><table class="matrix ${isInWords ? 'words' : 'signs'}" aria-describedby="matrix-note"><caption><span class="hidden">Reach from the cluster of the row to that of the column</span></caption>
<thead><tr><th scope="col"><span class="hidden">From</span></th>${clusters.map(({ cluster }) => html`<th scope="col"><span>${cluster}</span></th>`)}</tr></thead>
<tbody>${renderRows(report, isInWords ? wordCell : signCell)}</tbody></table></div>
${renderLegend(pairs)}${renderRemarks(report)}</div></section>
`;
}
