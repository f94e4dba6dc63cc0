// Prefixes: running totals, from the first element of an axis to the last.
import type { NodeOf } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";
import { allocate, clampTo, type Data } from "../../scalar/dtype.ts";
import { evaluator } from "../../scalar/evaluate.ts";
import { prefixDType } from "../kernel/reduction.ts";

/** The totals of `inputs` along the node's axis. */
export function prefix(node: NodeOf<"prefix">, inputs: readonly Data[]): Data {
  const { shape, dtype } = node;
  const { axis } = node.attributes;
  const next = evaluator(
    node.operation.combine,
    [node, ...node.inputs].map((one) => prefixDType(one.dtype)),
  );
  const start = clampTo(dtype, node.operation.start);
  const [first, second] = inputs as readonly [Data, Data?];
  const output = allocate(dtype, elementCount(shape));
  const step = elementCount(shape.slice(axis + 1));
  const length = shape[axis]! * step;
  for (let from = 0; from < output.length; from += length) {
    for (let i = 0; i < step; i++) {
      let total = start;
      for (let place = from + i; place < from + length; place += step) {
        total = next(total, first[place]!, second ? second[place]! : 0);
        output[place] = total;
      }
    }
  }
  return output;
}
