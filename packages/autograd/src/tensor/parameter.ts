// Parameters: named tensors that can be assigned new values. A graph built on a parameter uses the
// value that it had then.

import { currentBackend } from "../engine/backends.ts";
import { finishBackground } from "../engine/background.ts";
import { realize } from "../engine/realize.ts";
import { DTypeError, NablaError, ShapeError } from "../graph/errors.ts";
import { dataOf, type Home, type Node, type Value } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { formatShape, type Shape, shapesEqual } from "../graph/shape.ts";
import { currentCall } from "../graph/site.ts";
import { parameterValue, placeholder } from "../ops/creation.ts";
import { stopGradient } from "../ops/elementwise.ts";
import { roundedTo } from "../ops/operands.ts";
import { computedDType, type Numbers } from "../scalar/dtype.ts";
import { GradientCell } from "./gradient-cell.ts";
import type * as T from "./shapes.ts";
import { type StandIn, standInOf, substituting } from "./stand-ins.ts";
import { given, Tensor, tensorOf } from "./tensor.ts";
import { currentTrace, isAssigned, replayedTrace, type Trace } from "./trace.ts";
import { computeUpdates, copiedLater, isNeeded, noteUpdate, onKnown } from "./updates.ts";
import { nodeOfValues } from "./values.ts";

/** The parameter that `node` is a value of, if any. */
export function parameterOf(node: Node): Parameter | undefined {
  return node.cell.owner as Parameter | undefined;
}

/**
 * A tensor that can be assigned new values, and collects its gradient. Created by `parameter`.
 *
 * @example
 * const w = parameter([1, 2], { name: "w" });
 * w.mul(w).sum().backward();
 * w.grad?.arraySync(); // => [2, 4]
 * w.assign(w.sub(1));
 * w.arraySync(); // => [0, 1]
 */
export class Parameter<out S extends Shape = Shape> extends Tensor<S> {
  /** Its name in printed graphs and errors. */
  readonly name: string;
  /** The nodes of the current value, and of the previous one. */
  #current: Node[] = [];
  #previous: Node[] = [];
  /** Those of a first value that is still not computed when the next is assigned. */
  #uncomputed: Node[] = [];
  /** Whether it was assigned anything: a first value may stay part of the graphs that use it. */
  #isUpdated = false;
  /** The depth of the graph that it was assigned last. */
  #depth = 0;
  readonly #home: Home = this.#makeHome();
  /** The trace in which it was created, of which it is no input. */
  readonly #madeIn = replayedTrace();
  readonly #gradient = new GradientCell();

  /** @internal Use `parameter`. `isLeaf`: no derivative goes back to what the value is made of. */
  constructor(node: Node, name: string, isLeaf = true) {
    super(node);
    this.name = name;
    if (isLeaf) this.#begin(node);
    else this.#hold(node);
  }

  /**
   * The sum of the gradients of `backward`; null if there is none. A gradient is used once: an
   * optimiser's step takes it, and leaves null. Gradients that the same calls left in parameters of
   * other optimisers are for the steps that follow; the next `backward` that reaches such a
   * parameter replaces its gradient. May be set: to null, or to another gradient for `step` to use.
   */
  get grad(): Tensor<S> | null {
    return this.#gradient.read() as Tensor<S> | null;
  }

  set grad(value: Tensor<S> | null) {
    if (value !== null) this.#checkGradient(value);
    this.#gradient.write(value);
  }

  /**
   * Whether `backward` leaves it alone: then it costs no gradient, has none, and no optimiser changes
   * it. Freezing drops the gradient that it has. `gradients` and `grad` differentiate by it if they
   * are asked to, and `assign` changes it. May be set, but not in a function that is traced; functions
   * that `compile` has traced are traced again where it matters to them.
   */
  get isFrozen(): boolean {
    return this.#gradient.isFrozen;
  }

  set isFrozen(value: boolean) {
    if (typeof value !== "boolean") {
      throw new NablaError(`isFrozen: got ${given(value)}, expected true or false`);
    }
    this.#gradient.setFrozen(value);
  }

  #checkGradient(value: Tensor): void {
    if (!(value instanceof Tensor)) {
      throw new NablaError(`grad: got ${given(value)}, expected a tensor, or null`);
    }
    if (this.isFrozen) {
      throw new NablaError(`grad: "${this.name}" is frozen, and takes no gradient`);
    }
    if (shapesEqual(value.shape, this.shape)) return;
    const shapes = `got ${formatShape(value.shape)}, "${this.name}" is ${formatShape(this.shape)}`;
    throw new ShapeError(`grad: ${shapes}`);
  }

  /** @internal The cell that holds its gradient. */
  static gradientOf(parameter: Parameter): GradientCell {
    return parameter.#gradient;
  }

  /** @internal A leaf once the value is known: the graph below it need not be kept. */
  protected override currentNode(): Node {
    return standInOf(this)?.node() ?? this.#ownNode();
  }

  /** Its own node, whatever stands in its place. */
  #ownNode(): Node {
    const trace = replayedTrace();
    if (trace && !this.#isMadeIn(trace) && !isAssigned(this)) return this.#standIn(trace);
    const node = this.#current.at(-1)!;
    const { value } = node.cell;
    if (!value || node.family === "source") return node;
    const source = this.#valueOf(node, value);
    // Its call site is that of the node that computed it.
    node.cell.site?.fix();
    source.cell.site = node.cell.site;
    return this.#hold(source);
  }

  #isMadeIn(trace: Trace | undefined): boolean {
    return trace !== undefined && trace === this.#madeIn;
  }

  /**
   * The stand-in for the value at each call, while a function is traced. A node created before
   * means the value that it has, and a function that captures one keeps that.
   */
  #standIn(trace: Trace): Node {
    let stand = trace.parameters.get(this);
    if (!stand) {
      stand = placeholder(this.shape, this.dtype, this.name);
      trace.parameters.set(this, stand);
      stand.cell.owner = this;
    }
    return stand;
  }

  #valueOf(node: Node, value: Value): Node {
    return parameterValue(value, node.shape, node.dtype, this.name);
  }

  /**
   * A leaf: no derivative goes back to the nodes that it was computed from, whether computed
   * already or not.
   */
  #begin(node: Node): void {
    for (const old of this.#current) old.cell.home = undefined;
    this.#current = [];
    const { value } = node.cell;
    // A traced function assigns at each call. Elsewhere a known value is used directly, and copied
    // from the home of another parameter, which will overwrite it.
    const own = value && !currentTrace() ? this.#valueOf(node, dataOf(value)) : stopGradient(node);
    own.cell.home = this.#home;
    this.#hold(own);
  }

  /** @internal Replaces `node`, which was assigned to it and is computed, by a leaf. */
  known(node: Node): Node {
    if (this.#current.includes(node)) return this.currentNode();
    const source = this.#valueOf(node, node.cell.value!);
    // It becomes invalid together with the previous value.
    if (this.#previous.includes(node)) this.#previous.push(source);
    source.cell.owner = this;
    return source;
  }

  #makeHome(): Home {
    const held = (): Value | undefined =>
      (this.pending ? this.#previous : this.#current).at(-1)?.cell.value;
    return {
      get held() {
        return held();
      },
      takeBack: (node) => this.#takeBack(node),
    };
  }

  /** @internal The node of its value, until that is known. */
  get pending(): Node | undefined {
    const node = this.#current.at(-1)!;
    return node.cell.value ? undefined : node;
  }

  /** Restores the value before `node`, which cannot be computed. */
  #takeBack(node: Node): void {
    if (!this.#current.includes(node)) return;
    const isKnown = this.#previous.some(({ cell }) => cell.value);
    const before = isKnown ? this.#previous : this.#uncomputed;
    if (before.length === 0) return;
    node.cell.home = undefined;
    this.#current = before;
    if (isKnown) this.#previous = [];
  }

  #hold(node: Node): Node {
    this.#current.push(node);
    node.cell.owner = this;
    return node;
  }

  /**
   * Assigns another value of the same shape and dtype: the current value of a tensor, or of another
   * parameter. One of 16 bits takes other floats too, and rounds them. A parameter is a leaf: no derivative goes back to what it was computed from
   * (`substitute` replaces it by tensors with a graph). The value is computed when it is read, and
   * at the latest when the next one is assigned. If it cannot be computed, what reads it next throws,
   * a compiled function too, and the parameter keeps the value that it had. Graphs built before keep
   * the old value, which stays readable until the update after this one: a graph that is first read
   * later throws. Use `snapshot` for values that must stay longer.
   */
  assign(value: Tensor | T.Nested | Numbers): this {
    const dtype = ArrayBuffer.isView(value) ? undefined : this.dtype;
    const isTensor = value instanceof Tensor;
    const given = isTensor ? Tensor.nodeOf(value) : nodeOfValues("assign", value, dtype);
    const node = roundedTo(given, this.dtype);
    this.#check("assign", node);
    const stand = standInOf(this);
    if (stand) stand.assign(node);
    else this.#assignOwn(node);
    return this;
  }

  #assignOwn(node: Node): void {
    const trace = currentTrace();
    if (trace) this.#noteAssignment(trace);
    else {
      // The current run may be using its value, or computing one.
      finishBackground("assign");
      this.#makeRoom(node);
    }
    this.#begin(trace ? node : this.#onKnown(node));
    if (!trace && this.pending) noteUpdate(this);
    currentCall.end("assign", this.shape, false);
  }

  /** Throws unless `node` has its shape and dtype, or is what its 16 bits are computed as. */
  #check(operation: string, node: Node): void {
    if (!shapesEqual(node.shape, this.shape)) {
      const shapes = `got ${formatShape(node.shape)}, "${this.name}" is ${formatShape(this.shape)}`;
      throw new ShapeError(`${operation}: ${shapes}`);
    }
    if (node.dtype === this.dtype || node.dtype === computedDType(this.dtype)) return;
    throw new DTypeError(`${operation}: got ${node.dtype}, "${this.name}" is ${this.dtype}`);
  }

  /** @internal Calls `f` with tensors in place of parameters. */
  static substituting<Result>(values: ReadonlyMap<Parameter, Tensor>, f: () => Result): Result {
    const stands = new Map<Parameter, StandIn>();
    for (const [parameter, value] of values) {
      const node = Tensor.nodeOf(value);
      parameter.#check("substitute", node);
      if (!(value instanceof Parameter)) stands.set(parameter, parameter.#valued(node));
      else if (value !== parameter) stands.set(parameter, value.#asStandIn());
    }
    // Tasks started before continue with the parameters themselves.
    finishBackground("substitute");
    return substituting(stands, f);
  }

  /** What it assigns or reads in place of another: what stands in its own place, or itself. */
  #asStandIn(): StandIn {
    const itself = { node: () => this.#ownNode(), assign: (node: Node) => this.#assignOwn(node) };
    return standInOf(this) ?? itself;
  }

  /** Stands in its place with a value of its own, while a function is called. */
  #valued(first: Node): StandIn {
    const calledIn = currentTrace();
    let node = first;
    return {
      node: () => node,
      assign: (next) => {
        const trace = currentTrace();
        // A function that is being traced must not change it.
        if (trace && trace !== calledIn && !trace.isReplayed) this.#noteAssignment(trace);
        node = stopGradient(next);
      },
    };
  }

  /** Cuts known values out of a graph that grows deeper with each assignment. */
  #onKnown(node: Node): Node {
    const own = node.depth > this.#depth ? onKnown(node) : node;
    this.#depth = own.depth;
    return own;
  }

  /** Invalidates the previous value to make room for the next, `node`. */
  #makeRoom(node: Node): void {
    const { pending } = this;
    if (pending && this.#isUpdated) {
      computeUpdates();
      // It failed: so does what depends on it, and else nobody will ever read it.
      if (!pending.cell.value) {
        if (topologicalOrder([node]).includes(pending)) realize("assign", [pending]);
        this.#takeBack(pending);
      }
    } else if (this.#previous.length > 0 && isNeeded(this.#previous)) computeUpdates();
    this.#isUpdated = true;
    this.#retire();
  }

  /**
   * @internal Computes pending updates of these parameters, one by one if one fails, and throws its
   * error: so that the caller assigns to all of them, or to none.
   */
  static computeUpdated(operation: string, parameters: readonly Parameter[]): void {
    if (currentTrace()) return;
    const nodes = parameters.flatMap((one) => (one.#isUpdated && one.pending) || []);
    if (nodes.length === 0) return;
    computeUpdates();
    realize(operation, nodes);
  }

  #retire(): void {
    this.#uncomputed = this.pending ? this.#current : [];
    if (this.pending) return;
    Parameter.forgetBefore(this);
    this.#previous = this.#current;
  }

  /** @internal Invalidates the previous value, which may be overwritten, unless it is the last one. */
  static forgetBefore(parameter: Parameter): void {
    if (parameter.pending) return;
    for (const old of parameter.#previous) {
      old.cell.overwritten = parameter.name;
      old.cell.value = undefined;
    }
    parameter.#previous = [];
  }

  #noteAssignment(trace: Trace): void {
    if (trace.assigned.has(this) || this.#isMadeIn(replayedTrace())) return;
    const current = this.#current;
    trace.assigned.set(this, () => {
      this.#current = current;
      // What waits to be computed is to be its value again.
      for (const { cell } of current) if (!cell.value) cell.home = this.#home;
    });
  }

  /** @internal Adopts a value that a compiled function has computed for it. */
  static adopt(parameter: Parameter, value: Value): Node {
    const { shape, dtype } = parameter;
    parameter.#retire();
    for (const old of parameter.#current) old.cell.home = undefined;
    const own = parameterValue(value, shape, dtype, parameter.name);
    parameter.#current = [];
    return parameter.#hold(own);
  }

  /** @internal Registers `copy`, in the graph of one call, as a node of the value of `node`. */
  static copied(node: Node, copy: Node): void {
    copy.cell.owner ??= node.cell.owner;
  }

  /** @internal Registers `copy` as equal to `node`, which may be a current value. */
  static isLike(node: Node, copy: Node): void {
    const parameter = parameterOf(node);
    if (!parameter || !parameter.#current.includes(node)) return;
    if (copy.cell.owner) parameter.#current.push(copy);
  }

  /** @internal All nodes that stand for its current value. */
  static currentNodes(parameter: Parameter): readonly Node[] {
    return parameter.#current;
  }

  /** @internal The home of its values. */
  static homeOf(parameter: Parameter): Home {
    return parameter.#home;
  }

  /**
   * Returns the current value as a tensor that no later update changes.
   *
   * @example
   * const w = parameter([1, 2]);
   * const before = w.snapshot();
   * for (let i = 0; i < 3; i++) w.assign(w.mul(2));
   * before.arraySync(); // => [1, 2]
   */
  snapshot(): Tensor<S> {
    // Each call of a compiled function has its own, computed by its run.
    if (replayedTrace()) return tensorOf(stopGradient(Tensor.nodeOf(this)));
    if (currentBackend().answersLater) return tensorOf(copiedLater(Tensor.nodeOf(this)));
    return tensorOf(nodeOfValues("snapshot", this.dataSync(), this.dtype, this.shape));
  }
}
