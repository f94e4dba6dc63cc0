// Index maps: from coordinates in a node's output to coordinates in its inputs. This is what
// broadcasting and movements become.
import type { Move } from "../../graph/attributes.ts";
import type { NodeOf } from "../../graph/node.ts";
import { type Shape, stridesOf } from "../../graph/shape.ts";
import {
  addIndices,
  constantIndex,
  divideIndex,
  sameIndex,
  scaleIndex,
  term,
} from "../kernel/index-arithmetic.ts";
import type { Bound, Index, Statement, Variable } from "../kernel/language.ts";

/** One index per axis. */
export type Coordinates = readonly Index[];

/** A loop variable for each axis wider than 1. */
export function ownCoordinates(shape: Shape): Coordinates {
  const names = ["i", "j", "k", "l", "m", "n"];
  return shape.map((size, axis) => {
    const name = names[axis] ?? `i${axis}`;
    return size === 1 ? constantIndex(0) : term({ kind: "variable", name, size });
  });
}

/** The variable that an index consists of, if any. */
export function variableOf(index: Index): Variable | undefined {
  const factor = index.terms[0]?.factor;
  return factor?.kind === "variable" ? factor : undefined;
}

/** The same; for an axis of size 1, which no index mentions, a variable called `name`. */
export function variableOr(name: string, index: Index): Variable {
  return variableOf(index) ?? { kind: "variable", name, size: 1 };
}

/** Nests statements in loops, one for each variable; those of `sequential` keep their order. */
export function inLoops(
  variables: readonly Variable[],
  body: readonly Statement[],
  sequential: readonly Variable[] = [],
): readonly Statement[] {
  return variables.reduceRight<readonly Statement[]>((inner, variable) => {
    const order = sequential.includes(variable) ? "sequential" : "any";
    return [{ kind: "for", variable, order, body: inner }];
  }, body);
}

/**
 * Nests statements in a loop for each variable of the coordinates; those of the indices in
 * `sequential` keep their order.
 */
export function nested(
  at: Coordinates,
  body: readonly Statement[],
  sequential: Coordinates = [],
): readonly Statement[] {
  const variablesOf = (place: Coordinates) => place.flatMap((index) => variableOf(index) ?? []);
  return inLoops(variablesOf(at), body, variablesOf(sequential));
}

/** The row-major position of coordinates. */
export function flatten(at: Coordinates, shape: Shape): Index {
  const strides = stridesOf(shape);
  return addIndices(...at.map((index, axis) => scaleIndex(index, strides[axis]!)));
}

/** The coordinates of a row-major position. */
export function unflatten(position: Index, shape: Shape): Coordinates {
  const at: Index[] = [];
  let rest = position;
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const { quotient, remainder } = divideIndex(rest, Math.max(shape[axis]!, 1));
    at.unshift(remainder);
    rest = quotient;
  }
  return shape.length === 0 ? [] : [rest, ...at];
}

/** The coordinates in an operand that broadcasts to `shape`. */
export function broadcastCoordinates(at: Coordinates, operand: Shape): Coordinates {
  const added = at.length - operand.length;
  return operand.map((size, axis) => (size === 1 ? constantIndex(0) : at[added + axis]!));
}

/** The offset of a slice along an axis; undefined: its own. */
export type StartOf = (slice: NodeOf<"movement">, axis: number) => Index | undefined;

/** The coordinates in the input of a movement; valid within `bounds`, if there are any. */
export function movedCoordinates(
  node: NodeOf<"movement">,
  move: Exclude<Move, { kind: "concat" }>,
  at: Coordinates,
  startOf: StartOf = () => undefined,
): { readonly at: Coordinates; readonly bounds: readonly Bound[] } {
  const from = node.inputs[0]!.shape;
  const inside = (place: Coordinates) => ({ at: place, bounds: [] });
  switch (move.kind) {
    case "reshape":
      return inside(unflatten(flatten(at, node.shape), from));
    case "broadcast":
      return inside(broadcastCoordinates(at, from));
    case "permute":
      return inside(from.map((_, axis) => at[move.order.indexOf(axis)]!));
    case "slice":
      return inside(
        at.map((index, axis) => {
          const start = startOf(node, axis) ?? constantIndex(move.start[axis]!);
          return addIndices(scaleIndex(index, move.step[axis]!), start);
        }),
      );
    case "flip":
      return inside(
        at.map((index, axis) =>
          move.axes.includes(axis) ? shifted(scaleIndex(index, -1), from[axis]! - 1) : index,
        ),
      );
    case "window": {
      const window = node.shape.length - from.length;
      const places = from.length - window;
      return inside(
        from.map((_, axis) => {
          const i = axis - places;
          if (i < 0) return at[axis]!;
          return addIndices(
            scaleIndex(at[axis]!, move.stride[i]!),
            scaleIndex(at[from.length + i]!, move.dilation[i]!),
          );
        }),
      );
    }
    case "pad":
      return padded(move, at, from, node.shape);
  }
}

function shifted(index: Index, by: number): Index {
  return addIndices(index, constantIndex(by));
}

function padded(move: Extract<Move, { kind: "pad" }>, at: Coordinates, from: Shape, to: Shape) {
  const bounds: Bound[] = [];
  const place = at.map((index, axis) => {
    const [before, step, size] = [move.before[axis]!, move.step[axis]!, from[axis]!];
    const end = before + Math.max(0, (size - 1) * step + 1);
    if (size === 0 || before > 0 || end < to[axis]!) {
      bounds.push({ index, from: before, to: size === 0 ? before : end });
    }
    const { quotient, remainder } = divideIndex(shifted(index, -before), step);
    if (step > 1) bounds.push({ index: remainder, from: 0, to: 1 });
    return quotient;
  });
  return { at: place, bounds };
}

/** The coordinates with the index along `axis` counted from `start`. */
export function coordinatesFrom(at: Coordinates, axis: number, start: number): Coordinates {
  return at.map((index, i) => (i === axis ? shifted(index, -start) : index));
}

/** Whether two coordinates are equal, term by term. */
export function sameCoordinates(a: Coordinates, b: Coordinates): boolean {
  return a.length === b.length && a.every((index, axis) => sameIndex(index, b[axis]!));
}
