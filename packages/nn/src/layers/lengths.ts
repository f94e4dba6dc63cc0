// Sequences of different lengths in one batch: which steps are a sequence's own, and which padding.
import {
  arange,
  DTypeError,
  formatShape,
  NablaError,
  ShapeError,
  Tensor,
  tensor,
} from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";

/** The number of steps of each example: int32 or uint8 [examples], or an array of numbers. */
export type Lengths = Tensor | readonly number[];

/**
 * True at a sequence's own steps, false in the padding behind: [time, examples, 1]. A number beyond
 * `time` throws `NablaError`, of a tensor when the graph runs.
 */
export function ownSteps(kind: string, lengths: unknown, examples: number, time: number): Tensor {
  // Of each length itself: so an index is checked, as in any gather.
  const all = arange(time + 1, { dtype: "int32" }) as Tensor;
  const indicesOf = `${kind}: lengths`;
  const own = all.gather(0, lengthsOf(kind, lengths, examples, time), { indicesOf });
  const step = arange(time, { dtype: "int32" }).reshape([time, 1]) as Tensor;
  return step.less(own).expandDims(-1);
}

function lengthsOf(kind: string, lengths: unknown, examples: number, time: number): Tensor {
  if (lengths instanceof Tensor) {
    if (lengths.dtype !== "int32" && lengths.dtype !== "uint8") {
      throw new DTypeError(`${kind}: lengths are ${lengths.dtype}, expected int32 or uint8`);
    }
    const given = formatShape((lengths as Tensor).shape);
    if (given !== formatShape([examples])) {
      throw new ShapeError(`${kind}: lengths are ${given}, expected [${examples}], as examples`);
    }
    return lengths;
  }
  if (!Array.isArray(lengths)) {
    const given = describe(lengths);
    throw new NablaError(`${kind}: lengths are ${given}, expected a tensor or a list of numbers`);
  }
  const list = Array.from<unknown>(lengths);
  if (list.length !== examples) {
    throw new ShapeError(`${kind}: got ${list.length} lengths of ${examples} examples`);
  }
  list.forEach((length, i) => {
    if (Number.isSafeInteger(length) && (length as number) >= 0 && (length as number) <= time) {
      return;
    }
    const given = `length ${i} is ${describe(length)}`;
    throw new NablaError(
      `${kind}: ${given}, expected a whole number from 0 to the ${time} steps that there are`,
    );
  });
  return tensor(list as number[], { dtype: "int32" });
}
