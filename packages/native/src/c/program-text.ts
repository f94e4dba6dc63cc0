// A plan as one C file: a function for each kernel, and an exported one for each segment.
import {
  type Given,
  type Kernel,
  leastSharedTime,
  nanosecondsOf,
  type Plan,
  partsWorth,
  tableWords,
  wasmRates,
} from "@nabla/autograd/backend";
import type { Machine } from "../processor.ts";
import { withJoinedColumns } from "./columns.ts";
import { gammaFunctionText } from "./gamma-function.ts";
import { kernelText, lanesOf } from "./kernel-text.ts";
import { hasGammaFunctions, hostOperatorOf, limitedOperatorsOf } from "./needs-host.ts";
import { preludeOf } from "./prelude.ts";
import { teamType } from "./team.ts";
import { beyondWord } from "./values.ts";

/** A plan's C file. */
export interface ProgramText {
  readonly text: string;
  /** Names of segments' functions, by the segments' numbers; undefined if one is left out. */
  readonly names: readonly (string | undefined)[];
  /** Operators for which segments are left out. */
  readonly hostOperators: ReadonlySet<string>;
  /** What the host has to compute of large numbers, by the segments' numbers. */
  readonly limited: ReadonlyMap<number, readonly string[]>;
  /** Whether any of it is worth several threads. */
  readonly isDivided: boolean;
}

/** A kernel's function. */
interface KernelFunction {
  readonly name: string;
  readonly parameters: readonly number[];
  /** How many parts it is worth dividing into; 1: it has no parts. */
  readonly parts: number;
}

/** The C of all segments that need nothing of the host. */
export function programText(plan: Plan, machine: Machine): ProgramText {
  const functions = new Map<Kernel, KernelFunction>();
  const texts: string[] = [];
  const allLanes = new Set<number>();
  const hostOperators = new Set<string>();
  const limited = new Map<number, readonly string[]>();
  const written = (given: Kernel): KernelFunction => {
    const name = `kernel${functions.size}`;
    const kernel = withJoinedColumns(given, lanesOf(given, machine), machine);
    const parts = partsOf(kernel, machine);
    const { text, parameters, lanes } = kernelText(kernel, name, machine, parts > 1);
    const own = { name, parameters, parts };
    functions.set(given, own);
    texts.push(text);
    allLanes.add(lanes);
    return own;
  };
  let steps = 0;
  let isDivided = false;
  const callOf = (kernel: Kernel, given: Given): Call => {
    const { name, parameters, parts } = functions.get(kernel) ?? written(kernel);
    const others = parameters.map((i) => argumentText(given[i]!));
    if (parts === 1) return { text: `${name}(${["table", ...others].join(", ")});`, parts };
    isDivided = true;
    const step = `part${steps++}`;
    texts.push(partText(step, `${name}(${["table", "part", "parts", ...others].join(", ")});`));
    return { text: step, parts };
  };
  const names = plan.segments.map((segment, i) => {
    if (segment.kind !== "kernels") return undefined;
    const ofHost = segment.steps.map(({ kernel }) => hostOperatorOf(kernel));
    for (const operator of ofHost) if (operator !== undefined) hostOperators.add(operator);
    if (ofHost.some((operator) => operator !== undefined)) return undefined;
    const calls = segment.steps.map(({ kernel, given }) => callOf(kernel, given));
    const name = `run${i}`;
    const operators = segment.steps.flatMap(({ kernel }) => limitedOperatorsOf(kernel));
    if (operators.length > 0) limited.set(i, operators);
    texts.push(segmentText(name, calls, operators.length > 0));
    return name;
  });
  const gamma = [...functions.keys()].some(hasGammaFunctions) ? [gammaFunctionText(allLanes)] : [];
  const text = `${[preludeOf(allLanes, machine.isFused), ...gamma, teamType, ...texts].join("\n\n")}\n`;
  return { text, names, hostOperators, limited, isDivided };
}

/** The parts of a kernel on a machine; vectors are as many times faster as they are longer. */
function partsOf(kernel: Kernel, { bytes, tile }: Machine): number {
  const faster = bytes / 16;
  const { products, operators, bytes: moved } = wasmRates;
  const rates = { products: faster * products, operators: faster * operators, bytes: moved };
  return partsWorth(kernel, nanosecondsOf(kernel, rates), leastSharedTime(), tile.rows);
}

/** A call of a kernel; if it has parts, the name of the function that runs one. */
interface Call {
  readonly text: string;
  readonly parts: number;
}

/** A function that runs one part of a step. */
function partText(name: string, call: string): string {
  const declared = "char *memory, uint32_t *table, long part, long parts";
  return `static void ${name}(${declared}) {\n${call}\n}`;
}

/**
 * A function of the memory's address, the run table's address, that of a word to set once it is over,
 * how many threads may take part, and the address of their team. It returns `together` if they did, where it
 * has parts for them, and `beyond` if a number was beyond what C computes, if it `isLimited`.
 */
function segmentText(name: string, calls: readonly Call[], isLimited: boolean): string {
  const isDivided = calls.some(({ parts }) => parts > 1);
  const declared = "uint64_t start, uint32_t at, uint32_t over, uint32_t threads, uint64_t address";
  return [
    `API uint32_t ${name}(${declared}) {`,
    "char *memory = (char *)(uintptr_t)start;",
    "uint32_t *table = (uint32_t *)(memory + at);",
    "const team_functions *team = (const team_functions *)(uintptr_t)address;",
    ...(isLimited ? [`table[${beyondWord}] = 0;`] : []),
    `const uint32_t together = threads > 1${isDivided ? " && team != 0 && team->begin(threads)" : ""};`,
    ...calls.map(({ text, parts }) =>
      parts === 1
        ? text
        : `if (together) team->divide(${text}, memory, table, ${parts}); else ${text}(memory, table, 0, 1);`,
    ),
    ...(isDivided ? ["if (together) team->end();"] : []),
    `const uint32_t result = together${isLimited ? ` | table[${beyondWord}] << 1` : ""};`,
    "if (over != 0) __atomic_store_n((uint32_t *)(memory + over), 1 + result, __ATOMIC_RELEASE);",
    "return result;",
    "}",
  ].join("\n");
}

/** A number, or the address of a buffer. */
function argumentText(given: Given[number]): string {
  if (typeof given === "number") return String(given);
  return `(void *)(memory + table[${tableWords.buffers + given.id}])`;
}
