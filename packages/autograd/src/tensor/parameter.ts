// Parameters: named cells that hold a tensor and can be given another. A graph built on a parameter
// means the value that it had then.

import { valueOf } from "../engine/realize.ts";
import { DTypeError, ShapeError } from "../graph/errors.ts";
import type { Node, Value } from "../graph/node.ts";
import { formatShape, type Shape, shapesEqual } from "../graph/shape.ts";
import { endCall } from "../graph/site.ts";
import { parameterValue } from "../ops/creation.ts";
import { alias, stopGradient } from "../ops/elementwise.ts";
import type { Data, DType } from "../scalar/dtype.ts";
import { GradientCell } from "./gradient-cell.ts";
import type * as T from "./shapes.ts";
import { Tensor, tensorOf } from "./tensor.ts";
import { currentTrace, replayedTrace, type Trace } from "./trace.ts";
import { nodeOfValues } from "./values.ts";

/** Which parameter a node is a value of. */
const parameters = new WeakMap<Node, Parameter>();
let unnamed = 0;

/** The parameter that `node` is a value of, if it is one. */
export function parameterOf(node: Node): Parameter | undefined {
  return parameters.get(node);
}

/**
 * A tensor that can be given another value, and collects its gradient. Made by `parameter`.
 *
 * @example
 * const w = parameter([1, 2], { name: "w" });
 * w.mul(w).sum().backward();
 * w.grad?.arraySync(); // => [2, 4]
 * w.assign(w.sub(1));
 * w.arraySync(); // => [0, 1]
 */
export class Parameter<out S extends Shape = Shape> extends Tensor<S> {
  /** What printed graphs and errors call it. */
  readonly name: string;
  /** The nodes that stand for the value now, and for the one before. */
  #current: Node[] = [];
  #previous: Node[] = [];
  readonly #home = {};
  readonly #gradient = new GradientCell();

  /** @internal Use `parameter`. */
  constructor(node: Node, name: string) {
    super(node);
    this.name = name;
    this.#begin(node);
  }

  /**
   * What `backward` has added up; null: nothing yet. A gradient is used once: an optimiser's step
   * takes it, and leaves null. What it leaves in parameters of others is for the steps that follow;
   * the next `backward` that reaches such a parameter starts afresh, and adds nothing to it. May be
   * set: to null, or to what `step` is to use instead.
   */
  get grad(): Tensor<S> | null {
    return this.#gradient.read() as Tensor<S> | null;
  }

  set grad(value: Tensor<S> | null) {
    this.#gradient.write(value);
  }

  /** @internal Where its gradient is kept. */
  static gradientOf(parameter: Parameter): GradientCell {
    return parameter.#gradient;
  }

  /** @internal A value by itself once it is known: what it was computed from need not be kept. */
  protected override currentNode(): Node {
    const node = this.#current.at(-1)!;
    const trace = currentTrace();
    // While a function is traced, what it has not assigned itself is an input.
    const value = trace && !trace.assigned.has(this) ? valueOf("compile", node) : node.cell.value;
    const isInput = trace && !trace.assigned.has(this);
    if (!value || node.family === "source") {
      if (isInput) replayedTrace()?.ofParameters.add(node);
      return node;
    }
    const source = this.#valueOf(node, value);
    if (isInput) replayedTrace()?.ofParameters.add(source);
    // It was written where what it was computed by was.
    node.cell.site?.fix();
    source.cell.site = node.cell.site;
    return this.#hold(source);
  }

  #valueOf(node: Node, value: Value): Node {
    return parameterValue(value, node.shape, node.dtype, this.name);
  }

  /**
   * A node of its own, so that a gradient with respect to it is not one of what it was made from.
   */
  #begin(node: Node): void {
    for (const old of this.#current) delete old.cell.home;
    this.#current = [];
    const own = node.cell.value ? this.#valueOf(node, node.cell.value) : alias(node);
    own.cell.home = this.#home;
    this.#hold(own);
  }

  #hold(node: Node): Node {
    this.#current.push(node);
    parameters.set(node, this);
    return node;
  }

  /**
   * Gives it another value, of the same shape and dtype; nothing is computed yet. Graphs built
   * before keep the old value, which stays readable until the update after this one: a graph that
   * is first read later throws. Use `snapshot` for values that must stay longer.
   */
  assign(value: Tensor | T.Nested | Data): this {
    const node = value instanceof Tensor ? Tensor.nodeOf(value) : this.#converted(value);
    if (!shapesEqual(node.shape, this.shape)) {
      const given = formatShape(node.shape);
      throw new ShapeError(`assign: got ${given}, "${this.name}" is ${formatShape(this.shape)}`);
    }
    if (node.dtype !== this.dtype) {
      throw new DTypeError(`assign: got ${node.dtype}, "${this.name}" is ${this.dtype}`);
    }
    const trace = currentTrace();
    if (trace) this.#noteAssignment(trace);
    else this.#retire();
    this.#begin(node);
    endCall("assign", this.shape, false);
    return this;
  }

  /** The value before the one of now makes room for the next. */
  #retire(): void {
    if (!this.currentNode().cell.value) return;
    Parameter.forgetBefore(this);
    this.#previous = this.#current;
  }

  /** @internal The value before the one of now is not to be trusted any more. */
  static forgetBefore(parameter: Parameter): void {
    for (const old of parameter.#previous) {
      old.cell.overwritten = parameter.name;
      delete old.cell.value;
    }
    parameter.#previous = [];
  }

  #noteAssignment(trace: Trace): void {
    if (trace.assigned.has(this)) return;
    const current = this.#current;
    trace.assigned.set(this, () => {
      this.#current = current;
    });
  }

  /** @internal Takes a value that a compiled function has computed for it. */
  static adopt(parameter: Parameter, value: Value): Node {
    const { shape, dtype } = parameter;
    parameter.#retire();
    parameter.#begin(parameterValue(value, shape, dtype, parameter.name));
    return parameter.#current.at(-1)!;
  }

  /** @internal `copy` stands for a value that `node` stands for, in the graph of one call. */
  static copied(node: Node, copy: Node): void {
    const parameter = parameters.get(node);
    if (parameter && !parameters.has(copy)) parameters.set(copy, parameter);
  }

  /** @internal `copy` has the value that `node` has, which may be a parameter's of now. */
  static isLike(node: Node, copy: Node): void {
    const parameter = parameters.get(node);
    if (!parameter || !parameter.#current.includes(node)) return;
    if (parameters.has(copy)) parameter.#current.push(copy);
  }

  /** @internal All nodes that stand for its value of now. */
  static currentNodes(parameter: Parameter): readonly Node[] {
    return parameter.#current;
  }

  /** @internal Stands for the place where a back end may keep its values. */
  static homeOf(parameter: Parameter): object {
    return parameter.#home;
  }

  #converted(values: T.Nested | Data): Node {
    return nodeOfValues("assign", values, ArrayBuffer.isView(values) ? undefined : this.dtype);
  }

  /**
   * The value of now as a tensor that no later update touches.
   *
   * @example
   * const w = parameter([1, 2]);
   * const before = w.snapshot();
   * for (let i = 0; i < 3; i++) w.assign(w.mul(2));
   * before.arraySync(); // => [1, 2]
   */
  snapshot(): Tensor<S> {
    // Each call of a compiled function has its own, which its run computes.
    if (replayedTrace()) return tensorOf(stopGradient(Tensor.nodeOf(this)));
    return tensorOf(nodeOfValues("snapshot", this.dataSync(), this.dtype, this.shape));
  }
}

/**
 * A parameter with the given first value: numbers as `tensor` takes them, or a tensor.
 *
 * @example
 * parameter([[0, 0]], { name: "weight" }).shape; // => [1, 2]
 */
export function parameter<X extends Tensor>(
  value: X,
  options?: ParameterOptions,
): Parameter<X extends Tensor<infer S> ? S : never>;
export function parameter<const V extends T.Nested | Data>(
  value: T.NestedCheck<V, V>,
  options?: ParameterOptions & { readonly dtype?: DType },
): Parameter<T.NestedShape<V>>;
export function parameter(
  value: unknown,
  { name = `parameter ${unnamed++}`, dtype }: ParameterOptions & { readonly dtype?: DType } = {},
): Parameter {
  const node =
    value instanceof Tensor ? Tensor.nodeOf(value) : nodeOfValues("parameter", value, dtype);
  const result = new Parameter(node, name);
  endCall("parameter", node.shape, true);
  return result;
}

export interface ParameterOptions {
  /** What printed graphs and errors call it. Default: "parameter 0" and so on. */
  readonly name?: string;
}
