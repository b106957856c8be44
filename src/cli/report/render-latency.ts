import type { Latency } from '../../inspect/latency.ts';
import { type Html, html } from './html.ts';
import { formatMs } from './words.ts';

/** The slowest are what is looked for. */
const MAX_ROWS = 60;
const WIDTH = 240;
const HEIGHT = 22;
const EDGE = 20;

/** Whole powers of ten around all times: probes that were lost once are far above the others. */
interface Scale {
  readonly ticks: readonly number[];
  readonly toX: (ms: number) => number;
}

function scaleFor(latencies: readonly Latency[]): Scale {
  // nothing that a probe can tell is faster than this
  const times = latencies.flatMap(({ average, last, max, min }) => [average, last, max, min]).filter((time) => time !== undefined).map((time) => Math.max(time, 0.001));
  const low = Math.floor(Math.log10(Math.min(...times)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...times))));
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return { ticks, toX: (ms) => Math.round((EDGE + ((Math.log10(Math.max(ms, 0.001)) - low) / (high - low)) * (WIDTH - 2 * EDGE)) * 10) / 10 };
}

function drawing(content: readonly Html[]): Html {
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true" focusable="false">${content}</svg>`;
}

function drawAxis({ ticks, toX }: Scale): Html {
  return drawing(ticks.map((tick) => html`<text x="${toX(tick)}" y="15" text-anchor="middle">${tick >= 1000 ? `${tick / 1000} s` : `${Number(tick.toPrecision(1))} ms`}</text>`));
}

/** A line from the shortest to the longest, a dot at the mean, a tick at the last. */
function drawPlot({ average, last, max = average, min = average }: Latency, { ticks, toX }: Scale): Html {
  const middle = HEIGHT / 2;
  const grid = ticks.map((tick) => html`<path class="grid" d="M${toX(tick)} 0V${HEIGHT}"/>`);
  const lastTick = last === undefined ? [] : [html`<path class="last" d="M${toX(last)} ${middle - 6}V${middle + 6}"/>`];
  return drawing([...grid, html`<path class="range" d="M${toX(min)} ${middle}H${toX(max)}"/>`, ...lastTick, html`<circle class="mean" cx="${toX(average)}" cy="${middle}" r="4"/>`]);
}

const cell = (ms: number | undefined): Html => html`<td class="number">${ms === undefined ? '\u2013' : formatMs(ms)}</td>`;

function renderRow(latency: Latency, scale: Scale): Html {
  const { average, from, gateway, last, max, min, remoteGateway, status, to } = latency;
  return html`<tr><th scope="row">${from} \u2192 ${to} <span class="quiet">${gateway} \u2192 ${remoteGateway}${status !== 'connected' && `, ${status} now`}</span></th><td class="plot">${drawPlot(latency, scale)}</td>${cell(min)}${cell(average)}${cell(max)}${cell(last)}</tr>
`;
}

/** Times of the probes through each tunnel, in figures and as plots on one scale. */
export function renderLatency(latencies: readonly Latency[]): Html | false {
  if (latencies.length === 0) return false;
  const shown = latencies.slice(0, MAX_ROWS);
  const scale = scaleFor(shown);
  const caption = latencies.length > MAX_ROWS ? `The slowest ${MAX_ROWS} of ${latencies.length} connections.` : 'Slowest first.';
  return html`<section id="latency" aria-labelledby="latency-title"><h2 id="latency-title">Latency <span class="quiet">through the tunnels</span></h2><div>
<p class="note" id="latency-note">Probes there and back, as the gateway on the left measures them. ${caption} In the plot, the line goes from the shortest to the longest time, the dot is the mean, the upright stroke the last; each step of the scale is ten times the one before.</p>
<div class="scroll" role="region" aria-labelledby="latency-title" tabindex="0"><table class="latency" aria-describedby="latency-note"><caption><span class="hidden">Latency of each connection</span></caption>
<thead><tr><th scope="col">Connection</th><th scope="col"><span class="hidden">Plot</span>${drawAxis(scale)}</th><th scope="col">Min</th><th scope="col">Mean</th><th scope="col">Max</th><th scope="col">Last</th></tr></thead>
<tbody>${shown.map((latency) => renderRow(latency, scale))}</tbody></table></div></div></section>
`;
}
