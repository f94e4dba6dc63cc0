// A batch of several examples: numbers become tensors, name by name.
import { type Data, formatShape, NablaError, stack, Tensor, tensor } from "@nabla/autograd";
import { describe, isPlainObject } from "@nabla/autograd/checks";

/** What a batch of such examples is: a tensor of numbers and of tensors, a list of all else. */
export type Batched<T> = T extends number | boolean | Data | Tensor
  ? Tensor
  : T extends readonly (number | boolean | readonly unknown[])[]
    ? Tensor
    : T extends string | null | undefined
      ? readonly T[]
      : T extends object
        ? { readonly [Name in keyof T]: Batched<T[Name]> }
        : readonly T[];

/** The batch of some examples. Throws `NablaError` where one is not like the first. */
export function batchOf<T>(examples: readonly T[]): Batched<T> {
  return batchedAt(examples, "") as Batched<T>;
}

function batchedAt(all: readonly unknown[], where: string): unknown {
  const [first] = all;
  if (isPlainObject(first)) return byName(all, first, where);
  if (first instanceof Tensor) return stacked(all, where);
  if (ArrayBuffer.isView(first)) return rows(all, where);
  if (typeof first === "number" || typeof first === "boolean" || Array.isArray(first)) {
    checkAll(all, (x) => typeof x === typeof first, first, where);
    try {
      return tensor(all as number[]);
    } catch (error) {
      if (!(error instanceof NablaError)) throw error;
      throw new NablaError(`batch: ${where || "the examples"}: ${error.message}`, { cause: error });
    }
  }
  return all;
}

function byName(all: readonly unknown[], first: object, where: string): unknown {
  const names = Object.keys(first);
  const isLike = (x: unknown) =>
    isPlainObject(x) && Object.keys(x).length === names.length && names.every((name) => name in x);
  const other = all.findIndex((x) => !isLike(x));
  if (other >= 0) {
    const given = isPlainObject(all[other])
      ? `{ ${Object.keys(all[other]).join(", ")} }`
      : describe(all[other]);
    throw unlike(where, other, given, `{ ${names.join(", ")} }`);
  }
  return Object.fromEntries(
    names.map((name) => [
      name,
      batchedAt(
        all.map((x) => (x as Readonly<Record<string, unknown>>)[name]),
        where === "" ? name : `${where}.${name}`,
      ),
    ]),
  );
}

function stacked(all: readonly unknown[], where: string): Tensor {
  const first = all[0] as Tensor;
  const isLike = (x: unknown) =>
    x instanceof Tensor && x.dtype === first.dtype && shapeOf(x) === shapeOf(first);
  const typeOf = (x: unknown) => (x instanceof Tensor ? `${x.dtype} ${shapeOf(x)}` : describe(x));
  const other = all.findIndex((x) => !isLike(x));
  if (other >= 0) throw unlike(where, other, typeOf(all[other]), typeOf(first));
  return stack(all as readonly Tensor[]);
}

const shapeOf = (x: Tensor): string => formatShape(x.shape);

type Row = Data | Uint8ClampedArray;

/** Typed arrays of one kind and length, as the rows of a tensor of their dtype. */
function rows(all: readonly unknown[], where: string): Tensor {
  const first = all[0] as Row;
  const kind = first.constructor as new (size: number) => Row;
  const isKnown = [Float32Array, Float64Array, Int32Array, Uint8Array].some((one) => kind === one);
  if (!isKnown) {
    throw unlike(
      where,
      0,
      describe(first),
      "a Float32Array, Float64Array, Int32Array or Uint8Array",
    );
  }
  checkAll(
    all,
    (x) => Object(x).constructor === kind && (x as Row).length === first.length,
    first,
    where,
  );
  const elements = new kind(all.length * first.length) as Data;
  all.forEach((x, i) => {
    elements.set(x as Row, i * first.length);
  });
  return tensor(elements, { shape: [all.length, first.length] });
}

function checkAll(
  all: readonly unknown[],
  isLike: (x: unknown) => boolean,
  first: unknown,
  where: string,
): void {
  const other = all.findIndex((x) => !isLike(x));
  if (other >= 0) throw unlike(where, other, described(all[other]), described(first));
}

function described(x: unknown): string {
  return ArrayBuffer.isView(x) ? `${describe(x)} of ${(x as Row).length}` : describe(x);
}

function unlike(where: string, i: number, given: string, expected: string): NablaError {
  const place = where === "" ? "" : `${where} of `;
  return new NablaError(`batch: ${place}example ${i} is ${given}, expected ${expected}`);
}
