// The argument lists of kernels, concatenated in the run table.
import type { Given, Kernel, Variable } from "../kernel/language.ts";
import type { Plan } from "../plan/steps.ts";
import type { Literal, NumberArguments } from "./extents.ts";
import { addressOffset, listsOffset } from "./run-table.ts";

/** The numbers of each kernel that are arguments, in order. */
export type NumbersOf = (kernel: Kernel) => readonly (Variable | Literal)[];

type KernelStep = Extract<Plan["steps"][number], { kind: "kernel" }>;

/**
 * The lists of a plan's steps: what each is given, for buffers the offsets of their addresses, and
 * then the numbers of its kernel that are arguments.
 */
export class ArgumentLists {
  readonly words: Int32Array;
  readonly #offsets = new Map<KernelStep | Given, number>();

  constructor({ buffers, steps }: Plan, numbersOf: NumbersOf) {
    const words: number[] = [];
    for (const step of steps) {
      if (step.kind !== "kernel") continue;
      const numbers = numbersOf(step.kernel);
      const key = numbers.length > 0 ? step : step.given;
      if (this.#offsets.has(key)) continue;
      this.#offsets.set(key, listsOffset(buffers) + 4 * words.length);
      for (const one of step.given) {
        words.push(typeof one === "number" ? one : addressOffset(one.id));
      }
      for (const number of numbers) words.push(...wordsOf(number));
    }
    this.words = Int32Array.from(words);
  }

  /** The offset of a step's list in the table. */
  offsetOf(step: KernelStep): number {
    return (this.#offsets.get(step) ?? this.#offsets.get(step.given))!;
  }
}

/** The positions of numbers in the lists of a kernel that is given `given` other arguments. */
export function argumentPositions(
  numbers: readonly (Variable | Literal)[],
  given: number,
): NumberArguments {
  let position = given;
  return new Map(
    numbers.map((number) => {
      const own = position;
      position += wordsOf(number).length;
      return [number, own] as const;
    }),
  );
}

function wordsOf(number: Variable | Literal): readonly number[] {
  if (number.kind === "variable") return [number.size];
  const { dtype, value } = number;
  return [...new Int32Array((dtype === "float64" ? Float64Array : Float32Array).of(value).buffer)];
}
