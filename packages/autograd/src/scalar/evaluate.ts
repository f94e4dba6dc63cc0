// Interprets the scalar language on plain JavaScript numbers, many elements at a time: each step
// is one operator over a chunk. Floats are computed in float64 whatever their dtype.
import type { Data, DType } from "./dtype.ts";
import { type Scalar, typeOf } from "./expression.ts";
import { operators } from "./operators.ts";

/** How many elements one step works on: what a few chunks leave free of the first-level cache. */
const chunkLength = 512;

/** Where a step finds an operand: an input, or what an earlier step left. */
interface Step {
  readonly operands: readonly number[];
  readonly evaluate: (a: number, b: number, c: number) => number;
  readonly slot: number;
}

/** An expression laid out as steps over slots; the first slots are the inputs. */
interface Program {
  readonly slots: readonly Float64Array[];
  readonly steps: readonly Step[];
  readonly result: number;
}

/** An input: as many elements as the output has, or one for all of them. */
export type Elements = Data;

/** Writes `expression` of the elements of `inputs` to `output`, element by element. */
export function evaluateAll(
  expression: Scalar,
  inputs: readonly Elements[],
  types: readonly DType[],
  output: Data,
): void {
  const { slots, steps, result } = programOf(expression, types);
  inputs.forEach((elements, i) => {
    if (elements.length === 1) slots[i]!.fill(elements[0]!);
  });
  for (let from = 0; from < output.length; from += chunkLength) {
    const count = Math.min(chunkLength, output.length - from);
    inputs.forEach((elements, i) => {
      if (elements.length !== 1) slots[i]!.set(elements.subarray(from, from + count));
    });
    for (const step of steps) run(step, slots, count);
    const chunk = slots[result]!;
    output.set(count === chunkLength ? chunk : chunk.subarray(0, count), from);
  }
}

function run({ operands, evaluate, slot }: Step, slots: readonly Float64Array[], count: number) {
  const to = slots[slot]!;
  const a = slots[operands[0]!]!;
  const b = slots[operands[1] ?? operands[0]!]!;
  const c = slots[operands[2] ?? operands[0]!]!;
  for (let i = 0; i < count; i++) to[i] = evaluate(a[i]!, b[i]!, c[i]!);
}

/** A function of single elements, for combining a total with one more. */
export function evaluator(
  expression: Scalar,
  types: readonly DType[],
): (a: number, b: number, c: number) => number {
  const { slots, steps, result } = programOf(expression, types);
  const [only] = steps;
  const isOneOperator = steps.length === 1 && only!.operands.every((slot, i) => slot === i);
  if (isOneOperator) return only!.evaluate;
  return (...elements) => {
    types.forEach((_, i) => {
      slots[i]![0] = elements[i]!;
    });
    for (const step of steps) run(step, slots, 1);
    return slots[result]![0]!;
  };
}

const programs = new WeakMap<Scalar, Map<string, Program>>();

function programOf(expression: Scalar, types: readonly DType[]): Program {
  let byTypes = programs.get(expression);
  if (!byTypes) programs.set(expression, (byTypes = new Map()));
  const key = types.join();
  let program = byTypes.get(key);
  if (!program) byTypes.set(key, (program = layOut(expression, types)));
  return program;
}

function layOut(expression: Scalar, types: readonly DType[]): Program {
  const slots = types.map(() => new Float64Array(chunkLength));
  const steps: Step[] = [];
  const slotOf = new Map<Scalar, number>();
  const add = (fill = 0): number => slots.push(new Float64Array(chunkLength).fill(fill)) - 1;
  const place = (part: Scalar): number => {
    let slot = slotOf.get(part);
    if (slot === undefined) slotOf.set(part, (slot = placed(part)));
    return slot;
  };
  const placed = (part: Scalar): number => {
    switch (part.kind) {
      case "input":
        return part.position;
      case "literal":
        return add(part.value);
      case "cast":
        return step([place(part.operand)], conversionTo(part.to));
      case "apply": {
        const { evaluate, evaluateInteger, result } = operators[part.operator];
        const type = result === "bool" ? "bool" : (typeOf(part, types) ?? "float64");
        const isInteger = type === "int32" || type === "uint8";
        const exact = (isInteger && evaluateInteger) || evaluate;
        const wrap = isInteger ? conversionTo(type) : null;
        return step(part.operands.map(place), wrap ? (a, b, c) => wrap(exact(a, b, c)) : exact);
      }
    }
  };
  const step = (operands: readonly number[], evaluate: Step["evaluate"]): number => {
    const slot = add();
    steps.push({ operands, evaluate, slot });
    return slot;
  };
  return { result: place(expression), slots, steps };
}

/** As storing it would: integers wrap around, bool is whether it is not 0 (NaN is not). */
function conversionTo(dtype: DType): (value: number) => number {
  switch (dtype) {
    case "bool":
      return (value) => (value === 0 ? 0 : 1);
    case "uint8":
      return (value) => value & 255;
    case "int32":
      return (value) => value | 0;
    case "float32":
      return Math.fround;
    case "float64":
      return (value) => value;
  }
}
