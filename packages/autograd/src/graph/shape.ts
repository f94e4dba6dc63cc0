// Shapes: lists of sizes, one per axis, outermost first; a scalar's is []. Their checks are here,
// and the shape rule of every operation that has one. Broadcasting and axes follow NumPy. The types
// in ../tensor/shapes follow the same rules and give the same messages, word for word. All shapes
// returned are frozen.
export { alongShapes, checkCountAlong } from "./shape/along.ts";
export {
  type Axes,
  checkReducible,
  distinctAxes,
  insertedAt,
  normalizeAxes,
  normalizeAxis,
  reducedShape,
  replacedAt,
} from "./shape/axes.ts";
export {
  diagonalLength,
  expandedShape,
  normalizeOrder,
  normalizePair,
  permutedShape,
  squeezedShape,
  transposed,
  transposedOrder,
} from "./shape/axis-order.ts";
export { broadcastShapes, broadcastToShape, stretchesTo } from "./shape/broadcast.ts";
export { type Einsum, einsumLabels, type Label } from "./shape/einsum.ts";
export { concatShape, splitSizes, stackShape } from "./shape/join.ts";
export { matmulShape, solveShape } from "./shape/matmul.ts";
export { checkMatrices, checkSquare } from "./shape/matrices.ts";
export {
  checkPadMode,
  gatheredShape,
  normalizeIndex,
  type Padding,
  type PadMode,
  paddedShape,
  type Range,
  type SliceRange,
  sliceRange,
  sliceRanges,
} from "./shape/range.ts";
export { flattenedShape, reshapeShape } from "./shape/reshape.ts";
export {
  checkLimits,
  checkSameShape,
  checkShape,
  elementCount,
  formatShape,
  indexAt,
  isWithinLimits,
  type Shape,
  shapesEqual,
  stridesOf,
} from "./shape/sizes.ts";
export { dotAxes, type PairedAxes, tensordotAxes } from "./shape/tensordot.ts";
export {
  checkConvolution,
  extentOf,
  misfit,
  type PerAxis,
  paddingPairs,
  perAxis,
  placesAlong,
  type WindowOptions,
  type WindowPadding,
  type WindowPlaces,
  windowPlaces,
} from "./shape/windows.ts";
