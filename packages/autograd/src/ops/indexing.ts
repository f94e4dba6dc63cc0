// Gather, scatter and sorting. An index out of range is an error when the graph runs; negative
// indices count from the end.

import { createNode } from "../graph/create.ts";
import { DTypeError } from "../graph/errors.ts";
import { type Gather, type Node, ofFamily, type Scatter, type Sort } from "../graph/node.ts";
import {
  alongShapes,
  checkCountAlong,
  checkSameShape,
  checkShape,
  gatheredShape,
  isWithinLimits,
  normalizeAxis,
  type Shape,
} from "../graph/shape.ts";
import { type DType, promote } from "../scalar/dtype.ts";
import { eye, full, iota } from "./creation.ts";
import { equal, less, logicalNot, sub, where } from "./elementwise.ts";
import { broadcastTo, expandDims, slice } from "./movement.ts";
import { cast } from "./operands.ts";

const gatherOperation: Gather = {
  family: "gather",
  name: "gather",
  gradient: [
    (g, [x, indices], output) => {
      const { operation, attributes } = ofFamily(output, "gather");
      const scatter = variantAs(operation, scatterOperation);
      const inputs = [full(x!.shape, 0, g.dtype), indices!, g];
      return createNode(scatter, inputs, attributes, x!.shape, g.dtype);
    },
    "none: indices are whole numbers",
  ],
};

/**
 * The slices of `x` at `indices` along `axis`, which is replaced by the shape of the indices.
 * `indicesOf` names the operation that they are indices of, which then do not count from the end.
 */
export function gather(x: Node, axis: number, indices: Node, indicesOf?: string): Node {
  const shape = gatheredShape(axis, x.shape, indices.shape);
  const normal = normalizeAxis("gather", axis, x.shape);
  const whole = wholeNumbers(indicesOf ?? "gather", indices);
  const [operation, at] =
    indicesOf === undefined
      ? [gatherOperation, whole]
      : [
          variant(gatherOperation, { name: indicesOf, fromZero: "index" }),
          refusedBelowZero(whole, x.shape[normal]!),
        ];
  return createNode(operation, [x, at], { axis: normal, along: false }, shape, x.dtype);
}

/**
 * `indices` along `axis` of `shape`, counted from 0; the run throws for those out of range, by the
 * name of the operation.
 */
export function checkedPlaces(name: string, indices: Node, shape: Shape, axis: number): Node {
  const whole = wholeNumbers(name, indices);
  const operation = variant(gatherOperation, { name });
  const attributes = { axis: 0, along: false, exampleAxis: axis, exampleShape: shape };
  const places = iota([shape[axis]!], 0);
  return createNode(operation, [places, whole], attributes, indices.shape, "int32");
}

/** `x`; where `condition`, a bool of shape [], is false, an error that says `message`. */
export function ensured(x: Node, condition: Node, message: string): Node {
  const operation = variant(gatherOperation, { name: "ensure", message });
  const index = cast(logicalNot(condition), "int32");
  const attributes = { axis: 0, along: false };
  return createNode(operation, [expandDims(x, 0), index], attributes, x.shape, x.dtype);
}

const takeOperation: Gather = { ...gatherOperation, name: "takeAlongAxis" };

/**
 * The elements of `x` at `indices` along `axis`; all other axes broadcast. `labelsOf` names the
 * operation whose labels the indices are, which then do not count from the end.
 */
export function takeAlongAxis(x: Node, indices: Node, axis = -1, labelsOf?: string): Node {
  const normal = normalizeAxis("takeAlongAxis", axis, x.shape);
  const { data, picked } = alongShapes("takeAlongAxis", x.shape, indices.shape, normal);
  const whole = wholeNumbers(labelsOf ?? "takeAlongAxis", indices, labelsOf && "labels");
  const [operation, at] =
    labelsOf === undefined
      ? [takeOperation, whole]
      : [
          variant(takeOperation, { name: labelsOf, fromZero: "label" }),
          refusedBelowZero(whole, x.shape[normal]!),
        ];
  const inputs = [broadcastTo(x, data), broadcastTo(at, picked)];
  return createNode(operation, inputs, { axis: normal, along: true }, picked, x.dtype);
}

/** What differs in operations whose indices have errors of their own. */
type Told = Pick<Gather, "name" | "fromZero" | "message">;

/** One object for each, so that graphs are found to be alike; forgotten where there are too many. */
const variants = new Map<string, Gather | Scatter>();
const mostVariants = 1000;

function variant<Family extends Gather | Scatter>(family: Family, told: Told): Family {
  const { name, fromZero = "end", message = "" } = told;
  const key = `${family.family} ${fromZero} ${name}\n${message}`;
  let known = variants.get(key);
  if (!known) {
    if (variants.size >= mostVariants) variants.clear();
    variants.set(key, (known = { ...family, ...told }));
  }
  return known as Family;
}

/** `plain`, or its variant whose indices have the errors of `of`. */
function variantAs<Family extends Gather | Scatter>(of: Gather | Scatter, plain: Family): Family {
  const { name, fromZero, message } = of;
  if (fromZero) return variant(plain, { name, fromZero });
  return message === undefined ? plain : variant(plain, { name, message });
}

/** Moves indices below 0 out of range. */
function refusedBelowZero(indices: Node, size: number): Node {
  return where(less(indices, 0), sub(indices, size), indices);
}

/**
 * Adds a last axis of `depth`, with 1 at the label and 0 elsewhere; the name is that of errors. No label
 * counts from the end: -1 is often one that is not known.
 */
export function oneHot(labels: Node, depth: number, dtype: DType, name: string): Node {
  const counted = refusedBelowZero(wholeNumbers(name, labels, "labels"), depth);
  const operation = variant(gatherOperation, { name, fromZero: "label" });
  const attributes = { axis: 0, along: false };
  const shape = Object.freeze([...labels.shape, depth]);
  if (isWithinLimits([depth, depth])) {
    return createNode(operation, [eye(depth, depth, dtype), counted], attributes, shape, dtype);
  }
  // The identity matrix would be too large; comparing the index with positions does the same.
  const positions = iota(checkShape("oneHot", [depth]), 0);
  const found = createNode(operation, [positions, counted], attributes, labels.shape, "int32");
  return cast(equal(expandDims(found, -1), positions), dtype);
}

const scatterOperation: Scatter = {
  family: "scatter",
  name: "scatterAdd",
  gradient: [
    (g) => g,
    "none: indices are whole numbers",
    (g, [, indices], output) => {
      const { operation, attributes, inputs } = ofFamily(output, "scatter");
      const gathers = variantAs(operation, attributes.along ? takeOperation : gatherOperation);
      return createNode(gathers, [g, indices!], attributes, inputs[2]!.shape, g.dtype);
    },
  ],
};

/**
 * `x` with the slices of `updates` added at `indices` along `axis`, in order. `indicesOf` names the
 * operation whose indices these are, which then do not count from the end.
 */
export function scatterAdd(
  x: Node,
  axis: number,
  indices: Node,
  updates: Node,
  indicesOf?: string,
): Node {
  const normal = normalizeAxis("scatterAdd", axis, x.shape);
  checkSameShape("scatterAdd", updates.shape, gatheredShape(normal, x.shape, indices.shape));
  const dtype = promote(x.dtype, updates.dtype);
  const whole = wholeNumbers(indicesOf ?? "scatterAdd", indices);
  const [operation, at] =
    indicesOf === undefined
      ? [scatterOperation, whole]
      : [
          variant(scatterOperation, { name: indicesOf, fromZero: "index" }),
          refusedBelowZero(whole, x.shape[normal]!),
        ];
  const attributes = { axis: normal, along: false };
  const inputs = [cast(x, dtype), at, cast(updates, dtype)];
  return createNode(operation, inputs, attributes, x.shape, dtype);
}

/** `x` with each element of `updates` added at its own index along `axis`; the other axes fit. */
export function scatterAddAlong(x: Node, indices: Node, updates: Node, axis: number): Node {
  const attributes = { axis, along: true };
  return createNode(scatterOperation, [x, indices, updates], attributes, x.shape, x.dtype);
}

const sortOperation: Sort = {
  family: "sort",
  name: "argSort",
  gradient: ["none: positions are whole numbers"],
};

/** The indices that sort `axis` in ascending order, as int32; NaN comes last. */
export function argSort(x: Node, axis = -1, descending = false): Node {
  const normal = normalizeAxis("argSort", axis, x.shape);
  return createNode(sortOperation, [x], { axis: normal, descending }, x.shape, "int32");
}

/** The elements along `axis` in ascending order; NaN comes last. */
export function sort(x: Node, axis = -1, descending = false): Node {
  const normal = normalizeAxis("sort", axis, x.shape);
  return takeAlongAxis(x, argSort(x, normal, descending), normal);
}

/** The `k` largest (or smallest) elements along `axis`, in that order, and their indices. */
export function topK(
  x: Node,
  k: number,
  axis = -1,
  largest = true,
): { readonly values: Node; readonly indices: Node } {
  const normal = normalizeAxis("topK", axis, x.shape);
  checkCountAlong("topK", k, axis, x.shape);
  const indices = slice(argSort(x, normal, largest), normal, 0, k);
  return { values: takeAlongAxis(x, indices, normal), indices };
}

/** Checks that indices are integers; errors call them `named`. */
function wholeNumbers(operation: string, indices: Node, named = "indices"): Node {
  if (indices.dtype !== "int32" && indices.dtype !== "uint8") {
    throw new DTypeError(
      `${operation}: ${named} are ${indices.dtype}, expected int32 or uint8: ` +
        `tensor(${named}, { dtype: "int32" })`,
    );
  }
  return cast(indices, "int32");
}
