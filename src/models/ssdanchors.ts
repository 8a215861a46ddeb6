/**
 * The boxes that an SSD's are relative to (Liu et al. 2016, arXiv 1512.02325, section 2.2, "choosing scales and aspect
 * ratios"), with the numbers of TensorFlow's object detection models: small squares on the finest map, larger and longer
 * boxes on the coarser ones.
 */

const LEAST_SCALE = 0.2;
const LARGEST_SCALE = 0.95;

/** Width by height; of the boxes after the first two of a place. */
const ASPECTS = [2, 0.5, 3, 0.3333];

interface Shape {
  /** The side of a square of the same area; 1 is the input. */
  readonly scale: number;
  readonly aspect: number;
}

/** The boxes at each place of feature map `index` of so many. */
function shapesAt(index: number, maps: number): Shape[] {
  const scaleOf = (i: number) => (i < maps ? LEAST_SCALE + ((LARGEST_SCALE - LEAST_SCALE) * i) / (maps - 1) : 1);
  const scale = scaleOf(index);
  if (index === 0)
    return [{ scale: scale / 2, aspect: 1 }, ...ASPECTS.slice(0, 2).map((aspect) => ({ scale, aspect }))];
  const between = Math.sqrt(scale * scaleOf(index + 1));
  return [{ scale, aspect: 1 }, { scale: between, aspect: 1 }, ...ASPECTS.map((aspect) => ({ scale, aspect }))];
}

/** Boxes at each place of each of so many feature maps. */
export function anchorsPerPlace(maps: number): number[] {
  return Array.from({ length: maps }, (_, index) => shapesAt(index, maps).length);
}

/**
 * The anchors of feature maps with so many places on each side, [anchors, 4]: centre y, centre x, height, width; 0…1 is
 * the input. Map by map, row by row, place by place.
 */
export function ssdAnchors(sides: readonly number[]): Float32Array {
  const anchors: number[] = [];
  for (const [index, side] of sides.entries()) {
    const shapes = shapesAt(index, sides.length);
    for (let place = 0; place < side * side; ++place) {
      const [y, x] = [(Math.floor(place / side) + 0.5) / side, ((place % side) + 0.5) / side];
      for (const { scale, aspect } of shapes) {
        anchors.push(y, x, scale / Math.sqrt(aspect), scale * Math.sqrt(aspect));
      }
    }
  }
  return Float32Array.from(anchors);
}
