/** Where a box stands: its middle, width and height. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a box holds. */
export interface BoxText {
  readonly lines: readonly string[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly brokers: readonly Place[];
  readonly clusters: readonly Place[];
}

export const LINE = 18;
const CHARACTER = 7.4;
const PADDING = 14;
const MARGIN = 24;
/** Between neighbours, beside the label of their tunnel. */
const SPACE = 24;

export function boxSize({ lines }: BoxText): Pick<Place, 'width' | 'height'> {
  const longest = Math.max(...lines.map(({ length }) => length));
  return { width: Math.max(120, Math.ceil(longest * CHARACTER) + 2 * PADDING), height: lines.length * LINE + 2 * PADDING };
}

interface Ring {
  readonly places: readonly Place[];
  readonly width: number;
  readonly height: number;
}

/** Boxes on an ellipse, clockwise from the left; two stand beside each other. Coordinates count from its upper left corner. */
function placeRing(sizes: readonly Pick<Place, 'width' | 'height'>[], labelWidth: number): Ring {
  const widest = Math.max(0, ...sizes.map(({ width }) => width));
  const highest = Math.max(0, ...sizes.map(({ height }) => height));
  const count = sizes.length;
  const radiusX = count < 2 ? 0 : Math.max((widest + labelWidth + SPACE) / 2, (count * (widest + 60)) / (2 * Math.PI));
  const radiusY = count < 3 ? 0 : Math.max(highest + 60, (count * (highest + 40)) / (2 * Math.PI));
  const [width, height] = [2 * radiusX + widest, 2 * radiusY + highest];
  // half a step further, no cluster stands straight under a broker, in the way of its lines
  const start = count < 3 ? Math.PI : Math.PI + Math.PI / count;
  const places = sizes.map((size, index) => {
    const angle = start + (2 * Math.PI * index) / count;
    return { ...size, x: Math.round(width / 2 + radiusX * Math.cos(angle)), y: Math.round(height / 2 + radiusY * Math.sin(angle)) };
  });
  return { places, width, height };
}

/** Brokers in a row above the ring of clusters. `footer` is the size of what stands beneath, `labelWidth` that of the widest label of a tunnel. */
export function layOut(brokers: readonly BoxText[], clusters: readonly BoxText[], footer: { readonly width: number; readonly height: number }, labelWidth: number): Layout {
  const row = brokers.map(boxSize);
  const rowWidth = row.reduce((sum, { width }) => sum + width + MARGIN, -MARGIN);
  const rowHeight = Math.max(0, ...row.map(({ height }) => height));
  const ring = placeRing(clusters.map(boxSize), labelWidth);
  const width = Math.ceil(Math.max(rowWidth, ring.width, footer.width) + 2 * MARGIN);
  const top = MARGIN + (rowHeight === 0 ? 0 : rowHeight + 2 * MARGIN);
  const left = (width - ring.width) / 2;
  let x = (width - rowWidth) / 2;
  const placedRow = row.map((size) => {
    const place = { ...size, x: Math.round(x + size.width / 2), y: MARGIN + rowHeight / 2 };
    x += size.width + MARGIN;
    return place;
  });
  return {
    width,
    height: Math.ceil(top + ring.height + footer.height + 2 * MARGIN),
    brokers: placedRow,
    clusters: ring.places.map((place) => ({ ...place, x: Math.round(place.x + left), y: Math.round(place.y + top) })),
  };
}
