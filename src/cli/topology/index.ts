import type { Topology } from '../../inspect/topology.ts';
import { renderDot } from './render-dot.ts';
import { renderMermaid } from './render-mermaid.ts';
import { renderSvg } from './render-svg.ts';

export const PICTURE_FORMATS = ['dot', 'mermaid', 'svg'] as const;
export type PictureFormat = (typeof PICTURE_FORMATS)[number];

const RENDERERS: Readonly<Record<PictureFormat, (topology: Topology) => string>> = { dot: renderDot, mermaid: renderMermaid, svg: renderSvg };

/** The text of a picture. */
export function renderTopology(topology: Topology, format: PictureFormat): string {
  return RENDERERS[format](topology);
}
