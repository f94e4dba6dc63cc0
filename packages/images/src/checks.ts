// What functions of images ask of what they are given, for callers without a compiler.
import { DTypeError, formatShape, ShapeError, Tensor } from "@nabla/autograd";
import { checkTensor, count, type Kind } from "@nabla/autograd/checks";

const isPair = (x: unknown, fits: (one: unknown) => boolean): boolean =>
  Array.isArray(x) && x.length === 2 && fits(x[0]) && fits(x[1]);

export const sizes: Kind = [(x) => isPair(x, count[0]), "[height, width], two positive integers"];

export const oneTensor: Kind = [
  (x) => x instanceof Tensor && x.shape.length === 0,
  "a tensor of shape []",
];

/** Two of that kind. */
export function pairOf([fits, expected]: Kind): Kind {
  return [(x) => isPair(x, fits), `[x, y], each ${expected}`];
}

/** One of some numbers. */
export function oneOfNumbers(...numbers: readonly number[]): Kind {
  return [(x) => numbers.includes(x as number), numbers.join(" or ")];
}

/** Two numbers in order, each of that kind. */
export function rangeOf([fits, expected]: Kind): Kind {
  const inOrder = (x: unknown) =>
    isPair(x, fits) && (x as [number, number])[0] <= (x as [number, number])[1];
  return [inOrder, `[from, to], each ${expected}, in ascending order`];
}

/** Any of these kinds. */
export function either(...kinds: readonly Kind[]): Kind {
  return [
    (x) => kinds.some(([fits]) => fits(x)),
    kinds.map(([, expected]) => expected).join(", or "),
  ];
}

/**
 * Throws unless it is a tensor of at least these axes, its last, each with elements: a number is a
 * size, a name any size.
 */
export function checkImage(
  operation: string,
  x: unknown,
  axes: readonly (string | number)[] = ["height", "width"],
): asserts x is Tensor {
  checkTensor(operation, x);
  const last = x.shape.slice(-axes.length);
  const fits = axes.every((axis, i) =>
    typeof axis === "number" ? last[i] === axis : last[i] !== 0,
  );
  if (last.length === axes.length && fits) return;
  const expected = `[..., ${axes.join(", ")}]`;
  const hint =
    x.shape.at(-1) === axes.at(-3) && axes.length === 3
      ? "; channels come first: x.permute([2, 0, 1]) moves them there"
      : "";
  throw new ShapeError(`${operation}: expects ${expected}, got ${formatShape(x.shape)}${hint}`);
}

/** Whether it has fractions. */
export function isFloat({ dtype }: Tensor): boolean {
  return /^b?float/.test(dtype);
}

/** Throws `DTypeError` unless it has fractions. */
export function checkFloat(operation: string, x: Tensor, what = "the image"): void {
  if (isFloat(x)) return;
  const isBytes = what === "the image" && x.dtype !== "int32";
  const hint = isBytes ? "toFloat(x)" : 'x.cast("float32")';
  throw new DTypeError(
    `${operation}: ${what} is ${x.dtype}, expected fractions; ${hint} gives them`,
  );
}

/** Throws `ShapeError` for a shape larger than tensors can be, before anything of it is computed. */
export function checkElements(operation: string, shape: readonly number[]): void {
  const elements = shape.reduce((product, size) => product * size, 1);
  const longest = Math.max(1, ...shape);
  if (Math.max(elements, longest) < 2 ** 31) return;
  const given = elements === 0 ? `${longest} along an axis` : `${elements} elements`;
  throw new ShapeError(`${operation}: ${formatShape(shape)} has ${given}, expected less than 2^31`);
}
