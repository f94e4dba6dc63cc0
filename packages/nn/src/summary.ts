// A model as a table: what each layer gives, and what it has to learn.
import {
  type DType,
  formatShape,
  NablaError,
  type Shape,
  type Tensor,
  zeros,
} from "@nabla/autograd";
import { checkModel, kindOf } from "./checks.ts";
import type { Dense } from "./dense.ts";
import {
  applyLayer,
  type Layer,
  type LayerFunction,
  type Model,
  namedParametersOf,
} from "./layer.ts";
import { inEvaluation } from "./mode.ts";
import { anything, checkOptions } from "./options.ts";
import { layersOf } from "./sequential.ts";

export interface SummaryOptions {
  /** Of the input: "int32" for models that begin with `embedding`. Default: "float32". */
  readonly dtype?: DType;
}

interface Row {
  readonly name: string;
  readonly output: string;
  readonly parameters: number;
}

/**
 * A table of the model's layers: each with the shape that it gives for an input of `inputShape` and
 * the number of its parameters; layers inside of a `sequential` one by one. Nothing is computed,
 * and nothing of the model changes. Left out, `inputShape` is one example for a model that begins with
 * `dense`; of others, as of models of several inputs, the table has the parts and their parameters,
 * and no shapes. Throws `ShapeError` where the input does not fit.
 *
 * @example
 * console.log(summary(sequential(dense(784, 16), sigmoid, dense(16, 10)), [1, 784]));
 * // => layer       output   parameters
 * //    0 dense     [1, 16]      12,560
 * //    1 sigmoid   [1, 16]           0
 * //    2 dense     [1, 10]         170
 * //    total                    12,730
 */
export function summary(
  model: Model,
  shape?: readonly number[],
  options: SummaryOptions = {},
): string {
  checkModel("summary", model);
  checkOptions("summary", options, { dtype: anything });
  const { dtype = "float32" } = options;
  const inputShape = shape ?? usualInput(model);
  const total = grouped(model.parameters().reduce((sum, { size }) => sum + size, 0));
  if (inputShape === undefined) {
    const parts = partsOf(model).map(([name, count]) => [name, grouped(count)]);
    return table([["part", "parameters"], ...parts, ["total", total]]);
  }
  if (!Array.isArray(inputShape)) {
    const given = `inputShape is ${kindOf(inputShape)}`;
    throw new NablaError(`summary: ${given}, expected a shape such as [1, 784]`);
  }
  if (!isLayer(model)) {
    throw new NablaError(
      "summary: the model has no forward of one tensor; leave out inputShape to list its parts",
    );
  }
  const rows: Row[] = [];
  const input = zeros([...inputShape], { dtype }) as Tensor;
  inEvaluation(model, () => describe("", model, input, rows));
  return table([
    ["layer", "output", "parameters"],
    ...rows.map(({ name, output, parameters }) => [name, output, grouped(parameters)]),
    ["total", "", total],
  ]);
}

function isLayer(model: Model): model is Layer {
  return "forward" in model && typeof model.forward === "function";
}

/** The parts by name and how many parameters each has; one that is shared counts once. */
function partsOf(model: Model): readonly (readonly [name: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const [name, { size }] of namedParametersOf(model)) {
    const part = name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : name;
    counts.set(part, (counts.get(part) ?? 0) + size);
  }
  return [...counts];
}

/** The shape of one example, where the first layer is dense. */
function usualInput(model: Model | LayerFunction | undefined): Shape | undefined {
  const inner = model && layersOf(model as Layer | LayerFunction);
  if (inner) return usualInput(inner[0]);
  if (typeof model !== "object" || model.kind !== "dense") return undefined;
  return [1, (model as Layer & Pick<Dense, "inputFeatures">).inputFeatures];
}

/** Adds the rows of a layer, and gives its output. */
function describe(place: string, layer: Layer | LayerFunction, x: Tensor, rows: Row[]): Tensor {
  const inner = layersOf(layer);
  if (inner) {
    const prefix = place === "" ? "" : `${place}.`;
    return inner.reduce((y, one, i) => describe(`${prefix}${i}`, one, y, rows), x);
  }
  const y = applyLayer(layer, x);
  const parameters = namedParametersOf(layer).reduce((sum, [, { size }]) => sum + size, 0);
  rows.push({ name: `${place} ${nameOf(layer)}`.trim(), output: formatShape(y.shape), parameters });
  return y;
}

function nameOf(layer: Layer | LayerFunction): string {
  // Where modules become one, a name that two of them have gets a number: `softmax$1`.
  if (typeof layer === "function") return layer.name.replace(/\$\d+$/, "") || "function";
  return layer.kind ?? layer.constructor.name;
}

/** Thousands apart, the same in every locale. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Columns as wide as they need; the last one holds numbers. */
function table(rows: readonly (readonly string[])[]): string {
  const last = rows[0]!.length - 1;
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const padded = (text: string, i: number) =>
    i === last ? text.padStart(widths[i]!) : text.padEnd(widths[i]!);
  return rows.map((row) => row.map(padded).join("   ")).join("\n");
}
