// The interface for writing values.
import type { DType } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";
import type { Value, Variable } from "../kernel/language.ts";
import type { Local } from "./encoder.ts";
import type { Lanes } from "./lanes.ts";
import type { Scopes } from "./scopes.ts";

/** Elements that are computed together: those from `variable` on, of which `valid` are used. */
export interface Vector {
  readonly variable: Variable;
  readonly lanes: 2 | 4;
  readonly valid: number;
}

/** Imports a function of the host: an operator on a dtype. */
export type HostFunction = (operator: OperatorName, on: DType, arity: number) => number;

/** Instructions beyond those that all hosts have. */
export interface Host {
  readonly hostFunction: HostFunction;
  /** Whether a multiply-add may be one instruction, rounded once. */
  readonly isFused: boolean;
}

/** Computes values, each once, into locals. */
export interface ValueWriter {
  readonly scopes: Scopes;
  readonly host: Host;
  /** What vectors are along here; undefined where elements are computed one by one. */
  readonly vector: Vector | undefined;
  /** What `write` gives, in which vectors are along `vector`. */
  along<Result>(vector: Vector | undefined, write: () => Result): Result;
  /** The value's one element. */
  scalar(value: Value): Local;
  /** The value's elements along the vector's variable. */
  wide(value: Value): Local;
  /** As one element or as a vector. */
  inLanes(value: Value, lanes: Lanes): Local;
}
