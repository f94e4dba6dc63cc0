// Interprets the scalar language on plain JavaScript numbers, many elements at a time: each step
// runs one operator over a chunk. Every operator's result is rounded to its dtype, as vector units
// do. (For + - * / and square roots, float64 rounded to float32 is float32's own result: S. A.
// Figueroa, "When is double rounding innocuous?", 1995.)
import { conversions, type Data, type DType, isWhole } from "./dtype.ts";
import { operandType, type Scalar, typesIn } from "./expression.ts";
import { type OperatorName, operators } from "./operators.ts";

/** Elements per step: a few chunks fit into the first-level cache. */
const chunkLength = 1024;
/** Of few elements: a program of a hundred steps takes longer to lay out for many than to run. */
const shortChunkLength = 64;

type Evaluate = (a: number, b: number, c: number) => number;

/** A chunk of intermediate results; those of float32 in arrays that round to it. */
type Slot = Float64Array | Float32Array;

function slotOf(type: DType | null, length: number, fill = 0): Slot {
  return (type === "float32" ? new Float32Array(length) : new Float64Array(length)).fill(fill);
}

/** One operator over a chunk. */
interface Step {
  readonly evaluate: Evaluate;
  readonly loop: Loop;
  /** The slots of its operands: inputs, or results of earlier steps. */
  readonly operands: readonly number[];
  readonly slot: number;
}

/** An expression as steps over slots; the first slots are the inputs. */
interface Program {
  readonly slots: readonly Slot[];
  readonly steps: readonly Step[];
  readonly result: number;
}

/**
 * Evaluates `expression` on the elements of `inputs` and writes them to `output`. An input has as
 * many elements as the output, or a single one.
 */
export function evaluateAll(
  expression: Scalar,
  inputs: readonly Data[],
  types: readonly DType[],
  output: Data,
): void {
  const length = output.length <= shortChunkLength ? shortChunkLength : chunkLength;
  const { slots, steps, result } = programOf(expression, types, length);
  inputs.forEach((elements, i) => {
    if (elements.length === 1) slots[i]!.fill(elements[0]!, 0, output.length);
  });
  for (let from = 0; from < output.length; from += length) {
    const count = Math.min(length, output.length - from);
    inputs.forEach((elements, i) => {
      if (elements.length !== 1) slots[i]!.set(elements.subarray(from, from + count));
    });
    for (const step of steps) run(step, slots, count);
    const chunk = slots[result]!;
    output.set(count === length ? chunk : chunk.subarray(0, count), from);
  }
}

function run({ operands, loop, slot }: Step, slots: readonly Slot[], count: number): void {
  const [first, second = first, third = first] = operands;
  loop(slots[slot]!, slots[first!]!, slots[second!]!, slots[third!]!, count);
}

type Loop = (to: Slot, a: Slot, b: Slot, c: Slot, count: number) => void;

/** Those to float32 separately: a loop that sees only one kind of array is faster. */
const loops = { float32: new Map<Evaluate, Loop>(), other: new Map<Evaluate, Loop>() };

/** A loop for `evaluate` only, which the host can inline: 8 times as fast as a shared one. */
function loopOf(evaluate: Evaluate, type: DType | null): Loop {
  const known = loops[type === "float32" ? type : "other"];
  let loop = known.get(evaluate);
  if (!loop) known.set(evaluate, (loop = compiledLoop(evaluate) ?? sharedLoop(evaluate)));
  return loop;
}

/** Undefined where a page's security policy forbids code from strings. */
function compiledLoop(evaluate: Evaluate): Loop | undefined {
  const body = "for (let i = 0; i < count; i++) to[i] = evaluate(a[i], b[i], c[i]);";
  try {
    // oxlint-disable-next-line typescript/no-implied-eval
    const build = new Function("evaluate", `return (to, a, b, c, count) => { ${body} };`);
    return build(evaluate) as Loop;
  } catch {
    return undefined;
  }
}

function sharedLoop(evaluate: Evaluate): Loop {
  return (to, a, b, c, count) => {
    for (let i = 0; i < count; i++) to[i] = evaluate(a[i]!, b[i]!, c[i]!);
  };
}

/** A function of single elements, to combine an accumulator with one more. */
export function evaluator(expression: Scalar, types: readonly DType[]): Evaluate {
  const { slots, steps, result } = programOf(expression, types, shortChunkLength);
  const [only] = steps;
  const isOneOperator = steps.length === 1 && only!.operands.every((slot, i) => slot === i);
  if (isOneOperator) {
    const { evaluate } = only!;
    if (!(slots[result] instanceof Float32Array)) return evaluate;
    return (a, b, c) => Math.fround(evaluate(a, b, c));
  }
  return (...elements) => {
    types.forEach((_, i) => {
      slots[i]![0] = elements[i]!;
    });
    for (const step of steps) run(step, slots, 1);
    return slots[result]![0]!;
  };
}

const programs = new WeakMap<Scalar, Map<string, Program>>();

/** `length`: the elements of a slot. */
function programOf(expression: Scalar, types: readonly DType[], length: number): Program {
  let byTypes = programs.get(expression);
  if (!byTypes) programs.set(expression, (byTypes = new Map()));
  const key = `${types.join()} ${length}`;
  let program = byTypes.get(key);
  if (!program) byTypes.set(key, (program = layOut(expression, types, length)));
  return program;
}

function layOut(expression: Scalar, types: readonly DType[], length: number): Program {
  const typeOf = typesIn(types);
  const slots = types.map((type) => slotOf(type, length));
  const steps: Step[] = [];
  const placeOf = new Map<Scalar, number>();
  const add = (type: DType | null, fill?: number): number =>
    slots.push(slotOf(type, length, fill)) - 1;
  const place = (part: Scalar, expected: DType | null): number => {
    // A literal takes the other operand's type.
    if (part.kind === "literal") return add(expected, part.value);
    let slot = placeOf.get(part);
    if (slot === undefined) placeOf.set(part, (slot = placed(part)));
    return slot;
  };
  const placed = (part: Exclude<Scalar, { kind: "literal" }>): number => {
    switch (part.kind) {
      case "input":
        return part.position;
      case "cast": {
        const operand = place(part.operand, typeOf(part.operand));
        return step([operand], conversions[part.to], part.to);
      }
      case "apply": {
        const { operator } = part;
        const type = typeOf(part) ?? "float64";
        const on = operandType(part, typeOf) ?? type;
        const operands = part.operands.map((operand) => place(operand, on));
        return step(operands, evaluateOn(type, operator), type);
      }
    }
  };
  const step = (operands: readonly number[], evaluate: Evaluate, type: DType): number => {
    const slot = add(type);
    steps.push({ evaluate, loop: loopOf(evaluate, type), operands, slot });
    return slot;
  };
  return { result: place(expression, null), slots, steps };
}

const integerEvaluates = new Map<string, Evaluate>();

/** The function of `operator` for elements of `type`: integer arithmetic wraps around. */
export function evaluateOn(type: DType, operator: OperatorName): Evaluate {
  const { evaluate, evaluateInteger = evaluate, result } = operators[operator];
  if (result === "bool" || !isWhole(type)) return evaluate;
  const key = `${operator} ${type}`;
  let wrapped = integerEvaluates.get(key);
  if (!wrapped) {
    wrapped =
      type === "int32"
        ? (a, b, c) => evaluateInteger(a, b, c) | 0
        : (a, b, c) => evaluateInteger(a, b, c) & 255;
    integerEvaluates.set(key, wrapped);
  }
  return wrapped;
}
