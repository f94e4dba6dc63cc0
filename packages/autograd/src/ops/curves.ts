// Curves through points: areas below, values between, polynomials.
import { ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { formatShape, normalizeAxis, shapesEqual } from "../graph/shape.ts";
import { isFloating } from "../scalar/dtype.ts";
import { add, clip, div, mul, sub } from "./arithmetic.ts";
import { equal, greaterEqual, isFinite, isNaN, less, logicalOr, where } from "./comparison.ts";
import { diff } from "./composed.ts";
import { full, iota } from "./creation.ts";
import { pow } from "./exponentials.ts";
import { gather } from "./indexing.ts";
import { expandDims, flip, reshape, slice } from "./movement.ts";
import { cast, floating, operandNodes } from "./operands.ts";
import { searchSorted } from "./order.ts";
import { sum } from "./reduce.ts";

/** The area below straight lines through `y`, at places `x` or `spacing` apart along an axis. */
export function trapezoid(y: Node, x: Node | undefined, spacing: number, axis: number): Node {
  const along = normalizeAxis("trapezoid", axis, y.shape);
  const size = y.shape[along]!;
  if (x && !shapesEqual(x.shape, [size]) && !shapesEqual(x.shape, y.shape)) {
    const expected = `expected [${size}] or ${formatShape(y.shape)}`;
    throw new ShapeError(`trapezoid: x is ${formatShape(x.shape)}, ${expected}`);
  }
  const heights = floating(y);
  const [first, second] = [slice(heights, along, 0, -1), slice(heights, along, 1)];
  const middle = mul(add(first, second), 0.5);
  if (!x) return mul(sum(middle, along), spacing);
  const isList = x.shape.length === 1 && y.shape.length > 1;
  const shape = y.shape.map((_, i) => (i === along ? size : 1));
  // Differences of integers may be none of their dtype.
  const places = isFloating(x.dtype) ? x : cast(x, "float64");
  const widths = diff(isList ? reshape(places, shape) : places, along, 1);
  return sum(mul(middle, cast(widths, floating(x).dtype)), along);
}

/** The value at `x` of straight lines through points, which are in the order of their places. */
export function interp(x: Node, places: Node, heights: Node): Node {
  const [at, from, to] = operandNodes([x, places, heights], "floating") as readonly [
    Node,
    Node,
    Node,
  ];
  const last = places.shape[0]! - 1;
  const end = (list: Node, i: number) => reshape(slice(list, 0, i, i + 1), []);
  if (last === 0) return where(isNaN(at), at, end(to, 0));
  const left = clip(sub(searchSorted(from, at, true), 1), 0, last - 1);
  const right = add(left, 1);
  const [x0, x1] = [gather(from, 0, left), gather(from, 0, right)];
  const [y0, y1] = [gather(to, 0, left), gather(to, 0, right)];
  const slope = div(sub(y1, y0), sub(x1, x0));
  const distance = sub(at, x0);
  const fromLeft = add(y0, mul(slope, distance));
  // Beside infinite heights as in NumPy: from the other end where the one is NaN.
  const fromEither = where(isNaN(fromLeft), add(y1, mul(slope, sub(at, x1))), fromLeft);
  const isLevel = logicalOr(equal(distance, 0), equal(y0, y1));
  const line = where(isFinite(slope), fromLeft, where(isLevel, y0, fromEither));
  const before = where(less(at, end(from, 0)), end(to, 0), line);
  return where(greaterEqual(at, end(from, last)), end(to, last), before);
}

/** A polynomial at `x`, its coefficients from the highest power on (Horner). */
export function polyval(coefficients: Node, x: Node): Node {
  const [all, at] = operandNodes([coefficients, x], "number") as readonly [Node, Node];
  const count = coefficients.shape[0]!;
  let value: Node = full(x.shape, 0, at.dtype);
  for (let i = 0; i < count; i++) {
    const term = reshape(slice(all, 0, i, i + 1), []);
    value = i === 0 ? add(value, term) : add(mul(value, at), term);
  }
  return value;
}

/** A row of powers for each element of `x`, from the highest on; `isAscending`: from 0 on. */
export function vander(x: Node, columns: number, isAscending: boolean): Node {
  const powers = iota([columns], 0);
  const [base] = operandNodes([x], "number") as readonly [Node];
  const exponents = isAscending ? powers : flip(powers, 0);
  return pow(expandDims(base, 1), cast(exponents, base.dtype));
}
