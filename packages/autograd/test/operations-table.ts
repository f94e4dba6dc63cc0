// Measures what each operation of the catalogue can do, and writes docs/operations.md of it: no
// cell is typed in by hand.
import { readdirSync } from "node:fs";
import * as nabla from "@nabla/autograd";
import {
  compile,
  type DType,
  gradients,
  NablaError,
  setBackend,
  stack,
  Tensor,
  vmap,
} from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import { readCases } from "../../../fixtures/cases.ts";
import type { Node } from "../src/graph/node.ts";
import { topologicalOrder } from "../src/graph/order.ts";
import { nodeOf } from "../src/tensor/tensor.ts";
import { catalogue, type Entry, onFloating, others, whyNoGradient } from "./catalogue.ts";
import { ofColumns, ofElements } from "./formulas.ts";
import { whyPrimitive } from "./primitives.ts";

const dtypes: readonly DType[] = ["float32", "float64", "int32", "uint8", "bool"];
const close = { relativeTolerance: 1e-9, absoluteTolerance: 1e-9 };

/** Public operations that the catalogue does not have, and names in it that are not public. */
export function missingFromCatalogue(): { readonly missing: string[]; readonly unknown: string[] } {
  const methods = Reflect.ownKeys(Tensor.prototype).filter((name) => typeof name === "string");
  const draws = Object.keys(nabla.random).map((name) => `random.${name}`);
  // Classes have capitals.
  const known = Object.entries(nabla).flatMap(([name, value]) =>
    typeof value === "function" && /^[a-z]/.test(name) ? [name] : [],
  );
  const all = new Set([...known, ...methods, ...draws]);
  const listed = new Set(catalogue.map(({ name }) => name));
  return {
    missing: [...all].filter((name) => !listed.has(name) && !others.has(name)),
    unknown: [...listed].filter((name) => !all.has(name)),
  };
}

/** The table, and below it the primitives, as Markdown. */
export function operationsPage(): string {
  const oracles = oraclesByCall();
  const reached = new Map<string, Node>();
  const titles = [...new Set(catalogue.map(({ group }) => group))];
  const tables = titles.map((title) => {
    const entries = catalogue.filter(({ group }) => group === title);
    const lines = entries.map((entry) => `| ${rowOf(entry, oracles, reached).join(" | ")} |`);
    return [`### ${title}`, "", head, rule, ...lines].join("\n");
  });
  return `${intro}\n\n${tables.join("\n\n")}\n\n${primitivesTable(reached)}\n`;
}

const columns = ["operation", "made", "gradient", "second", "jvp", "vmap", "dtypes"].concat([
  "WASM",
  "compiled",
  "compared with",
]);
const head = `| ${columns.join(" | ")} |`;
const rule = `|${"---|".repeat(columns.length)}`;

function rowOf(
  entry: Entry,
  oracles: ReadonlyMap<string, string>,
  reached: Map<string, Node>,
): readonly string[] {
  const { name, f, inputs } = entry;
  const graph = f(...inputs);
  const node = nodeOf("test", graph);
  const nodes = topologicalOrder([node]);
  for (const one of nodes) reached.set(one.operation.name, one);
  const own = nodes.find(({ operation }) => operation.name === name.replace("random.", ""));
  // Rules are the same on every back end; here nothing is planned.
  setBackend("reference");
  const derivatives = derivativesOf(entry, graph, reached);
  const mapped = inputs.length === 0 ? "constant" : asLoop(entry);
  const taken = dtypesOf(entry);
  const expected = f(...inputs).realize();
  setBackend("wasm");
  const wasm = f(...inputs).realize();
  expectClose(wasm, expected, close);
  expectClose(compile(f)(...inputs), expected, close);
  const oracle = entry.oracle ?? oracles.get(name) ?? formulaOf(name);
  if (oracle === undefined) {
    throw new Error(
      `${name}: is compared with nothing: give it a formula in packages/autograd/test/formulas.ts, ` +
        "or a case in fixtures/families",
    );
  }
  const made = own && own.inputs.length > 0 ? `primitive: ${own.family}` : "composed";
  return [`\`${name}\``, made, ...derivatives, mapped, taken, "yes", "yes", oracle];
}

const outsideDomain =
  "; a function that is not smooth from -2 to 2 says so: a definition (src/ops) by its domain, a " +
  "composition by a line with its inputs in packages/autograd/test/catalogue.ts";

/**
 * Gradient, second gradient, jvp: "yes" where they agree with differences, else why there is none.
 */
function derivativesOf(entry: Entry, graph: Tensor, reached: Map<string, Node>): readonly string[] {
  const none = whyNoGradient(entry.inputs, graph);
  if (none !== undefined) return [none, "none", "none"];
  const { name } = entry;
  const { f: ofFloating, inputs: floating } = onFloating(entry);
  try {
    checkGradients(ofFloating, floating, { order: 2 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = message.includes("NaN") ? outsideDomain : "";
    throw new Error(`${name}: ${message}${hint}`, { cause: error });
  }
  const slopes = gradients(graph.sin().sum(), floating);
  for (const one of topologicalOrder(slopes.map((g) => nodeOf("test", g)))) {
    reached.set(one.operation.name, one);
  }
  return ["yes", "yes", "yes"];
}

function asLoop({ f, inputs, name }: Entry): string {
  const examples = [inputs, inputs.map((x) => (x.dtype === "float64" ? x.mul(0.9) : x))];
  const batches = inputs.map((_, i) => stack(examples.map((one) => one[i]!)));
  const looped = stack(examples.map((one) => f(...one)));
  try {
    expectClose(vmap(f)(...batches), looped, close);
  } catch (error) {
    throw new Error(`${name}: vmap: ${String(error)}`, { cause: error });
  }
  return "yes";
}

/** Which dtypes it takes, and what becomes of those that do not stay. */
function dtypesOf({ f, inputs }: Entry): string {
  if (inputs.every((x) => x.dtype !== "float64")) return f(...inputs).dtype;
  const taken = dtypes.flatMap((dtype) => {
    try {
      const cast = inputs.map((x) => (x.dtype === "float64" ? x.cast(dtype) : x));
      const result = f(...cast).realize().dtype;
      return [result === dtype ? dtype : `${dtype} → ${result}`];
    } catch (error) {
      if (!(error instanceof NablaError)) throw error;
      return [];
    }
  });
  return taken.join(", ");
}

function formulaOf(name: string): string | undefined {
  return name in ofElements || name in ofColumns ? "a formula (`formulas.ts`)" : undefined;
}

const names = {
  numpy: "NumPy",
  scipy: "SciPy",
  torch: "PyTorch",
  sklearn: "scikit-learn",
  mpmath: "mpmath",
};

/** What has fixtures and is made of operations. */
const made = ["costs.json", "metrics.json"];

/** From the calls of fixtures/data to the libraries whose values are there. */
function oraclesByCall(): ReadonlyMap<string, string> {
  const found = new Map<string, Set<string>>();
  for (const file of readdirSync(new URL("../../../fixtures/data", import.meta.url)).sort()) {
    if (made.includes(file)) continue;
    for (const { call, oracle } of readCases(file.replace(".json", ""))) {
      const name = call.split(" of ")[0]!;
      found.set(name, (found.get(name) ?? new Set()).add(names[oracle]));
    }
  }
  return new Map([...found].map(([name, libraries]) => [name, [...libraries].sort().join(", ")]));
}

function primitivesTable(reached: ReadonlyMap<string, Node>): string {
  // Leaves, and loops, whose bodies are made of operations.
  const left = new Set(["source", "literal", "loop"]);
  const lines = [...reached.values()]
    .filter(({ family }) => !left.has(family))
    .map(({ operation }) => {
      const { name, family } = operation;
      const why = whyPrimitive(operation);
      if (why === undefined) {
        throw new Error(
          `${name}: the docstring of its definition in src/ops does not say why it is not composed of ` +
            'others ("A primitive: composed it overflows.")',
        );
      }
      return `| \`${name}\` | ${family} | ${why} |`;
    })
    .sort();
  return ["## Primitives", "", primitivesIntro, "", "| primitive | family | why |"]
    .concat(["|---|---|---|", ...lines])
    .join("\n");
}

const intro = `# Operations

Written by \`pnpm operations\`, which runs each operation on an example: "yes" is what it found, and
where it finds anything else than "yes" or a reason it stops. A test fails where an operation is missing,
or this page is not what that command would write.

- *made*: a primitive (its family follows), or composed of primitives.
- *gradient*, *second*: agree with differences in float64 to 1e-6 (\`checkGradients\`).
- *jvp*: agrees with the gradient.
- *vmap*: equals a loop over the examples. *WASM*, *compiled*: equal the reference.
- *dtypes*: what it takes, and the result's dtype where it is another.
- *compared with*: whose values and gradients tests have beside the reference's: those of
  [fixtures](../fixtures/README.md), or what is named.

At kinks: the derivatives of \`relu\` and \`abs\` at 0 are 0, those of \`leakyRelu\` and \`elu\` the slope
below; equal elements of \`max\`, \`min\`, \`maximum\` and \`minimum\` share the gradient, and so do bounds
of \`clip\`; those of \`norm\`, \`std\` and \`hypot\` are 0 where the value is 0, to any order. \`norm\` with an
even p is smooth at components of 0 beside others; \`x.abs().square()\` is not, as its slope is that of \`abs\`.
Those of \`logSumExp\` and \`logAddExp\` are 0 where all is -infinity; \`pow\` has its own of any order at 0.

What \`where\`, \`maximum\`, \`minimum\`, \`clip\`, \`relu\`, \`max\` and \`min\` do not choose has gradient 0, to any
order and forwards, even if it is NaN or infinite, or has an infinite derivative (0 times that would be
NaN): \`where(x.greater(0), x.log(), 0)\` has derivative 0 at 0. The choice is carried back through
functions of elements, reductions, reshapes and the other operations that move elements (not windows),
and through sums over axes along which the condition is the same. It ends at all else, such as matrix
products, \`gather\`, running totals and iterations of loops, where 0 is a number like others; and an
element that a slice leaves out, as in \`x.acos().at(0)\`, is 0 times its derivative, which is NaN
if that is infinite. PyTorch and JAX give NaN in all of these cases.`;

const primitivesIntro = `All else is composed of these, gradients included.
An operation is a primitive where no composition of the others has its digits, or only one that takes
more time or memory.`;
