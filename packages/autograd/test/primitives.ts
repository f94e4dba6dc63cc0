// Why each primitive is one: digits that a composition would lose, or time and memory that it would
// take. The docstring of a definition says it of itself ("A primitive: composed it overflows."); what need
// not be said of each one stands here.
import { readdirSync, readFileSync } from "node:fs";
import type { Node, Operation } from "../src/graph/node.ts";
import { type Scalar, typeOf } from "../src/scalar/expression.ts";
import type { OperatorName } from "../src/scalar/operators.ts";

/** Where it is the family that cannot be composed. */
const byFamily: Partial<Record<Node["family"], string>> = {
  iota: "positions that no data holds",
  reduce: "combines a whole axis in one loop",
  movement: "moves nothing, readers compute where their elements lie",
  contract: "sums of products without their table, in registers",
  convolve: "a product over windows, which are never copied out",
  gather: "places that are data",
  scatter: "places that are data, the gradient of gather",
  prefix: "one pass; by reductions it would take one for each element",
  sort: "places that depend on all elements",
  routine: "each element needs those before it; one call for a matrix, not one kernel for a column",
  custom: "a rule of its own for the gradient, from the factors that the value was computed with",
};

const drawn = "the bits of a counter (Threefry)";
const exactly = "by operations that are rounded alike everywhere, so that draws are";

/** Definitions that `unary` and `binary` do not make. */
const byName: Readonly<Record<string, string>> = {
  where: "a choice without a branch; what is not chosen passes on no gradient",
  cast: "another dtype",
  randomWord: drawn,
  foldKey: `${drawn} as a key`,
  splitKey: `${drawn} as a key`,
  randomFraction: `${drawn} as a fraction`,
  randomRadius: exactly,
  randomDirection: exactly,
};

/** Operators of the scalar language that are instructions everywhere. */
const instructions: ReadonlySet<OperatorName> = new Set([
  ...(["add", "sub", "mul", "div", "neg", "abs", "sqrt", "max", "min"] as const),
  ...(["floor", "ceil", "trunc", "round"] as const),
]);

/** From the names of definitions to what their docstrings say behind "A primitive:". */
let saidBy: ReadonlyMap<string, string> | undefined;

/** Undefined where nobody has said it yet. */
export function whyPrimitive(operation: Operation): string | undefined {
  const { family, name } = operation;
  const said = (saidBy ??= reasonsInDocstrings()).get(name);
  if (said !== undefined) return said;
  if (family !== "elementwise") return byFamily[family];
  return byName[name] ?? ofOneOperator(operation.value);
}

function reasonsInDocstrings(): ReadonlyMap<string, string> {
  const folder = new URL("../src/ops/", import.meta.url);
  const texts = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));
  const definition =
    /\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport const \w+(?:: \w+)? = (?:\/\* @__PURE__ \*\/ )?(?:unary|binary)\("(\w+)"/g;
  const found = texts.flatMap((text) => [...text.matchAll(definition)]);
  return new Map(
    found.flatMap(([, comment, name]) => {
      const words = comment!.replace(/\s*\n \* ?/g, " ").trim();
      const reason = /\bA primitive: (.*?)\.(?: |$)/.exec(words)?.[1];
      return reason === undefined ? [] : [[name!, reason] as const];
    }),
  );
}

/** What is true or false, or one operator of the scalar language on the inputs as they come. */
function ofOneOperator(value: Scalar): string | undefined {
  const truth = "a truth value, one comparison";
  if (typeOf(value, ["float64", "float64"]) === "bool") return truth;
  if (value.kind !== "apply") return undefined;
  if (value.operator === "and" || value.operator === "or") return truth;
  const isPlain = value.operands.every((one, i) => one.kind === "input" && one.position === i);
  if (!isPlain) return undefined;
  return instructions.has(value.operator)
    ? "an instruction of the machine"
    : "an approximation of its own, or the host's function";
}
