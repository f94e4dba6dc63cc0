// Loads tensors of a file into the parameters of their names, all of them or none.
import { type DType, formatShape, NablaError, type Parameter, type Tensor } from "@nabla/autograd";
import { type Model, namedCellsOf } from "../layer.ts";
import { holderOf } from "./conversions.ts";
import { formatNames } from "./formats.ts";
import type { Entry, Header } from "./header-in.ts";
import { quoted } from "./names.ts";
import { shortDType } from "./roundings.ts";

/** The parameter that a tensor of a file is loaded into. */
export interface Destination {
  readonly p: Parameter;
  /** Whether the file has its transpose. */
  readonly isTransposed: boolean;
}

/** The parameters that the tensors of a file are loaded into, by their names in the file. */
export function destinationsOf(
  subject: string,
  model: Model,
  {
    rename = (name) => name,
    transpose = () => false,
  }: {
    readonly rename?: ((name: string) => string) | undefined;
    readonly transpose?: ((name: string) => boolean) | undefined;
  },
): ReadonlyMap<string, Destination> {
  const destinations = new Map<string, Destination>();
  for (const [name, p] of namedCellsOf(model)) {
    const inFile = rename(name);
    if (destinations.has(inFile)) {
      throw new NablaError(`${subject}: more than one parameter is called ${quoted(inFile)}`);
    }
    destinations.set(inFile, { p, isTransposed: transpose(name) });
  }
  return destinations;
}

/** Names that only one side has. */
export interface Misfit {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/**
 * Checks that tensors of the header fit the parameters of their names. Throws one error with all
 * mismatches; with `strict`, it includes names that only one side has.
 */
export function checkFits(
  subject: string,
  { entries }: Header,
  destinations: ReadonlyMap<string, Destination>,
  { strict, widen = false }: { readonly strict: boolean; readonly widen?: boolean },
): Misfit {
  const found = new Map(entries.map((entry) => [entry.name, entry]));
  const missing = [...destinations.keys()].filter((name) => !found.has(name));
  const unexpected = [...found.keys()].filter((name) => !destinations.has(name));
  const problems = [...destinations].flatMap(([name, destination]) => {
    const entry = found.get(name);
    return entry ? difference(entry, destination, widen) : [];
  });
  if (strict && unexpected.length > 0) {
    problems.unshift(`${listed(unexpected)} in the file, not in the model`);
  }
  if (strict && missing.length > 0) {
    problems.unshift(`${listed(missing)} in the model, not in the file`);
  }
  if (problems.length > 0) throw new NablaError(`${subject}: ${shortened(problems).join("; ")}`);
  return { missing, unexpected };
}

/** What is different between a tensor and its destination. */
function difference(
  { name, format, shape }: Entry,
  { p, isTransposed }: Destination,
  widen: boolean,
): string[] {
  const called = quoted(name);
  if (isTransposed && p.rank !== 2) {
    return [`${called} is ${formatShape(p.shape)} in the model, only a matrix can be transposed`];
  }
  const [given, wanted] = [shape, isTransposed ? p.shape.toReversed() : p.shape].map(formatShape);
  if (given !== wanted) {
    const inModel = `${formatShape(p.shape)}${isTransposed ? " transposed" : ""} in the model`;
    const isOther = shape.length === 2 && formatShape(shape.toReversed()) === wanted;
    const hint = isOther ? "; see the option transpose" : "";
    return [`${called} is ${given} in the file, ${inModel}${hint}`];
  }
  const own = formatNames[p.dtype];
  if (format === own) return [];
  const isNarrower = narrower[p.dtype]?.(format) ?? false;
  if (isNarrower && widen) return [];
  const hint = isNarrower ? "; see the option widen" : "";
  return [`${called} is ${format} in the file, ${own} in the model${hint}`];
}

/** Whether float32 has all numbers of a format of fewer bits. */
function isNarrow(format: string): boolean {
  return shortDType(format) !== undefined || holderOf(format) === "float32";
}

/** Which formats have no other numbers than a dtype has. */
const narrower: Partial<Record<DType, (format: string) => boolean>> = {
  float32: (format) => isNarrow(format),
  float64: (format) => format === formatNames.float32 || isNarrow(format),
};

/** The most that an error lists of one kind. */
const mostListed = 8;

function shortened(list: readonly string[]): readonly string[] {
  const more = list.length - mostListed;
  return more > 0 ? [...list.slice(0, mostListed), `and ${more} more`] : list;
}

function listed(names: readonly string[]): string {
  const verb = names.length === 1 ? "is" : "are";
  return `${shortened(names.map(quoted)).join(", ")} ${verb}`;
}

/** Gives each destination its tensor. */
export function assign(
  tensors: readonly (readonly [name: string, x: Tensor])[],
  destinations: ReadonlyMap<string, Destination>,
): void {
  for (const [name, x] of tensors) {
    const { p, isTransposed } = destinations.get(name)!;
    p.assign((isTransposed ? x.transpose() : x).cast(p.dtype));
  }
}
