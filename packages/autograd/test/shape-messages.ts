// What shape errors say. Two tests hold these texts, so that the compiler and the run use the same
// words: shape-messages.test-d.ts computes each in types, shape-messages.test.ts has each thrown.
// Both are tables over these keys: a text without its type or its throw does not compile.

export const messages = {
  "sizes, negative": "zeros: dimension 1 of [2, -3] is -3, expected a non-negative integer",
  "sizes, fraction": "zeros: dimension 0 of [1.5, 3] is 1.5, expected a non-negative integer",
  "same shape": "quadraticCost: [32, 10] and [32, 1] differ",
  "same shape, ranks": "quadraticCost: [32, 1] and [32] differ",

  broadcast: "add: [32, 10] and [128] do not broadcast: 10 and 128 differ",
  "broadcast, rightmost": "add: [2, 3, 4] and [5, 4, 4] do not broadcast: 3 and 4 differ",
  "broadcast, empty": "add: [2, 0] and [2, 3] do not broadcast: 0 and 3 differ",
  "broadcast three": "where: [3] and [4] do not broadcast: 3 and 4 differ",
  "broadcast to": "broadcastTo: [3] cannot be broadcast to [4]",
  "broadcast to fewer axes": "broadcastTo: [1, 3] cannot be broadcast to [3]",

  "matmul, inner": "matmul: [100, 784] x [128, 10]: inner dimensions 784 and 128 differ",
  "matmul, vectors": "matmul: [3] x [4]: inner dimensions 3 and 4 differ",
  "matmul, vector right": "matmul: [2, 3] x [2]: inner dimensions 3 and 2 differ",
  "matmul, batch": "matmul: [2, 3, 4] x [5, 4, 6]: batch dimensions [2] and [5] do not broadcast",
  "matmul, scalar left": "matmul: [] x [3]: both operands need at least 1 axis",
  "matmul, scalar right": "matmul: [2, 3] x []: both operands need at least 1 axis",

  dot: "dot: [2, 3] x [2]: inner dimensions 3 and 2 differ",
  tensordot: "tensordot: [2, 3] and [2, 3] differ in the axes that are summed over",
  "tensordot, axes": "tensordot: [2, 3] and [3, 4] differ in the axes that are summed over",
  "tensordot, count": "tensordot: [2, 3] and [4] have no 2 axes to sum over",
  "tensordot, range": "tensordot: axis 2 is out of range for [3, 4]",
  "einsum, sizes": 'einsum: "j" is 3 in [2, 3] and 4 in [4, 5]',
  "einsum, third": 'einsum: "i" is 2 in [2, 3] and 6 in [3, 6]',
  "einsum, diagonal": 'einsum: "i" is 2 in [2, 3] and 3 in [2, 3]',
  "einsum, dots": 'einsum: "..." is [2] in [2, 3] and [5] in [5, 3]',
  "einsum, rank": 'einsum: "ijk" is for rank 3, [2, 3] has rank 2',
  "einsum, rank and dots": 'einsum: "i...jk" is for rank 3 or more, [2, 3] has rank 2',
  "einsum, tensors": 'einsum: number of tensors for "ij,jk->ik" is 1, expected 2',
  "einsum, letters": 'einsum: "ij;jk" is not made of letters and at most one "..."',
  "einsum, two arrows": 'einsum: "jk->k" is not made of letters and at most one "..."',
  "einsum, output": 'einsum: "k" is in the output of "ij->ik", but in no term',
  "einsum, output twice": 'einsum: "i" is twice in the output of "ij->ii"',
  "einsum, output without dots": 'einsum: "..." is not in the output of "...i->i"',

  square: "inverse: expects square matrices, got [4, 2, 3]",
  "square, vector": "cholesky: expects at least 2 axes, got [3]",
  "qr, vector": "qr: expects at least 2 axes, got [3]",
  "svd, scalar": "svd: expects at least 2 axes, got []",
  eigh: "eigh: expects square matrices, got [2, 3]",
  "solve, sizes": "solve: [3, 3] x [2, 4]: inner dimensions 3 and 2 differ",
  "solve, batch":
    "triangularSolve: [2, 3, 3] x [5, 3, 1]: batch dimensions [2] and [5] do not broadcast",

  axis: "sum: axis -3 is out of range for [100, 784]",
  "axis, scalar": "sum: axis 0 is out of range for []",
  "axis, in a list": "sum: axis 2 is out of range for [100, 784]",
  "axis, repeated": "sum: axis -1 is repeated in [1, -1]",
  "axis, empty": "max: axis 1 of [2, 0] has size 0, expected at least 1",
  "axis, all and empty": "max: axis 0 of [0, 3] has size 0, expected at least 1",
  transpose: "transpose: expects at least 2 axes, got [3]",
  "permute, range": "permute: axis 2 is out of range for [2, 3]",
  "permute, repeated": "permute: axis -1 is repeated in [1, -1]",
  "permute, missing": "permute: [1, 0] does not name every axis of [2, 3, 4]",
  expandDims: "expandDims: axis 3 is out of range for [2, 3]",
  squeeze: "squeeze: axis 1 of [2, 3] has size 3, expected 1",
  "squeeze, empty": "squeeze: axis 0 of [0, 3] has size 0, expected 1",
  "squeeze, in a list": "squeeze: axis -2 of [1, 2, 1] has size 2, expected 1",
  "squeeze, range": "squeeze: axis 2 is out of range for [2, 1]",

  reshape: "reshape: [100, 28, 28] has 78400 elements, [100, 783] has 78300",
  "reshape, to a scalar": "reshape: [2] has 2 elements, [] has 1",
  "reshape, open": "reshape: [2, 6] has 12 elements, [5, -1] needs a multiple of 5",
  "reshape, two open": "reshape: [-1, -1] has more than one -1",
  "reshape, any": "reshape: [2, 0] has 0 elements, -1 in [0, -1] could be any size",
  "reshape, negative":
    "reshape: dimension 0 of [-2, 6] is -2, expected a non-negative integer, or -1 once",
  "reshape, fraction":
    "reshape: dimension 1 of [2, 1.5] is 1.5, expected a non-negative integer, or -1 once",
  flatten: "flatten: axis 2 is out of range for [2, 3]",
  "flatten, scalar": "flatten: axis 1 is out of range for []",

  "concat, sizes": "concat: [2, 3] and [2, 4] differ outside axis 0",
  "concat, third": "concat: [2, 3] and [4, 2] differ outside axis -2",
  "concat, ranks": "concat: [2, 3] and [2] differ outside axis 0",
  "concat, axis": "concat: axis 2 is out of range for [2, 3]",
  "concat, none": "concat: expects at least 1 tensor, got none",
  "stack, shapes": "stack: [2, 3] and [2, 4] differ",
  "stack, axis": "stack: axis 3 is out of range for [2, 3]",
  "stack, none": "stack: expects at least 1 tensor, got none",
  "split, equal": "split: axis 0 of [5, 2] has size 5, not a multiple of 2",
  "split, sizes": "split: axis -1 of [5, 4] has size 4, the parts [2, 1] add up to 3",
  "split, none": "split: 0 parts, expected a positive integer",

  gather: "gather: axis 2 is out of range for [2, 3]",
  slice: "slice: axis 2 is out of range for [2, 3]",
  at: "at: index 3 is out of range for axis 0 of [3, 4]",
  "at, negative": "at: index -4 is out of range for axis 0 of [3, 4]",
  "at, scalar": "at: axis 0 is out of range for []",
  "takeAlongAxis, axis": "takeAlongAxis: axis 2 is out of range for [2, 3]",
  "takeAlongAxis, ranks": "takeAlongAxis: [2, 3] and indices [3], expected as many axes in both",
  takeAlongAxis: "takeAlongAxis: [2, 3] and indices [4, 1] do not broadcast outside axis 1",
  topK: "topK: axis -1 of [2, 3] has size 3, 5 elements cannot be taken",
  "topK, negative": "topK: axis 0 of [2, 3] has size 2, -1 elements cannot be taken",
  "slice, ranges": "slice: 3 ranges for the 2 axes of [2, 3]",
  "slice, step": "slice: step 0 of axis 1, expected an integer other than 0",
  "transpose, order": "transpose: [1, 0] does not name every axis of [2, 3, 4]",
  "tile, times": "tile: dimension 1 of [2, -1] is -1, expected a non-negative integer",
  "repeat, times": "repeat: dimension 0 of [1.5] is 1.5, expected a non-negative integer",
  "repeat, axis": "repeat: axis 2 is out of range for [2, 3]",
  tril: "tril: expects at least 2 axes, got [3]",
  triu: "triu: expects at least 2 axes, got []",
  diagonal: "diagonal: expects at least 2 axes, got [3]",
  "diagonal, axis": "diagonal: axis 2 is out of range for [2, 3]",
  "diagonal, twice": "diagonal: axis -1 is repeated in [1, -1]",
  trace: "trace: expects at least 2 axes, got [3]",
  diag: "diag: expects 1 or 2 axes, got [2, 3, 4]",
  pad: "pad: expects a pair [before, after] for each axis of [2, 3], got 1",

  "conv, rank": "conv2d: [2, 3] has 2 axes, expected 4: examples, channels, height, width",
  "conv, kernel":
    "conv1d: the kernel [2, 3] has 2 axes, expected 3: channels out, channels in, width",
  "conv, channels": "conv2d: [1, 3, 8, 8] with kernel [4, 2, 3, 3]: 3 channels, the kernel has 2",
  "conv, groups":
    "conv1d: [1, 3, 8] with kernel [4, 2, 3] in 2 groups: 3 channels, the kernel has 4",
  "conv, divisible":
    "conv1d: [1, 4, 8] with kernel [3, 2, 3] in 2 groups: 3 channels are not divisible",
  "conv, window":
    "conv2d: a window of [5, 2] (dilation [2, 1]) does not fit into [1, 1, 6, 6] with padding [[1,1],[0,1]]",
  "convTranspose, channels":
    "convTranspose1d: [1, 3, 8] with kernel [4, 2, 3]: 3 channels, the kernel has 4",
  "pool, axes":
    "maxPool: [1, 1, 4] with a window of [2, 2]: expected examples, channels, and one axis for each of the window's",
  "pool, no axes":
    "averagePool: [4, 4] with a window of 2: expected examples, channels, and one axis for each of the window's",
  "pool, window":
    "maxPool: a window of [5, 5] (dilation [1, 1]) does not fit into [1, 1, 4, 9] with padding [[0,0],[0,0]]",

  ragged: "tensor: ragged nested array: element [1] has shape [1], element [0] has [2]",
  "ragged, deep":
    "tensor: ragged nested array: element [1, 2] has shape [2], element [1, 0] has []",
  "tensor of a shape": "tensor: [4] has 4 elements, [2, 3] has 6",
} as const;

export type Messages = typeof messages;

/** Operations on two operands: each is called `[2] and [3] do not broadcast` by its own name. */
export const binaryOperations = [
  "add",
  "sub",
  "mul",
  "div",
  "mod",
  "pow",
  "maximum",
  "minimum",
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
  "logicalAnd",
  "logicalOr",
] as const;

export type BinaryMisfit<Operation extends string> =
  `${Operation}: [2] and [3] do not broadcast: 2 and 3 differ`;

/** Operations along an axis that a vector has not. */
export const axisOperations = [
  "sum",
  "mean",
  "max",
  "min",
  "logSumExp",
  "argMax",
  "argMin",
  "softmax",
  "logSoftmax",
  "argSort",
  "sort",
  "cumSum",
  "cumProd",
  "flip",
] as const;

export type AxisMisfit<Operation extends string> = `${Operation}: axis 1 is out of range for [2]`;
