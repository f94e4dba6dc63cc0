// Parameters of distributions: numbers and tensors of one dtype, which broadcast.
import { DTypeError, full, type Operand, type Shape, Tensor, where } from "@nabla/autograd";
import { checkNames, describe } from "@nabla/autograd/checks";
import { fail } from "./checks.ts";
import { broadcastShapes } from "./shapes.ts";

/** A dtype that has fractions. */
export type Float = "float32" | "float64";

export interface DistributionOptions {
  /**
   * The dtype of parameters and densities. Default: "float64" if a parameter is, else "float32".
   */
  readonly dtype?: Float;
}

/** What a parameter may be: of a number, and of a tensor element by element. */
export interface Condition {
  readonly expected: string;
  readonly holds: (value: number) => boolean;
  readonly holdsFor: (value: Tensor) => Tensor;
}

export const finite: Condition = {
  expected: "a finite number",
  holds: Number.isFinite,
  holdsFor: (x) => x.isFinite(),
};
export const positive: Condition = {
  expected: "a positive, finite number",
  holds: (x) => x > 0 && Number.isFinite(x),
  holdsFor: (x) => x.greater(0).logicalAnd(x.isFinite()),
};
export const notNegative: Condition = {
  expected: "a finite number, 0 or more",
  holds: (x) => x >= 0 && Number.isFinite(x),
  holdsFor: (x) => x.greaterEqual(0).logicalAnd(x.isFinite()),
};
export const fraction: Condition = {
  expected: "0 to 1",
  holds: (x) => x >= 0 && x <= 1,
  holdsFor: (x) => x.greaterEqual(0).logicalAnd(x.lessEqual(1)),
};
export const count: Condition = {
  expected: "an integer from 0 to 2^31 - 1",
  holds: (x) => Number.isInteger(x) && x >= 0 && x < 2 ** 31,
  holdsFor: (x) =>
    x
      .greaterEqual(0)
      .logicalAnd(x.less(2 ** 31))
      .logicalAnd(x.equal(x.floor())),
};
/** Any number but NaN; infinities are bounds and logits. */
export const real: Condition = {
  expected: "a number",
  holds: (x) => !Number.isNaN(x),
  holdsFor: (x) => x.isNaN().logicalNot(),
};

/** Parameters by name, as tensors of one dtype, NaN where a tensor's element is not what it may be. */
export interface Parameters<Name extends string = string> {
  readonly values: Readonly<Record<Name, Tensor>>;
  readonly dtype: Float;
  /** The shape that they have together. */
  readonly shape: Shape;
}

/**
 * The parameters of a distribution. Throws `NablaError` for a number that a parameter may not be, and
 * `ShapeError` for shapes that do not broadcast, where they should.
 */
export function parameters<const Name extends string>(
  distribution: string,
  given: Readonly<Record<Name, readonly [value: Operand, condition: Condition]>>,
  options: DistributionOptions = {},
  areBroadcast = true,
): Parameters<Name> {
  checkNames(distribution, options, ["dtype"]);
  const entries = Object.entries(given) as [Name, readonly [Operand, Condition]][];
  const dtype = dtypeOf(
    distribution,
    entries.map(([, [value]]) => value),
    options.dtype,
  );
  const values = entries.map(([name, [value, condition]]) => {
    return [name, parameterOf(distribution, name, value, condition, dtype)] as const;
  });
  const shape = areBroadcast ? broadcastShapes(distribution, values) : [];
  return { values: Object.fromEntries(values) as Record<Name, Tensor>, dtype, shape };
}

function dtypeOf(distribution: string, given: readonly unknown[], asked: unknown): Float {
  if (asked === undefined) {
    return given.some((x) => x instanceof Tensor && x.dtype === "float64") ? "float64" : "float32";
  }
  if (asked === "float32" || asked === "float64") return asked;
  throw new DTypeError(
    `${distribution}: dtype is ${describe(asked)}, expected "float32" or "float64"`,
  );
}

function parameterOf(
  distribution: string,
  name: string,
  value: Operand,
  condition: Condition,
  dtype: Float,
): Tensor {
  if (value instanceof Tensor) {
    const x = value.cast(dtype);
    return where(condition.holdsFor(x), x, Number.NaN);
  }
  if (typeof value !== "number") {
    fail(`${distribution}: ${name} is ${describe(value)}, expected a number or a tensor`);
  }
  const rounded = dtype === "float32" ? Math.fround(value) : value;
  if (!condition.holds(value)) {
    fail(`${distribution}: ${name} is ${value}, expected ${condition.expected}`);
  }
  if (!condition.holds(rounded)) {
    fail(
      `${distribution}: ${name} is ${value}, which rounds to ${rounded} in float32, ` +
        `expected ${condition.expected}; use float64`,
    );
  }
  return full([], rounded, { dtype });
}

/** `x` in float64. */
export function widened(x: Tensor): Tensor {
  return x.cast("float64");
}
