// Lowers nodes to values of the kernel language: one element of a node, at given coordinates.
// Materialized nodes are loaded; all others are inlined into their consumers, movements as indices.

import { type Check, checkOf } from "../../graph/indices.ts";
import type { Node, NodeOf } from "../../graph/node.ts";
import { partStarts } from "../../graph/parts.ts";
import type { Shape } from "../../graph/shape.ts";
import { computedDType } from "../../scalar/dtype.ts";
import { allParts } from "../kernel/dependence.ts";
import { expressionValue } from "../kernel/expression.ts";
import { term } from "../kernel/index-arithmetic.ts";
import type { Bound, Buffer, Factor, Value } from "../kernel/language.ts";
import {
  broadcastCoordinates,
  type Coordinates,
  coordinatesFrom,
  flatten,
  movedCoordinates,
  type StartOf,
} from "./index-map.ts";

/** What lowering needs to know about the plan. */
export interface LoweringContext {
  /** The buffer of a materialized node; undefined if it is inlined into its consumers. */
  bufferOf(node: Node): Buffer | undefined;
  /** The node's value in registers, if it is available at these coordinates. */
  atHand(node: Node, at: Coordinates): Value | undefined;
  /** Registers a check, and returns its number. */
  addCheck(check: Check): number;
  /** The offset of a slice along an axis; undefined: its own. */
  readonly startOf?: StartOf | undefined;
}

/** Lowers nodes within one kernel; equal parts become shared values. */
export class Lowering {
  readonly #plan: LoweringContext;
  readonly #values = new Map<Coordinates, Map<Node, Value>>();
  readonly #places = new Map<Coordinates, Map<Shape, Coordinates>>();

  constructor(plan: LoweringContext) {
    this.#plan = plan;
  }

  /** The element of `node` at `at`. */
  valueAt(node: Node, at: Coordinates): Value {
    const here = this.#plan.atHand(node, at);
    if (here) return here;
    let values = this.#values.get(at);
    if (!values) this.#values.set(at, (values = new Map<Node, Value>()));
    let value = values.get(node);
    if (!value) {
      const buffer = this.#plan.bufferOf(node);
      value = buffer
        ? {
            kind: "load",
            dtype: computedDType(node.dtype),
            buffer,
            index: flatten(at, node.shape),
          }
        : this.inlined(node, at);
      values.set(node, value);
    }
    return value;
  }

  /** The node's operation applied to its inputs' elements. */
  inlined(node: Node, at: Coordinates): Value {
    const dtype = computedDType(node.dtype);
    // The element does not exist: this value is never selected.
    if (node.shape.includes(0)) return { kind: "literal", dtype, value: 0 };
    switch (node.family) {
      case "literal":
        return { kind: "literal", dtype, value: node.attributes.value };
      case "iota":
        return { kind: "position", dtype: "int32", index: at[node.attributes.axis]! };
      case "elementwise": {
        const operands = node.inputs.map((input) =>
          this.valueAt(input, this.#broadcast(at, input.shape)),
        );
        return expressionValue(node.operation.value, operands, dtype);
      }
      case "movement":
        return this.#moved(node, at);
      case "gather":
        return this.#gathered(node, at);
      case "ordered":
      case "custom":
        return this.valueAt(node.inputs[0]!, at);
      default:
        throw new Error(`unreachable: ${node.operation.name} is written out`);
    }
  }

  /** The same object for the same operand shape, so that values read there are shared. */
  #broadcast(at: Coordinates, shape: Shape): Coordinates {
    let places = this.#places.get(at);
    if (!places) this.#places.set(at, (places = new Map<Shape, Coordinates>()));
    const isSame = shape.length === at.length && !shape.includes(1);
    let place = isSame ? at : places.get(shape);
    if (!place) places.set(shape, (place = broadcastCoordinates(at, shape)));
    return place;
  }

  #moved(node: NodeOf<"movement">, at: Coordinates): Value {
    const { attributes: move } = node;
    const dtype = computedDType(node.dtype);
    if (move.kind === "concat") return this.#part(node, move.axis, at, 0);
    const { startOf } = this.#plan;
    const { at: from, bounds } = movedCoordinates(node, move, at, startOf);
    const value = this.valueAt(node.inputs[0]!, from);
    if (bounds.length === 0) return value;
    const outside = move.kind === "pad" ? move.value : 0;
    return {
      kind: "guard",
      dtype,
      bounds,
      value,
      otherwise: { kind: "literal", dtype, value: outside },
    };
  }

  /** The element of the part at `position` if the coordinates are in it, else of a later part. */
  #part(node: NodeOf<"movement">, axis: number, at: Coordinates, position: number): Value {
    const starts = partStarts(node);
    const [from, to] = [starts[position]!, starts[position + 1]!];
    const value = this.valueAt(node.inputs[position]!, coordinatesFrom(at, axis, from));
    if (position === node.inputs.length - 1) return value;
    const bounds: readonly Bound[] = [{ index: at[axis]!, from, to }];
    const otherwise = this.#part(node, axis, at, position + 1);
    return { kind: "guard", dtype: value.dtype, bounds, value, otherwise };
  }

  #gathered(node: NodeOf<"gather">, at: Coordinates): Value {
    const [x, indices] = node.inputs as readonly [Node, Node];
    const { place, factor } = this.indexedCoordinates(node, x.shape, indices, at);
    const value = this.valueAt(x, place);
    if (allParts(value).has(factor)) return value;
    // All elements are equal, so none is loaded; the index is checked all the same.
    const bounds: readonly Bound[] = [
      { index: term(factor), from: 0, to: x.shape[node.attributes.axis]! },
    ];
    return { kind: "guard", dtype: value.dtype, bounds, value, otherwise: value };
  }

  /**
   * The coordinates in the data of `shape` that is indexed, for an element at `at` of the slices
   * picked or added. The index is checked against its axis.
   */
  indexedCoordinates(
    node: NodeOf<"gather" | "scatter">,
    shape: Shape,
    indices: Node,
    at: Coordinates,
  ): { readonly place: Coordinates; readonly factor: Factor } {
    const { axis, along } = node.attributes;
    const end = axis + (along ? 1 : indices.shape.length);
    const value = this.valueAt(indices, along ? at : at.slice(axis, end));
    const check = this.#plan.addCheck(checkOf(node, shape));
    const factor: Factor = { kind: "element", value, size: shape[axis]!, check };
    return { place: [...at.slice(0, axis), term(factor), ...at.slice(end)], factor };
  }
}
