// Finds the operation that a NaN or an infinity came from, and where it was written.
import {
  type NonFiniteOrigin,
  nonFiniteOrigin,
  originInLoop,
  type Range,
} from "../engine/non-finite.ts";
import { NablaError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { elementCount, formatShape, indexAt, type Shape } from "../graph/shape.ts";
import type { Origin, Site } from "../graph/site.ts";
import type { DType } from "../scalar/dtype.ts";
import { nodeOf, Tensor } from "./tensor.ts";

/** Summary of a tensor's elements. */
export interface ValueRange {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The smallest and largest finite elements; NaN if there are none. */
  readonly min: number;
  readonly max: number;
  /** How many elements are NaN or infinite. */
  readonly nonFinite: number;
}

/** For an operation that a gradient rule made: the operation whose gradient it is part of. */
export interface GradientOrigin {
  readonly operation: string;
  /** Where that was written: `file:line:column`. */
  readonly createdAt: string | undefined;
  /** Where the gradient was requested. */
  readonly askedAt: string | undefined;
  /** Set if that operation is part of a gradient itself. */
  readonly gradientOf: GradientOrigin | undefined;
}

/** A step of a loop, such as `scan`. */
export interface LoopStep {
  readonly operation: string;
  readonly step: number;
}

/** The operation that a NaN or an infinity came from. As text it reports everything it knows. */
export class NaNReport {
  /** The result of the operation. */
  readonly node: Tensor;
  readonly operation: string;
  /**
   * Where it was written, `file:line:column`; for a gradient's operation, where the operation that
   * it is the gradient of was written. Undefined on hosts without stacks.
   */
  readonly createdAt: string | undefined;
  /**
   * The public function that was called there: `softmax` for an operation that it is composed of.
   */
  readonly calledAs: string | undefined;
  /** Set if the operation is part of a gradient. */
  readonly gradientOf: GradientOrigin | undefined;
  readonly inputs: readonly ValueRange[];
  readonly output: ValueRange;
  /** Index of the first element that is NaN or infinite. */
  readonly index: readonly number[];
  /**
   * The loops that the operation is in, outermost first, and the step of each, from 0 in the order in
   * which steps run.
   */
  readonly loops: readonly LoopStep[];
  readonly #text: string;

  /** @internal Made by `findNaN`. */
  constructor({ node, range, inputs }: NonFiniteOrigin, loops: readonly LoopStep[]) {
    const { site } = node.cell;
    this.node = new Tensor(node);
    this.loops = loops;
    this.operation = node.operation.name;
    const [place] = placesOf(site);
    this.createdAt = textOf(placesOf(site));
    this.calledAs = place?.called;
    this.gradientOf = originOf(site?.gradientOf);
    this.inputs = node.inputs.map((input, i) => rangeOf(input, inputs[i]!));
    this.output = rangeOf(node, range);
    this.index = indexAt(range.first?.position ?? 0, node.shape);
    this.#text = this.#describe(node, range, isInferred(site));
    // What console.log shows in Node. As a method, it would keep the class in every bundle.
    Object.defineProperty(this, Symbol.for("nodejs.util.inspect.custom"), {
      value: () => this.#text,
    });
  }

  #describe(node: Node, range: Range, isGuess: boolean): string {
    const { operation, createdAt, calledAs, gradientOf, index, output } = this;
    const label =
      node.family === "source" && node.attributes.label ? ` "${node.attributes.label}"` : "";
    const of = chainOf(gradientOf).map((one) => `, in the gradient of ${one.operation}`);
    const steps = [...this.loops]
      .reverse()
      .map((one) => `, in step ${one.step} of ${one.operation}`);
    const isGiven = node.inputs.length === 0;
    const made = `${String(range.first?.value)} (${output.nonFinite} of ${sizeText(node)}, first at ${formatShape(index)})`;
    const finite = this.inputs.every(({ nonFinite }) => nonFinite === 0) ? " of finite inputs" : "";
    const what = isGiven ? `was given ${made}` : `made ${made}${finite}`;
    const guess = isGuess ? " (by calls like this one; this one was not looked at)" : "";
    const within =
      calledAs === undefined || calledAs === (gradientOf ?? this).operation
        ? ""
        : ` as ${calledAs}`;
    const written = gradientOf ? chainOf(gradientOf).at(-1)!.operation : operation;
    const lines = [
      `${operation}${label}${of.join("")}${steps.join("")}: ${what}`,
      `  ${written} was written at ${createdAt ?? "a place that is not known"}${within}${guess}`,
    ];
    if (gradientOf?.askedAt !== undefined)
      lines.push(`  the gradient was asked for at ${gradientOf.askedAt}`);
    for (const [i, input] of this.inputs.entries()) lines.push(`  input ${i}: ${rangeText(input)}`);
    if (node.family === "source") lines.push(`  ${beforeIt(node)}`);
    return lines.join("\n");
  }

  /** Formats the report in a few lines for people. */
  toString(): string {
    return this.#text;
  }
}

/**
 * Finds where a NaN or an infinity came from, after the fact: the first operation that produced one
 * from finite inputs, with the place in your program where it was written, and what its inputs
 * were. Returns null if all elements are finite. The graph is computed once more, one operation at
 * a time. Covers what a compiled function returned or left as gradients, and what it assigned to
 * parameters until the function is called again; throws `NablaError` for a graph on a parameter's
 * value that is gone.
 *
 * @example
 * const x = tensor([0, 1]);
 * const found = findNaN(x.log().sum());
 * found?.operation; // => "log"
 * found?.inputs.map(({ min, max }) => [min, max]); // => [[0, 1]]
 * findNaN(x.exp()); // => null
 */
export function findNaN(x: Tensor): NaNReport | null {
  if ((x as Tensor | null) === null) {
    throw new NablaError(
      "findNaN: got null, expected a tensor; a parameter has a gradient from backward() to the step",
    );
  }
  const node = nodeOf("findNaN", x);
  const call = node.cell.computedBy;
  let given = call?.given;
  let found = nonFiniteOrigin("findNaN", call?.output ?? node, given);
  // Continues into the result of a compiled function, as long as that call is its last.
  while (found?.node.cell.computedBy?.isKnown) {
    const last = found.node.cell.computedBy;
    const before = nonFiniteOrigin("findNaN", last.output, last.given);
    if (!before || before.node === found.node) break;
    [found, given] = [before, last.given];
  }
  if (!found) return null;
  const loops: LoopStep[] = [];
  for (let { node: at } = found; at.family === "loop"; at = found.node) {
    const inside = originInLoop("findNaN", at, loops.length === 0 ? given : undefined);
    if (!inside) break;
    loops.push({ operation: at.operation.name, step: inside.step });
    found = inside;
  }
  return new NaNReport(found, loops);
}

/** Explains why a report ends at a given value. */
function beforeIt(node: Node): string {
  return node.cell.computedBy
    ? "a compiled function computed it, in a call that was not its last"
    : "what came before it is not part of this graph";
}

function rangeOf({ shape, dtype }: Node, { min, max, nonFinite }: Range): ValueRange {
  return { shape, dtype, min, max, nonFinite };
}

function rangeText({ shape, dtype, min, max, nonFinite }: ValueRange): string {
  const finite = min === max ? `all ${min}` : `${min} to ${max}`;
  const bounds = Number.isNaN(min) ? "nothing finite" : finite;
  const others = nonFinite > 0 ? `, ${nonFinite} NaN or infinite` : "";
  return `${dtype} ${formatShape(shape)}, ${bounds}${others}`;
}

function sizeText(node: Node): string {
  const size = elementCount(node.shape);
  return size === 1 ? "1 element" : `${size} elements`;
}

/** The call sites of a site, or of what it is the gradient of. */
function placesOf(site: Site | undefined): Site["places"] {
  if (!site) return [];
  const { places, gradientOf } = site;
  return places.length === 0 && gradientOf ? placesOf(gradientOf.site) : places;
}

function isInferred(site: Site | undefined): boolean {
  if (!site) return false;
  if (site.places.length === 0 && site.gradientOf) return isInferred(site.gradientOf.site);
  return site.isInferred;
}

function textOf(places: Site["places"]): string | undefined {
  return places.length > 0 ? places.map(({ at }) => at).join(" or ") : undefined;
}

function originOf(origin: Origin | undefined): GradientOrigin | undefined {
  if (!origin) return undefined;
  return {
    operation: origin.operation,
    createdAt: textOf(placesOf(origin.site)),
    askedAt: textOf(placesOf(origin.pass)),
    gradientOf: originOf(origin.site?.gradientOf),
  };
}

function chainOf(origin: GradientOrigin | undefined): readonly GradientOrigin[] {
  return origin ? [origin, ...chainOf(origin.gradientOf)] : [];
}
