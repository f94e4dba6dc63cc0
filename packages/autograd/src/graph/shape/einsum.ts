// Parses einsum expressions and checks them against shapes. A term names the axes of one tensor by
// letters; "..." stands for all other axes, which broadcast.
import { ShapeError } from "../errors.ts";
import { broadcastMisfit, broadcastShapes } from "./broadcast.ts";
import { formatShape, type Shape } from "./sizes.ts";

/** The name of an axis: a letter, or ".0", ".1", … for the last, the last but one, … of "...". */
export type Label = string;

/** The meaning of an expression for given shapes. */
export interface Einsum {
  /** The label of each axis of each tensor. */
  readonly inputs: readonly (readonly Label[])[];
  readonly output: readonly Label[];
  readonly sizes: ReadonlyMap<Label, number>;
}

/**
 * Parses `expression`, with or without "->" and the output; throws `ShapeError` if it does not fit.
 */
export function einsumLabels(expression: string, shapes: readonly Shape[]): Einsum {
  const [left, right] = divided(expression.replaceAll(" ", ""), "->");
  const terms = left.split(",");
  for (const term of right === undefined ? terms : [...terms, right]) {
    if (!/^[a-zA-Z]*(\.\.\.[a-zA-Z]*)?$/.test(term)) {
      throw new ShapeError(`einsum: "${term}" is not made of letters and at most one "..."`);
    }
  }
  if (terms.length !== shapes.length) {
    const given = `number of tensors for "${expression}" is ${shapes.length}`;
    throw new ShapeError(`einsum: ${given}, expected ${terms.length}`);
  }
  const sizes = new Map<Label, number>();
  /** The shape in which each label first got its size, for errors. */
  const seenIn = new Map<Label, Shape>();
  const ellipses: Shape[] = [];
  const inputs = terms.map((term, i) => {
    const shape = shapes[i]!;
    const { before, hidden, after } = axesOf(term, shape);
    const labels = [...before, ...hidden, ...after];
    ellipses.push(shape.slice(before.length, before.length + hidden.length));
    const misfit = ellipses.find((other) => broadcastMisfit(other, ellipses[i]!));
    if (misfit) {
      const other = shapes[ellipses.indexOf(misfit)]!;
      throw differ("...", formatShape(misfit), other, formatShape(ellipses[i]!), shape);
    }
    labels.forEach((label, axis) => {
      const [known, size] = [sizes.get(label), shape[axis]!];
      const isSecond = labels.indexOf(label) < axis;
      // Across tensors an axis of size 1 stretches; a diagonal of one tensor needs equal sizes.
      const own = isSecond ? shape[labels.indexOf(label)]! : known;
      const fits = own === undefined || own === size || (!isSecond && (own === 1 || size === 1));
      if (!fits) {
        throw differ(
          label,
          String(own),
          isSecond ? shape : seenIn.get(label)!,
          String(size),
          shape,
        );
      }
      if (known === undefined || known === 1) {
        sizes.set(label, size);
        seenIn.set(label, shape);
      }
    });
    return labels;
  });
  const hiddenRank = broadcastShapes("einsum", ...ellipses).length;
  const output = outputOf(expression, inputs, hiddenLabels(hiddenRank), right);
  return { inputs, output, sizes };
}

function divided(text: string, by: string): readonly [string, string | undefined] {
  const at = text.indexOf(by);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + by.length)];
}

/** The error for two sizes of a label: `einsum: "j" is 3 in [2, 3] and 4 in [4, 5]`. */
function differ(label: string, a: string, shapeA: Shape, b: string, shapeB: Shape): ShapeError {
  return new ShapeError(
    `einsum: "${label}" is ${a} in ${formatShape(shapeA)} and ${b} in ${formatShape(shapeB)}`,
  );
}

/** The labels of a tensor's axes: those before "...", those of "...", those after it. */
function axesOf(term: string, shape: Shape) {
  const [front, back] = divided(term, "...");
  const [before, after] = [[...front], [...(back ?? "")]];
  const named = before.length + after.length;
  if (back === undefined ? named !== shape.length : named > shape.length) {
    const rank = back === undefined ? `rank ${named}` : `rank ${named} or more`;
    throw new ShapeError(
      `einsum: "${term}" is for ${rank}, ${formatShape(shape)} has rank ${shape.length}`,
    );
  }
  return { before, hidden: hiddenLabels(shape.length - named), after };
}

function hiddenLabels(rank: number): readonly Label[] {
  return Array.from({ length: rank }, (_, axis) => `.${rank - 1 - axis}`);
}

/** The explicit output, or else "..." and all labels that occur once, in alphabetical order. */
function outputOf(
  expression: string,
  inputs: readonly (readonly Label[])[],
  hidden: readonly Label[],
  written: string | undefined,
): readonly Label[] {
  const all = inputs.flat();
  if (written === undefined) {
    const letters = all.filter((label) => !label.startsWith("."));
    const once = letters.filter((label) => letters.indexOf(label) === letters.lastIndexOf(label));
    return [...hidden, ...once.sort()];
  }
  const [front, back] = divided(written, "...");
  const letters = [...front, ...(back ?? "")];
  for (const [i, label] of letters.entries()) {
    if (!all.includes(label)) {
      throw new ShapeError(
        `einsum: "${label}" is in the output of "${expression}", but in no term`,
      );
    }
    if (letters.indexOf(label) < i) {
      throw new ShapeError(`einsum: "${label}" is twice in the output of "${expression}"`);
    }
  }
  if (back === undefined && hidden.length > 0) {
    throw new ShapeError(`einsum: "..." is not in the output of "${expression}"`);
  }
  return [...front, ...(back === undefined ? [] : hidden), ...(back ?? "")];
}
