// The cost around two paths of training, over the plane that fits them best.
import type { Layer } from "@nabla/nn";
import type { Digits } from "../digits.ts";
import { costOnPlane, inPlane, planeOfPaths } from "../surface.ts";

export type Spot = readonly [x: number, y: number];

/** Costs at points of a plane, row by row from the top, and the paths that are seen in it. */
export interface CostMap {
  readonly columns: number;
  readonly rows: number;
  readonly costs: Float32Array;
  /** The distance in the space of weights and biases from the left to the right, and from top to bottom. */
  readonly size: readonly [width: number, height: number];
  /** Where paths go, as shares of the width and the height, 0 to 1. */
  readonly paths: readonly (readonly Spot[])[];
  /** The fraction of the paths' squared distances from the start that lies in the plane. */
  readonly share: number;
  /** How many digits the costs are the mean of. */
  readonly examples: number;
}

/** What is seen beyond the paths, as a share of their extent. */
const margin = 0.15;

/**
 * The mean cost of `digits` on a plane through the first point of the first path. `paths` are of all
 * weights and biases of `network`, one after the other.
 */
export function costMap(
  network: Layer,
  digits: Digits,
  paths: readonly (readonly Float32Array[])[],
  [columns, rows]: readonly [columns: number, rows: number],
): CostMap {
  const plane = planeOfPaths(paths);
  const seen = paths.map((path) => path.map((point) => inPlane(plane, point)));
  const [across, down] = [0, 1].map((axis) => rangeOf(seen.flat().map((spot) => spot[axis]!)));
  const cost = costOnPlane(network, digits, plane);
  const costs = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = across!.from + ((column + 0.5) / columns) * across!.length;
      const y = down!.from + ((row + 0.5) / rows) * down!.length;
      costs[row * columns + column] = cost(x, y);
    }
  }
  const shares = ([x, y]: Spot): Spot => [
    (x - across!.from) / across!.length,
    (y - down!.from) / down!.length,
  ];
  return {
    columns,
    rows,
    costs,
    size: [across!.length, down!.length],
    paths: seen.map((path) => path.map(shares)),
    share: plane.shares[0] + plane.shares[1],
    examples: digits.labels.size,
  };
}

/** From the least of the values to the greatest, and a little more. */
function rangeOf(values: readonly number[]) {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const extent = Math.max(greatest - least, 1e-6);
  return { from: least - margin * extent, length: (1 + 2 * margin) * extent };
}
