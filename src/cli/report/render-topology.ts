import { renderSvg } from '../topology/render-svg.ts';
import type { ReportPage } from './report-page.ts';
import { type Html, html, trusted } from './html.ts';

/** In a picture of more, lines cannot be told from each other. */
export const MAX_DRAWN = 24;

/** The picture of `mcs show topology`, in the colours of the page. */
export function renderTopologySection({ matrix, topology }: Pick<ReportPage, 'matrix' | 'topology'>): Html | false {
  if (matrix.clusters.length === 0) return false;
  const picture = topology === undefined ? html`<p>${matrix.clusters.length} clusters are too many for a picture: the table above has them all, and <code>mcs show topology --contexts a,b,c -o svg</code> draws some of them.</p>` : html`<div class="scroll" role="region" aria-labelledby="topology-heading" tabindex="0">${trusted(renderSvg(topology, ''))}</div>`;
  return html`<section id="topology" aria-labelledby="topology-heading"><h2 id="topology-heading">Topology</h2><div>${picture}</div></section>
`;
}
