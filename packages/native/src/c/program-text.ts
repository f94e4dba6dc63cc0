// A plan as one C file: a function for each kernel, and an exported one for each segment.
import { type Given, type Kernel, type Plan, tableWords } from "@nabla/autograd/backend";
import type { Machine } from "../processor.ts";
import { kernelText } from "./kernel-text.ts";
import { hostOperatorOf } from "./needs-host.ts";
import { preludeOf } from "./prelude.ts";

/** A plan's C file. */
export interface ProgramText {
  readonly text: string;
  /** Names of segments' functions, by the segments' numbers; undefined if one is left out. */
  readonly names: readonly (string | undefined)[];
  /** Operators for which segments are left out. */
  readonly hostOperators: ReadonlySet<string>;
}

/** The C of all segments that need nothing of the host. */
export function programText(plan: Plan, machine: Machine): ProgramText {
  const functions = new Map<
    Kernel,
    { readonly name: string; readonly parameters: readonly number[] }
  >();
  const texts: string[] = [];
  const allLanes = new Set<number>();
  const hostOperators = new Set<string>();
  const callOf = (kernel: Kernel, given: Given): string => {
    let known = functions.get(kernel);
    if (!known) {
      const name = `kernel${functions.size}`;
      const { text, parameters, lanes } = kernelText(kernel, name, machine);
      functions.set(kernel, (known = { name, parameters }));
      texts.push(text);
      allLanes.add(lanes);
    }
    return `${known.name}(${["table", ...known.parameters.map((i) => argumentText(given[i]!))].join(", ")});`;
  };
  const names = plan.segments.map((segment, i) => {
    if (segment.kind === "host") return undefined;
    const ofHost = segment.steps.map(({ kernel }) => hostOperatorOf(kernel));
    for (const operator of ofHost) if (operator !== undefined) hostOperators.add(operator);
    if (ofHost.some((operator) => operator !== undefined)) return undefined;
    const calls = segment.steps.map(({ kernel, given }) => callOf(kernel, given));
    const name = `run${i}`;
    texts.push(segmentText(name, calls));
    return name;
  });
  const text = `${[preludeOf(allLanes, machine.isFused), ...texts].join("\n\n")}\n`;
  return { text, names, hostOperators };
}

/** A function of memory, the run table's address, and that of a word to set once it is over. */
function segmentText(name: string, calls: readonly string[]): string {
  return [
    `API void ${name}(char *memory, uint32_t at, uint32_t over) {`,
    "uint32_t *table = (uint32_t *)(memory + at);",
    ...calls,
    "if (over != 0) __atomic_store_n((uint32_t *)(memory + over), 1, __ATOMIC_RELEASE);",
    "}",
  ].join("\n");
}

/** A number, or the address of a buffer. */
function argumentText(given: Given[number]): string {
  if (typeof given === "number") return String(given);
  return `(void *)(memory + table[${tableWords.buffers + given.id}])`;
}
