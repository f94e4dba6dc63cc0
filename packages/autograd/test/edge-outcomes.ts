// What a call comes to: values, or an error of nabla's. Anything else that is thrown is a fault.
import { type Data, NablaError, Tensor } from "@nabla/autograd";

/** A tensor's elements, or another thing that a call gives. */
export interface Leaf {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Data;
}

export type Outcome =
  | { readonly leaves: readonly Leaf[] }
  | { readonly error: string; readonly isNabla: true };

/** Larger ones are not read: they would take seconds, or all memory. */
const mostRead = 10_000;

/** All tensors of a result, read. */
function leavesOf(result: unknown): Leaf[] {
  if (result instanceof Tensor) {
    const { dtype, shape } = result as Tensor;
    const data = result.size > mostRead ? new Uint8Array() : result.dataSync();
    return [{ dtype, shape: [...shape], data }];
  }
  if (typeof result === "number") {
    return [{ dtype: "number", shape: [], data: Float64Array.of(result) }];
  }
  if (Array.isArray(result)) return result.flatMap((one: unknown) => leavesOf(one));
  if (result instanceof Promise) {
    // Read once more by the same call without a promise.
    result.catch(() => undefined);
    return [];
  }
  if (typeof result !== "object" || result === null) return [];
  return Object.values(result).flatMap((one: unknown) => leavesOf(one));
}

/** What `f` gives. Throws what it throws if that is no error of nabla's. */
export function outcomeOf(f: () => unknown): Outcome {
  try {
    return { leaves: leavesOf(f()) };
  } catch (error) {
    if (error instanceof NablaError) {
      return { error: `${error.name}: ${error.message}`, isNabla: true };
    }
    throw error;
  }
}

/** How a report writes an argument. */
export function written(value: unknown, depth = 4): string {
  if (value instanceof Tensor) {
    const numbers = [...value.dataSync()].map((x) => (Object.is(x, -0) ? "-0" : String(x)));
    return `tensor(Float64Array.of(${numbers.join(", ")}), { shape: [${value.shape.join(", ")}], dtype: "${value.dtype}" })`;
  }
  if (typeof value === "function") return value.name === "" ? "a function" : value.name;
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "symbol") return String(value);
  if (typeof value !== "object" || value === null) {
    return Object.is(value, -0) ? "-0" : `${String(value)}${typeof value === "bigint" ? "n" : ""}`;
  }
  if (depth === 0) return "…";
  if (Array.isArray(value)) {
    return `[${Array.from(value, (one) => written(one, depth - 1)).join(", ")}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return `new ${value.constructor.name}()`;
  }
  const parts = Object.entries(value).map(([name, one]) => `${name}: ${written(one, depth - 1)}`);
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}
