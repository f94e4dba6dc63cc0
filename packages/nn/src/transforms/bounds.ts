// Transforms that keep directions within bounds.
import { checkKind } from "@nabla/autograd/checks";
import { normOf, withinNorm } from "../clipping.ts";
import { bound } from "../options.ts";
import type { Transform } from "./chain.ts";

/**
 * A transform that scales all directions together, so that their norm, as one long vector, is at most
 * `most`, as `clipGradNorm` does. Throws `NablaError` unless `most` is a positive number.
 *
 * @example
 * const w = parameter([3, 4]);
 * const optimizer = chain(clipByNorm(1))([w], { learningRate: 1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2.4, 3.2]
 */
export function clipByNorm(most: number): Transform {
  checkKind("clipByNorm", "the bound", most, bound);
  return {
    name: "clipByNorm",
    all: (directions) => withinNorm(directions, normOf(directions), most),
  };
}

/**
 * A transform that clips each component to -`most` to `most`. Throws `NablaError` unless `most` is a
 * positive number.
 *
 * @example
 * const w = parameter([3, -0.25]);
 * const optimizer = chain(clipByValue(1))([w], { learningRate: 1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2, 0.25]
 */
export function clipByValue(most: number): Transform {
  checkKind("clipByValue", "the bound", most, bound);
  return { name: "clipByValue", each: (direction) => direction.clip(-most, most) };
}
