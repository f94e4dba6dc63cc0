// Elements picked by indices that are data themselves. An index outside the axis is an error when
// the graph runs; negative indices count from the end.
import { DTypeError } from "../graph/errors.ts";
import { createNode, type Gather, type Node, type Scatter, type Sort } from "../graph/node.ts";
import { checkSameShape, gatheredShape, normalizeAxis } from "../graph/shape.ts";
import { type DType, promote } from "../scalar/dtype.ts";
import { eye, full } from "./creation.ts";
import { cast } from "./operands.ts";

const gatherOperation: Gather = {
  family: "gather",
  name: "gather",
  gradient: [
    (g, [x, indices], output) =>
      scatterAdd(full(x!.shape, 0, g.dtype), axisOf(output), indices!, g),
    "none: indices are whole numbers",
  ],
};

/** The slices of `x` at `indices` along `axis`, which the shape of the indices replaces. */
export function gather(x: Node, axis: number, indices: Node): Node {
  const shape = gatheredShape(axis, x.shape, indices.shape);
  const normal = normalizeAxis("gather", axis, x.shape);
  const whole = wholeNumbers("gather", indices);
  return createNode(gatherOperation, [x, whole], { axis: normal }, shape, x.dtype);
}

/** Rows of the identity matrix; under its own name in errors. */
const oneHotOperation: Gather = { ...gatherOperation, name: "oneHot" };

/** A last axis of `depth`, with 1 at the index and 0 elsewhere. */
export function oneHot(indices: Node, depth: number, dtype: DType): Node {
  const identity = eye(depth, depth, dtype);
  const shape = gatheredShape(0, identity.shape, indices.shape);
  const whole = wholeNumbers("oneHot", indices);
  return createNode(oneHotOperation, [identity, whole], { axis: 0 }, shape, dtype);
}

const scatterOperation: Scatter = {
  family: "scatter",
  name: "scatterAdd",
  gradient: [
    (g) => g,
    "none: indices are whole numbers",
    (g, [, indices], output) => gather(g, axisOf(output), indices!),
  ],
};

/** `x` with the slices of `updates` added at `indices` along `axis`, in their order. */
export function scatterAdd(x: Node, axis: number, indices: Node, updates: Node): Node {
  const normal = normalizeAxis("scatterAdd", axis, x.shape);
  checkSameShape("scatterAdd", updates.shape, gatheredShape(normal, x.shape, indices.shape));
  const dtype = promote(x.dtype, updates.dtype);
  const inputs = [cast(x, dtype), wholeNumbers("scatterAdd", indices), cast(updates, dtype)];
  return createNode(scatterOperation, inputs, { axis: normal }, x.shape, dtype);
}

const sortOperation: Sort = {
  family: "sort",
  name: "argSort",
  gradient: ["none: positions are whole numbers"],
};

/** int32: where the elements along `axis` stand, in ascending order; NaN comes last. */
export function argSort(x: Node, axis = -1, descending = false): Node {
  const normal = normalizeAxis("argSort", axis, x.shape);
  return createNode(sortOperation, [x], { axis: normal, descending }, x.shape, "int32");
}

function axisOf(node: Node): number {
  if (node.family !== "gather" && node.family !== "scatter") {
    throw new Error(`unreachable: ${node.family}`);
  }
  return node.attributes.axis;
}

function wholeNumbers(name: string, indices: Node): Node {
  if (indices.dtype !== "int32" && indices.dtype !== "uint8") {
    throw new DTypeError(`${name}: indices are ${indices.dtype}, expected int32 or uint8`);
  }
  return cast(indices, "int32");
}
