// Where neurons stand in the picture of a network.

export const [width, height] = [440, 520] as const;

/** The middle of a neuron, and its radius. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Neurons below each other; more than these stand in several columns. */
const mostInColumn = 26;
const [top, bottom] = [14, 20];
/** Where the first layer and the outputs stand. */
const [first, last] = [152, 322];

/** The spots of layers with so many neurons each, first to last. */
export function spots(sizes: readonly number[]): readonly (readonly Spot[])[] {
  return sizes.map((count, layer) => {
    const columns = Math.ceil(count / mostInColumn);
    const rows = Math.ceil(count / columns);
    const apart = (height - top - bottom) / rows;
    const radius = Math.min(11, apart / 2.3);
    const middle =
      sizes.length === 1 ? last : first + (layer * (last - first)) / (sizes.length - 1);
    return Array.from({ length: count }, (_, index) => {
      const [column, row] = [Math.floor(index / rows), index % rows];
      return {
        // An arrow stands beside each.
        x: middle + (column - (columns - 1) / 2) * (radius * 2.2 + 10),
        y: top + (row + 0.5) * apart,
        radius,
      };
    });
  });
}

/** From where to where a layer's columns go, and their middle. */
export function columnsOf(layer: readonly Spot[]) {
  const [from, to] = [layer[0]!.x, layer.at(-1)!.x];
  return { from, to, middle: (from + to) / 2 };
}
