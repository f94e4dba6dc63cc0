// Makers of operations: each turns one definition (an element, its gradient) into a function that
// builds nodes, with the family's shape rule and promotion.
import { createNode, noAttributes } from "../graph/create.ts";
import type { Elementwise, GradientRule, Node, NoGradient, Reduce } from "../graph/node.ts";
import {
  type Axes,
  broadcastShapes,
  normalizeAxes,
  reducedShape,
  type Shape,
  stretchesTo,
} from "../graph/shape.ts";
import type { DType } from "../scalar/dtype.ts";
import { input, type Scalar, typeOf } from "../scalar/expression.ts";
import { reshape } from "./movement.ts";
import { type Accepts, cast, type Operand, operandNodes } from "./operands.ts";

/** The domain on which functions with a pole or a branch at 0 are smooth. */
export const positive: readonly [from: number, to: number] = [0.1, 4];

interface ElementwiseOptions {
  /** The dtypes that it computes with; default: "floating". */
  readonly accepts?: Accepts;
  /** Where it is smooth; default: wherever tests draw from. */
  readonly domain?: readonly [from: number, to: number];
}

/** Builds nodes of an elementwise operation of one input. */
export interface Unary {
  (x: Operand): Node;
  readonly operation: Elementwise;
}

/** Defines a function of one element. `gradient` gets `g`, the input `x` and the output `y`. */
export function unary(
  name: string,
  definition: ElementwiseOptions & {
    readonly value: (x: Scalar) => Scalar;
    readonly gradient: ((g: Node, x: Node, y: Node) => Node) | NoGradient;
  },
): Unary {
  const { gradient, domain } = definition;
  const rule: GradientRule | NoGradient =
    typeof gradient === "string" ? gradient : (g, inputs, y) => gradient(g, inputs[0]!, y);
  const operation = elementwise(name, definition.value(input(0)), [rule], domain);
  const build = elementwiseBuilder(operation, definition.accepts);
  return Object.assign((x: Operand) => build(x), { operation });
}

/** Builds nodes of an elementwise operation of two inputs. */
export interface Binary {
  (a: Operand, b: Operand): Node;
  readonly operation: Elementwise;
}

type BinaryRule = ((g: Node, a: Node, b: Node, y: Node) => Node) | NoGradient;

/** Defines a function of two elements. Each gradient gets `g`, both inputs and the output `y`. */
export function binary(
  name: string,
  definition: ElementwiseOptions & {
    readonly value: (a: Scalar, b: Scalar) => Scalar;
    readonly gradient: readonly [BinaryRule, BinaryRule] | NoGradient;
  },
): Binary {
  const { gradient, domain } = definition;
  const rules = typeof gradient === "string" ? [gradient] : gradient;
  const operation = elementwise(
    name,
    definition.value(input(0), input(1)),
    rules.map((rule) =>
      typeof rule === "string"
        ? rule
        : (g: Node, inputs: readonly Node[], y: Node) => rule(g, inputs[0]!, inputs[1]!, y),
    ),
    domain,
  );
  const build = elementwiseBuilder(operation, definition.accepts);
  return Object.assign((a: Operand, b: Operand) => build(a, b), { operation });
}

function elementwise(
  name: string,
  value: Scalar,
  gradient: readonly (GradientRule | NoGradient)[],
  domain: readonly [number, number] | undefined,
): Elementwise {
  const family = "elementwise";
  return domain ? { family, name, value, gradient, domain } : { family, name, value, gradient };
}

function elementwiseBuilder(operation: Elementwise, accepts: Accepts = "floating") {
  const probe: DType = "float64";
  const isTruth = typeOf(operation.value, [probe, probe]) === "bool";
  return (...operands: readonly Operand[]): Node => {
    const inputs = operandNodes(operands, accepts);
    return createNode(
      operation,
      inputs,
      noAttributes,
      commonShape(operation.name, inputs),
      isTruth ? "bool" : inputs[0]!.dtype,
    );
  };
}

/** The shape that all `inputs` broadcast to. */
export function commonShape(name: string, inputs: readonly Node[]): Shape {
  // Mostly one input has it already.
  for (let i = 0; i < inputs.length; i++) {
    const { shape } = inputs[i]!;
    if (allStretchTo(inputs, shape)) return shape;
  }
  return broadcastShapes(name, ...inputs.map((node) => node.shape));
}

function allStretchTo(inputs: readonly Node[], shape: Shape): boolean {
  for (let i = 0; i < inputs.length; i++) {
    const own = inputs[i]!.shape;
    if (own !== shape && !stretchesTo(own, shape)) return false;
  }
  return true;
}

/** Builds nodes of a reduction. */
export interface Reduction {
  (x: Node, axis?: Axes, keepDims?: boolean): Node;
  /** The same in the dtype of `x`: integers wrap around, as they do in products. */
  readonly within: (x: Node, axis?: Axes, keepDims?: boolean) => Node;
  readonly operation: Reduce;
}

/**
 * Defines a reduction along axes, starting from `start`. `gradient` gets `g` and the output `y`
 * with the reduced axes kept as size 1, so that both broadcast against the input `x`.
 */
export function reduction(
  name: string,
  definition: {
    readonly start: number;
    readonly combine: (total: Scalar, x: Scalar) => Scalar;
    readonly gradient: (g: Node, x: Node, y: Node) => Node;
    /** The dtype in which elements are combined, if not their own. */
    readonly dtypeOf?: (dtype: DType) => DType;
    /** Called before the node is created, if not every shape can be reduced. */
    readonly check?: (name: string, shape: Shape, axes: Shape) => void;
  },
): Reduction {
  const { start, gradient, dtypeOf, check } = definition;
  const operation: Reduce = {
    family: "reduce",
    name,
    start,
    combine: definition.combine(input(0), input(1)),
    gradient: [(g, [x], y) => gradient(g, x!, y)],
  };
  const within = (x: Node, axis?: Axes, keepDims = false): Node => {
    const axes = normalizeAxes(name, axis, x.shape);
    check?.(name, x.shape, axes);
    const kept = reducedShape(x.shape, axes, true);
    const node = createNode(operation, [x], { axes }, kept, x.dtype);
    return keepDims ? node : reshape(node, reducedShape(x.shape, axes, false));
  };
  const build = (x: Node, axis?: Axes, keepDims?: boolean): Node =>
    within(dtypeOf ? cast(x, dtypeOf(x.dtype)) : x, axis, keepDims);
  return Object.assign(build, { within, operation });
}
