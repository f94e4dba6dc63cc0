// Tensors: immutable handles on nodes of the graph. Their methods are declared, with their
// docstrings, beside the function of the same name: arithmetic.ts, reduce.ts, ….
import { answered, finishBackground, readsInOrder, type Task } from "../engine/background.ts";
import { tracingError, valueOf, valueTask } from "../engine/realize.ts";
import { describe } from "../graph/describe.ts";
import { DTypeError, NablaError, ShapeError } from "../graph/errors.ts";
import { dataOf, type Node, type Value } from "../graph/node.ts";
import { elementCount, formatShape, type Shape } from "../graph/shape.ts";
import { currentCall } from "../graph/site.ts";
import { identity, slice, squeeze } from "../ops/movement.ts";
import { cast, type Operand as NodeOperand } from "../ops/operands.ts";
import {
  computedDType,
  type DataOf,
  type DType,
  isHalf,
  type Numbers,
  numbersIn,
} from "../scalar/dtype.ts";
import { formatTensor, type NestedNumbers, nest } from "./format.ts";
import { later } from "./later.ts";
import { detached, settle } from "./settle.ts";
import { changesWithCalls, replayedTrace } from "./trace.ts";

/** A tensor, or a number that takes the other operand's dtype. */
export type Operand = number | Tensor;

/** The shape of an operand; a number is a scalar. Distributes over unions of tensors. */
export type ShapeOf<X> = X extends Tensor<infer S> ? S : readonly [];

/** The result of `array()`: arrays nested as deep as the shape, `number` for a scalar. */
export type ArrayOf<S extends Shape> = number extends S["length"]
  ? NestedNumbers
  : S extends readonly [number, ...infer Rest extends Shape]
    ? ArrayOf<Rest>[]
    : number;

const noNotes: readonly unknown[] = [];

/**
 * An array of numbers of one dtype, with any number of axes. It is a handle on a graph: operations
 * build larger graphs, and nothing is computed until a value is read.
 *
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * x.mul(10).add(1).arraySync(); // => [[11, 21], [31, 41]]
 */
export class Tensor<out S extends Shape = Shape> {
  #node: Node;
  #notes: readonly unknown[] = noNotes;

  /** @internal Functions create tensors: `tensor`, `zeros`, operations. */
  constructor(node: Node) {
    this.#node = node;
  }

  /** @internal Notes that others have attached to it. */
  static notesOn(x: Tensor): readonly unknown[] {
    return x.#notes;
  }

  /** @internal */
  static setNotes(x: Tensor, notes: readonly unknown[]): void {
    x.#notes = notes;
  }

  /** @internal */
  static nodeOf(x: Tensor): Node {
    const node = detached(x.currentNode());
    x.#node = node;
    currentCall.uses(node.cell.site);
    return node;
  }

  /** @internal The node of the current value; a parameter's changes. */
  protected currentNode(): Node {
    return this.#node;
  }

  /** Sizes of the axes, outermost first; `[]` for a scalar. Frozen. */
  get shape(): Readonly<S> {
    return this.#node.shape as Readonly<S>;
  }

  /** The type of the elements. */
  get dtype(): DType {
    return this.#node.dtype;
  }

  /** The number of elements. */
  get size(): number {
    return elementCount(this.#node.shape);
  }

  /** The number of axes. */
  get rank(): number {
    return this.#node.shape.length;
  }

  /**
   * Computes the elements in row-major order, as a typed array of the dtype; a copy. Given the
   * expected dtype, the compiler knows the type of the array; floats of 16 bits come as a Float32Array.
   * Runs of some milliseconds do not block the event loop, if the host has workers that share memory.
   *
   * @example
   * await tensor([[1, 2], [3, 4]]).matmul(tensor([1, 1])).data(); // => Float32Array [3, 7]
   */
  data<D extends DType = DType>(dtype?: D): Promise<DataOf<D>>;
  async data(dtype?: DType): Promise<Numbers> {
    const node = Tensor.nodeOf(this);
    checkDType("data", node, dtype);
    const value = await readLater("data", node);
    // A node's own data must not change; data read from a device is a copy already.
    return value === node.cell.value ? value.slice() : value;
  }

  /**
   * Computes the elements in row-major order, as a typed array of the dtype; a copy. Given the
   * expected dtype, the compiler knows the type of the array; floats of 16 bits come as a Float32Array.
   * Throws `DTypeError` if the tensor has another: `cast` converts.
   *
   * @example
   * tensor([[1, 2], [3, 4]]).dataSync(); // => Float32Array [1, 2, 3, 4]
   * const numbers: Int32Array = tensor([1, 2], { dtype: "int32" }).dataSync("int32");
   */
  dataSync<D extends DType = DType>(dtype?: D): DataOf<D>;
  dataSync(dtype?: DType): Numbers {
    checkDType("dataSync", Tensor.nodeOf(this), dtype);
    const value = readNow("dataSync", this);
    const isOwn = ArrayBuffer.isView(value) && !isHalf(this.dtype);
    const numbers = numbersIn(this.dtype, dataOf(value, "dataSync"));
    return isOwn ? numbers.slice() : numbers;
  }

  /**
   * Computes the elements as arrays nested as deep as the shape; a number for a scalar. Like
   * `data`, it does not block the event loop.
   */
  async array<X extends Tensor>(this: X): Promise<ArrayOf<ShapeOf<X>>> {
    return nest(await readLater("array", Tensor.nodeOf(this)), this.shape);
  }

  /**
   * Computes the elements as arrays nested as deep as the shape; a number for a scalar. A bool is 0
   * or 1.
   *
   * @example
   * tensor([1, 2, 3]).greater(1).arraySync(); // => [0, 1, 1]
   */
  arraySync<X extends Tensor>(this: X): ArrayOf<ShapeOf<X>> {
    return nest(numbersNow("arraySync", this), this.shape);
  }

  /**
   * Computes the only element, as a number. Throws `ShapeError` unless there is exactly one. Like
   * `data`, it does not block the event loop.
   */
  async item(): Promise<number> {
    checkOne("item", Tensor.nodeOf(this));
    return (await readLater("item", Tensor.nodeOf(this)))[0]!;
  }

  /**
   * Computes the only element, as a number. Throws `ShapeError` unless there is exactly one.
   *
   * @example
   * tensor([1, 2, 3]).sum().itemSync(); // => 6
   */
  itemSync(): number {
    checkOne("itemSync", Tensor.nodeOf(this));
    return numbersNow("itemSync", this)[0]!;
  }

  /**
   * Computes the value now, if it is not known yet. Returns the tensor itself. A function that
   * `compile` traces computes when it is called.
   */
  realize(): this {
    const node = Tensor.nodeOf(this);
    if (!replayedTrace()) valueOf("realize", node);
    return this;
  }

  /** Formats the values if they are known, else the graph that will compute them; nothing runs. */
  toString(): string {
    return formatTensor(Tensor.nodeOf(this));
  }

  /**
   * Throws `NablaError` where a number is expected, as in `x + 1` and `x < y`: use methods for
   * that. In a string it is `toString()`.
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new NablaError(
      "a tensor is not a number: x.add(y), x.less(y) make tensors, x.itemSync() gives the number",
    );
  }

  /**
   * Throws `NablaError`: `JSON.stringify` would have to compute the values, and cannot tell whether
   * these or the graph are meant.
   *
   * @example
   * JSON.stringify({ x: tensor([1, 2]) }); // => throws JSON.stringify: a tensor is not plain data
   * JSON.stringify({ x: tensor([1, 2]).arraySync() }); // => {"x":[1,2]}
   */
  toJSON(): never {
    throw new NablaError(
      "JSON.stringify: a tensor is not plain data: x.arraySync() gives its values, toJSON(x) its graph",
    );
  }

  /**
   * Iterates over the slices along the first axis.
   *
   * @example
   * [...tensor([[1, 2], [3, 4]])].map((row) => row.sum().itemSync()); // => [3, 7]
   */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    if (this.rank === 0)
      throw new ShapeError(
        "iteration: a scalar has no axis to go along; itemSync() gives its number",
      );
    for (let i = 0; i < this.shape[0]!; i++) {
      yield tensorOf(squeeze(slice(Tensor.nodeOf(this), 0, i, i + 1), 0));
    }
  }
}

function checkDType(operation: string, node: Node, dtype: DType | undefined): void {
  if (dtype === undefined || dtype === node.dtype) return;
  const expected = `expected ${describe(dtype)}: cast(dtype) converts`;
  throw new DTypeError(`${operation}: the tensor is ${node.dtype}, ${expected}`);
}

function checkOne(operation: string, { shape }: Node): void {
  const size = elementCount(shape);
  if (size === 1) return;
  const given = `${formatShape(shape)} has ${size} elements`;
  throw new ShapeError(`${operation}: ${given}, expected 1; for all of them: array() or data()`);
}

/** The value, for a reader: throws while a function is traced whose calls have other values. */
export function readNow(operation: string, x: Tensor): Value {
  let node = Tensor.nodeOf(x);
  if (!node.cell.value || readsInOrder()) {
    // The current run may take back a parameter's assignment.
    finishBackground(operation);
    node = Tensor.nodeOf(x);
  }
  if (changesWithCalls(node)) throw tracingError(operation);
  return valueOf(operation, node);
}

/** The elements; not to be written to. Throws as `readNow` does. */
export function numbersNow(operation: string, x: Tensor): Numbers {
  return numbersIn(x.dtype, dataOf(readNow(operation, x), operation));
}

/** The elements, when they are known; not to be written to. */
export async function readLater(operation: string, node: Node): Promise<Numbers> {
  if (changesWithCalls(node)) throw tracingError(operation);
  const { value } = node.cell;
  // Known elements wait for no run.
  if (value && ArrayBuffer.isView(value)) return numbersIn(node.dtype, value);
  return later(elementsTask(operation, node));
}

function* elementsTask(operation: string, node: Node): Task<Numbers> {
  const value = yield* valueTask(operation, node);
  return numbersIn(node.dtype, ArrayBuffer.isView(value) ? value : yield* answered(value.read()));
}

/** Marks tensors of every copy of this package. */
const brand = Symbol.for("@nabla/autograd.tensor");
Object.defineProperty(Tensor.prototype, brand, { value: true });

// What console.log shows in Node: without the graph of an unknown value, which may be large.
Object.defineProperty(Tensor.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Tensor): string {
    const node = Tensor.nodeOf(this);
    if (node.cell.value) return this.toString();
    const what = `Tensor ${node.dtype} ${formatShape(node.shape)}`;
    return `${what}, not computed yet: arraySync() gives its values, print(x) its graph`;
  },
});

/**
 * Makes each `f(x, …)` callable as `x.f(…)`. The calling file declares the methods' types.
 */
export function addMethods(
  functions: Readonly<Record<string, (...given: never[]) => unknown>>,
): void {
  for (const [name, f] of Object.entries(functions)) {
    const value = function (this: Tensor, ...rest: unknown[]): unknown {
      return f(...([this, ...rest] as never[]));
    };
    Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
  }
}

/** Wraps the node of an operation in a tensor. */
export function tensorOf<S extends Shape>(node: Node): Tensor<S> {
  currentCall.end(node.operation.name, node.shape, node.inputs.length === 0);
  return new Tensor<S>(settle(node));
}

/**
 * Wraps the node of an operation on `x` in a tensor. If the operation left `x` as it is, the tensor
 * gets a node of its own: a derivative by it is not one by `x`.
 */
export function tensorOn<S extends Shape>(x: Node, node: Node): Tensor<S> {
  return tensorOf(node === x ? identity(x) : node);
}

/** The node of a tensor that a user passed to `operation`. */
export function nodeOf(operation: string, x: Tensor): Node {
  currentCall.begin(operation);
  if (x instanceof Tensor) return Tensor.nodeOf(x);
  throw new NablaError(`${operation}: got ${given(x)}, expected a tensor`);
}

/** The same as it is computed with: floats of 16 bits as float32. */
export function computedNodeOf(operation: string, x: Tensor): Node {
  return computed(nodeOf(operation, x));
}

function computed(node: Node): Node {
  return cast(node, computedDType(node.dtype));
}

/** The node, or the number, that a user passed to `operation`, as it is computed with. */
export function operandOf(operation: string, x: Operand): NodeOperand {
  const operand = storedOperandOf(operation, x);
  return typeof operand === "number" ? operand : computed(operand);
}

/** The same as it is stored. */
export function storedOperandOf(operation: string, x: Operand): NodeOperand {
  if (typeof x === "number") return x;
  if (x instanceof Tensor) return Tensor.nodeOf(x);
  throw new NablaError(`${operation}: got ${given(x)}, expected a tensor or a number`);
}

/** Whether it is a tensor of another copy of this package. */
export function isForeign(x: unknown): boolean {
  return typeof x === "object" && x !== null && brand in x && !(x instanceof Tensor);
}

/** Describes a value that was passed in place of a tensor, for errors. */
export function given(x: unknown): string {
  if (isForeign(x)) {
    return "a tensor of another copy of @nabla/autograd (have one: npm ls @nabla/autograd)";
  }
  const hint = Array.isArray(x) || ArrayBuffer.isView(x) ? " (tensor(array) makes a tensor)" : "";
  return describe(x) + hint;
}
