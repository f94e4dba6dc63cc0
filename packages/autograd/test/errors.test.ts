// What is said to the usual mistakes of those who have no compiler to tell them. (Of shapes:
// shape-messages.test.ts.)
import {
  arange,
  averagePool,
  backward,
  compile,
  concat,
  convTranspose1d,
  customGradient,
  einsum,
  external,
  findNaN,
  gather,
  grad,
  gradients,
  hessian,
  jacobian,
  maxPool,
  NablaError,
  oneHot,
  ones,
  parameter,
  random,
  setBackend,
  stack,
  type Tensor,
  tensor,
  tensordot,
  vmap,
  zeros,
} from "@nabla/autograd";
import { expect, test } from "vitest";

/** For what the compiler would not let through. */
// oxlint-disable-next-line typescript/no-explicit-any
type Any = any;

const matrix: Tensor<[2, 3]> = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

/** What stands for a value while a function is traced, kept until after. */
function leftByTrace(): Tensor {
  let left: Tensor = matrix;
  compile((x: Tensor) => {
    left = x.mul(2);
    return x;
  })(matrix);
  return left;
}

const mistakes: readonly (readonly [run: () => unknown, message: string])[] = [
  [() => tensor([1]).add("x" as Any), 'add: got "x", expected a tensor or a number'],
  [
    // As another copy's tensors are marked; strangers/two-copies has one.
    () => tensor([1]).add({ [Symbol.for("@nabla/autograd.tensor")]: true } as Any),
    "add: got a tensor of another copy of @nabla/autograd (have one: npm ls @nabla/autograd), " +
      "expected a tensor or a number",
  ],
  [
    () => tensor([1]).add([1] as Any),
    "add: got an array (tensor(array) makes a tensor), expected a tensor or a number",
  ],
  [
    () => (tensor([1]) as Any) < 2,
    "a tensor is not a number: x.add(y), x.less(y) make tensors, x.itemSync() gives the number",
  ],
  [
    () => tensor([[1, 2], [3]] as Any),
    "tensor: ragged nested array: element [1] has shape [1], element [0] has [2]",
  ],
  [
    () => tensor([1, [2]] as Any),
    "tensor: ragged nested array: element [1] has shape [1], element [0] has []",
  ],
  [
    () => JSON.stringify({ x: matrix }),
    "JSON.stringify: a tensor is not plain data: x.arraySync() gives its values, toJSON(x) its graph",
  ],
  [() => matrix.argMax([0, 1] as Any), "argMax: axis is [0, 1], expected one integer"],
  [() => matrix.argMin([0, 1] as Any), "argMin: axis is [0, 1], expected one integer"],
  [
    () => random.normal([2], { dtype: "int32" }),
    'random.normal: dtype is "int32", expected "float32" or "float64"',
  ],
  [() => tensor(null as Any), "tensor: found null among the values, expected numbers"],
  [
    () =>
      tensor([
        [1, 2],
        [3, "27.2"],
      ] as Any),
    'tensor: found "27.2" among the values at [1, 1], expected numbers',
  ],
  [
    () => tensor(new Float32Array(5), { shape: [2, 3] }),
    "tensor: [5] has 5 elements, [2, 3] has 6",
  ],
  [
    () => tensor([1], { dtype: "float8" as Any }),
    'tensor: dtype is "float8", expected "bool", "uint8", "int32", "float16", "bfloat16", "float32", "float64"',
  ],
  [
    () => convTranspose1d(ones([1, 1, 4]), ones([1, 1, 2]), { outputPadding: (2 ** 40) as Any }),
    "convTranspose1d: [1, 1, 1, 1099511627781] has 1099511627781 elements, expected less than 2^31",
  ],
  [() => (zeros as Any)(2, 3), "zeros: shape is 2, expected an array of sizes"],
  [() => arange(0, 1, 0), "arange: 0 to 1 in steps of 0 does not end"],
  [
    () => tensor([1, 2]).itemSync(),
    "itemSync: [2] has 2 elements, expected 1; for all of them: array() or data()",
  ],
  [
    () => gather(tensor([1, 2]), 0, tensor([0.5])),
    'gather: indices are float32, expected int32 or uint8: tensor(indices, { dtype: "int32" })',
  ],
  [
    () => gather(tensor([1, 2]), 0, tensor([0, 5], { dtype: "int32" })).arraySync(),
    "gather: index 5 is out of range for axis 0 of [2]",
  ],
  [
    () => oneHot(tensor([-1], { dtype: "int32" }), 3).arraySync(),
    "oneHot: label -1 is out of range for 3 classes",
  ],
  [
    () => oneHot(tensor([3], { dtype: "int32" }), 3).arraySync(),
    "oneHot: label 3 is out of range for 3 classes",
  ],
  [
    () => backward(parameter(zeros([100, 10])).mul(2)),
    "backward: the cost must be one number, got [100, 10]; " +
      "reduce it (mean, sum) or give a seed gradient of that shape",
  ],
  [
    () => backward(tensor([1]).sum()),
    "backward: the cost depends on no parameter: nothing can be learnt",
  ],
  [
    () => gradients(tensor(1), tensor(1) as Any),
    "gradients: expects a list of tensors to differentiate with respect to",
  ],
  [
    () => gradients(tensor([1], { dtype: "int32" }).max(), []),
    "gradients: the cost is int32, expected float32 or float64; " +
      "only numbers with fractions have gradients",
  ],
  [() => parameter([1, 2], { name: "w" }).assign(tensor([1])), 'assign: got [1], "w" is [2]'],
  [
    () => parameter([1], { name: "w" }).assign(tensor([1], { dtype: "int32" })),
    'assign: got int32, "w" is float32',
  ],
  [
    () => compile((x: Tensor) => tensor(x.sum().itemSync()))(tensor([1, 2])),
    "itemSync: this value is not known while compile(), vmap(), scan() or the like traces the function; " +
      "return the tensor and read it outside, or choose by where()",
  ],
  [
    () => compile((x: Any) => tensor(x))(3 as Any),
    "compile: got 3 as argument 0, expected a tensor, or an array or plain object of tensors",
  ],
  [
    () => matrix.sum({ keepDims: true } as Any),
    "sum: axis is an object, expected an integer or a list of integers; options come after it",
  ],
  [
    () => matrix.sum("rows" as Any),
    'sum: axis is "rows", expected an integer or a list of integers; options come after it',
  ],
  [() => matrix.softmax(2 as Any), "softmax: axis 2 is out of range for [2, 3]"],
  [() => matrix.at(0.5 as Any), "at: index 0.5 is out of range for axis 0 of [2, 3]"],
  [() => (matrix as Any).permute(1, 0), "permute: axis is 1, expected a list of integers"],
  [() => (matrix as Any).reshape(3, 2), "reshape: shape is 3, expected an array of sizes"],
  [() => (matrix as Any).reshape([4, 2]), "reshape: [2, 3] has 6 elements, [4, 2] has 8"],
  [() => (matrix as Any).reshape([-1, -1]), "reshape: [-1, -1] has more than one -1"],
  [() => matrix.matmul(matrix as Any), "matmul: [2, 3] x [2, 3]: inner dimensions 3 and 2 differ"],
  [() => matrix.matmul(2 as Any), "matmul: got 2, expected a tensor"],
  [() => matrix.add(tensor([1, 2]) as Any), "add: [2, 3] and [2] do not broadcast: 3 and 2 differ"],
  [() => (matrix as Any).add(), "add: got undefined, expected a tensor or a number"],
  [() => (matrix as Any).clip(0), "clip: high is undefined, expected a number"],
  [
    () => matrix.slice([[0, 2, 0]] as Any),
    "slice: step 0 of axis 0, expected an integer other than 0",
  ],
  [
    () => (matrix as Any).slice({ from: 0, to: 1 }),
    "slice: expects an axis, from and to, or a list of ranges [from, to, step], one an axis",
  ],
  [
    () => concat([matrix, tensor([[1, 2]])] as Any, 0),
    "concat: [2, 3] and [1, 2] differ outside axis 0",
  ],
  [
    () => (concat as Any)(matrix, matrix),
    "concat: expects a list of tensors: concat([a, b], axis)",
  ],
  [() => stack([] as Any), "stack: expects at least 1 tensor, got none"],
  [
    () => (einsum as Any)("ij->iz", matrix),
    'einsum: "z" is in the output of "ij->iz", but in no term',
  ],
  [
    () => (einsum as Any)("ij;jk->ik", matrix, matrix),
    'einsum: "ij;jk" is not made of letters and at most one "..."',
  ],
  [
    () => (einsum as Any)(matrix, matrix),
    "einsum: expression is a tensor of shape [2, 3], expected a string",
  ],
  [
    () => zeros([Number.NaN, 2]),
    "zeros: dimension 0 of [NaN, 2] is NaN, expected a non-negative integer",
  ],
  [
    () => zeros([2, -1] as Any),
    "zeros: dimension 1 of [2, -1] is -1, expected a non-negative integer",
  ],
  [
    () => zeros(["2"] as Any),
    'zeros: dimension 0 of ["2"] is "2", expected a non-negative integer',
  ],
  [
    () => zeros([2], "float64" as Any),
    'zeros: options are "float64", expected an object such as { dtype }',
  ],
  [
    () => tensor([tensor(1), tensor(2)] as Any),
    "tensor: found a tensor of shape [] among the values at [0], expected numbers; stack or concat put tensors together",
  ],
  [
    () => random.normal([2], { seed: "a" as Any }),
    'random.normal: the seed is "a", expected an integer',
  ],
  [
    () => parameter([1, 2], { name: "w" }).assign(new Float64Array(2)),
    'assign: got float64, "w" is float32',
  ],
  [
    () => backward(parameter([0.4], { name: "w" }).round().sum()),
    'backward: no gradient goes to parameter "w": round passes on none: piecewise constant',
  ],
  [
    () => backward(parameter([1, 2]).argMax()),
    "backward: the cost is int32, expected float32 or float64; " +
      "only numbers with fractions have gradients",
  ],
  [() => grad(matrix as Any), "grad: got a tensor of shape [2, 3], expected a function"],
  [() => grad((() => 3) as Any)(matrix), "grad: got 3, expected a tensor"],
  [
    () => grad((async (x: Tensor) => x.sum()) as Any)(matrix),
    "grad: got a promise (await it first), expected a tensor",
  ],
  [
    () => grad((x: Tensor) => x.mul(2))(matrix),
    "grad: the cost must be one number, got [2, 3]; " +
      "reduce it (mean, sum) or give a seed gradient of that shape",
  ],
  [
    () => grad((x: Tensor) => x.sum())(3 as Any),
    "grad: got 3, expected a tensor, or an array or plain object of tensors",
  ],
  [
    () => grad((x: Tensor) => x.max())(tensor([1, 2], { dtype: "int32" })),
    "grad: the cost is int32, expected float32 or float64; " +
      "only numbers with fractions have gradients",
  ],
  [() => compile(matrix as Any), "compile: got a tensor of shape [2, 3], expected a function"],
  [
    () => compile((async (x: Tensor) => x) as Any)(matrix),
    "compile: got a promise (await it first) as the result, expected a tensor, or an array or plain object of tensors",
  ],
  [
    () => {
      const left = leftByTrace();
      compile((x: Tensor) => x.add(left))(matrix);
    },
    "compile: the function uses a tensor that another traced function has left, " +
      "whose value is not known; return it there, and give what is returned to this one",
  ],
  [
    () => leftByTrace().arraySync(),
    "arraySync: this value is not known while compile(), vmap(), scan() or the like traces the function; " +
      "return the tensor and read it outside, or choose by where()",
  ],
  [
    () => convTranspose1d(ones([2, 2, 0]), ones([2, 2, 2]), { groups: 2, stride: 3, padding: 1 }),
    "convTranspose1d: a window of [2] (dilation [1]) does not fit into [2, 2, 0] with padding [[1,1]]",
  ],
  [
    () => convTranspose1d(ones([1, 1, 4]), ones([1, 1, 0])),
    "convTranspose1d: a window of [0] (dilation [1]) does not fit into [1, 1, 4] with padding [[0,0]]",
  ],
  [
    () => convTranspose1d(ones([1, 1, 1]), ones([1, 1, 1]), { padding: 2 }),
    "convTranspose1d: a window of [1] (dilation [1]) does not fit into [1, 1, 1] with padding [[2,2]]",
  ],
  [
    () => tensor([1]).sum(0, new Date() as Any),
    "sum: options are a Date, expected an object such as { keepDims }",
  ],
  [() => tensor([1]).sum(0, { keepDims: 1 as Any }), "sum: keepDims is 1, expected true or false"],
  [() => external(5 as Any), "external: got 5, expected a function"],
  [() => external(() => "2" as Any), 'external: what the function gives is "2", expected a number'],
  [() => vmap(3 as Any), "vmap: got 3, expected a function"],
  [
    () => vmap((x: Tensor) => x)(tensor(1) as Any),
    "vmap: axis 0 of examples is out of range for an argument of []",
  ],
  [
    () => customGradient((x: Tensor) => x, undefined as Any),
    "customGradient: the rule is undefined, expected a function",
  ],
  [
    () => hessian((x: Tensor) => x)(tensor([1, 2])),
    "hessian: the cost must be one number, got [2]; " +
      "reduce it (mean, sum) or give a seed gradient of that shape",
  ],
  [
    () => findNaN(parameter([1]).grad as Any),
    "findNaN: got null, expected a tensor; a parameter has a gradient from backward() to the step",
  ],
  [
    () => {
      setBackend("gpu");
    },
    'setBackend: "gpu" is not a back end, expected "wasm" or "reference"',
  ],
];

test.each(mistakes.map(([run, message]) => ({ run, message })))("$message", ({ run, message }) => {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(NablaError);
  const { message: said } = thrown as Error;
  // Other tests register back ends of their own, which come after these.
  if (message.startsWith('setBackend: "gpu"')) expect(said.slice(0, message.length)).toBe(message);
  else expect(said).toBe(message);
});

test("an error of reading names the method that was called", async () => {
  const two = tensor([1, 2]);
  const expected = "[2] has 2 elements, expected 1; for all of them: array() or data()";
  await expect(two.item()).rejects.toThrow(`item: ${expected}`);
  expect(() => two.itemSync()).toThrow(`itemSync: ${expected}`);
  await expect(two.data("int32")).rejects.toThrow("data: the tensor is float32");
  const left = leftByTrace();
  await expect(left.data()).rejects.toThrow(/^data: /);
  expect(() => left.dataSync()).toThrow(/^dataSync: /);
  await expect(left.array()).rejects.toThrow(/^array: /);
  expect(() => left.arraySync()).toThrow(/^arraySync: /);
});

const deep = ones(Array(64).fill(1) as Any) as Tensor;
const tooDeep: Readonly<Record<string, () => unknown>> = {
  expandDims: () => deep.expandDims(0 as never),
  stack: () => stack([deep, deep] as never),
  tile: () => (deep as Any).tile(2),
  repeat: () => (deep as Any).repeat(2, 0),
  dot: () => (deep as Any).dot(deep),
  tensordot: () => (tensordot as Any)(deep, deep, 1),
  maxPool: () => (maxPool as Any)(deep, Array(62).fill(1)),
  averagePool: () => (averagePool as Any)(deep, Array(62).fill(1)),
  jacobian: () => jacobian((x: Tensor) => x.mul(2))(deep),
  hessian: () => hessian((x: Tensor) => x.square().sum())(deep),
};

test.each(Object.keys(tooDeep))(
  "%s of 64 axes says its own name where it would have more",
  (name) => {
    expect(tooDeep[name]).toThrow(
      new RegExp(`^${name}: a shape of \\d+ axes, expected at most 64$`),
    );
  },
);
