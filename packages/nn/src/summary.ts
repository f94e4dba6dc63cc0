// A model as a table: each layer's output shape, parameters, and cost.
import {
  type DType,
  formatShape,
  NablaError,
  type Parameter,
  type Shape,
  substitute,
  type Tensor,
  toJSON,
  zeros,
} from "@nabla/autograd";
import { anything, checkOptions, describe } from "@nabla/autograd/checks";
import { checkModel } from "./checks.ts";
import type { Dense } from "./dense.ts";
import { flopOf } from "./flop.ts";
import {
  applyLayer,
  type Layer,
  type LayerFunction,
  type Model,
  namedCellsOf,
  namedParametersOf,
} from "./layer.ts";
import { inEvaluation } from "./mode.ts";
import { layersOf } from "./sequential.ts";

export interface SummaryOptions {
  /** Of the input: "int32" for models that begin with `embedding`. Default: "float32". */
  readonly dtype?: DType;
}

interface Row {
  readonly name: string;
  readonly output: string;
  readonly parameters: number;
  readonly flop: number;
  readonly bytes: number;
}

/**
 * A table of the model's layers: each with its output shape for an input of `inputShape`, the number of
 * its parameters, the floating-point operations of one `forward` in evaluation mode, and the minimum
 * bytes that it reads and writes: input, parameters, buffers and output. Layers inside a `sequential` are
 * listed individually. An operation is a product, a sum or a function of an element, so a matrix product
 * has two for each pair that it multiplies; `explainPlan` shows the actual kernels. Nothing is computed,
 * and the model is not changed. By default, `inputShape` is one example for a model that starts with
 * `dense`; for others, such as models of several inputs, the table has the parts and their parameters,
 * and no shapes. A custom layer is one row, named by its `kind` if it has one. If parameters are frozen,
 * the table ends with the numbers of frozen and trainable ones. Throws `ShapeError` if the input does not
 * fit.
 *
 * @example
 * console.log(summary(sequential(dense(784, 16), sigmoid, dense(16, 10)), [1, 784]));
 * // => layer       output    parameters     FLOP    bytes
 * //    0 dense     [1, 16]       12,560   25,104   53,440
 * //    1 sigmoid   [1, 16]            0       16      128
 * //    2 dense     [1, 10]          170      330      784
 * //    total                     12,730   25,450   54,352
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
  const totals = totalsOf(model.parameters());
  if (inputShape === undefined) {
    const parts = partsOf(model).map(([name, count]) => [name, grouped(count)]);
    return table([["part", "parameters"], ...parts, ...totals], 1);
  }
  if (!Array.isArray(inputShape)) {
    const given = `inputShape is ${describe(inputShape)}`;
    throw new NablaError(`summary: ${given}, expected a shape such as [1, 784]`);
  }
  if (!isLayer(model)) {
    throw new NablaError(
      "summary: the model has no forward of one tensor; leave out inputShape to list its parts",
    );
  }
  const rows: Row[] = [];
  const input = zeros([...inputShape], { dtype }) as Tensor;
  inEvaluation(model, () => addRows("", model, input, rows));
  const sums = (["flop", "bytes"] as const).map((column) =>
    grouped(rows.reduce((all, row) => all + row[column], 0)),
  );
  const cells = rows.map(({ name, output, parameters, flop, bytes }) => [
    name,
    output,
    ...[parameters, flop, bytes].map(grouped),
  ]);
  return table(
    [
      ["layer", "output", "parameters", "FLOP", "bytes"],
      ...cells,
      ...totals.map(([name, count], i) => [name, "", count, ...(i === 0 ? sums : ["", ""])]),
    ],
    2,
  );
}

/** How many numbers there are; where some are frozen, also how many of these, and how many are not. */
function totalsOf(parameters: readonly Parameter[]): readonly (readonly [string, string])[] {
  const sizeOf = (some: readonly Parameter[]) => some.reduce((sum, { size }) => sum + size, 0);
  const [total, frozen] = [sizeOf(parameters), sizeOf(parameters.filter((p) => p.isFrozen))];
  const row = (name: string, count: number) => [name, grouped(count)] as const;
  if (frozen === 0) return [row("total", total)];
  return [row("total", total), row("frozen", frozen), row("trainable", total - frozen)];
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

/** Adds the rows of a layer, and gives zeros of its output's shape. */
function addRows(place: string, layer: Layer | LayerFunction, x: Tensor, rows: Row[]): Tensor {
  const inner = layersOf(layer);
  if (inner) {
    const prefix = place === "" ? "" : `${place}.`;
    return inner.reduce((y, one, i) => addRows(`${prefix}${i}`, one, y, rows), x);
  }
  const parameters = namedParametersOf(layer).reduce((sum, [, { size }]) => sum + size, 0);
  const cells = [...new Set(namedCellsOf(layer).map(([, p]) => p))];
  // With zeros in their place, what first values are drawn by is not part of the graph.
  const blanks = cells.map(({ shape, dtype }) => zeros([...shape], { dtype }) as Tensor);
  const y = substitute(cells, blanks, () => applyLayer(layer, x));
  rows.push({
    name: `${place} ${nameOf(layer)}`.trim(),
    output: formatShape(y.shape),
    parameters,
    flop: flopOf(toJSON(y)),
    bytes: [x, y, ...cells].reduce((sum, one) => sum + bytesOf(one), 0),
  });
  return zeros([...y.shape], { dtype: y.dtype }) as Tensor;
}

const bytesOfElement: Readonly<Record<DType, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  int32: 4,
  uint8: 1,
  bool: 1,
};

function bytesOf({ size, dtype }: Tensor): number {
  return size * bytesOfElement[dtype];
}

function nameOf(layer: Layer | LayerFunction): string {
  // Where modules become one, a name that two of them have gets a number: `softmax$1`.
  if (typeof layer === "function") return layer.name.replace(/\$\d+$/, "") || "function";
  const { name } = layer.constructor;
  return layer.kind ?? (name === "Object" ? "layer" : name);
}

/** Thousands apart, the same in every locale. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Columns as wide as they need; behind the first ones, of texts, they hold numbers. */
function table(rows: readonly (readonly string[])[], texts: number): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const padded = (text: string, i: number) =>
    i < texts ? text.padEnd(widths[i]!) : text.padStart(widths[i]!);
  return rows.map((row) => row.map(padded).join("   ").trimEnd()).join("\n");
}
