// What values are written with.
import type { DType } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";
import type { Value, Variable } from "../kernel/language.ts";
import type { Local } from "./encoder.ts";
import type { Lanes } from "./lanes.ts";
import type { Scopes } from "./scopes.ts";

/** Elements that are computed together: those from `variable` on, of which `valid` are wanted. */
export interface Vector {
  readonly variable: Variable;
  readonly lanes: 2 | 4;
  readonly valid: number;
}

/** Names a function of the host: an operator on a dtype. */
export type HostFunction = (operator: OperatorName, on: DType, arity: number) => number;

/** What instructions there are beside those that all hosts have. */
export interface Host {
  readonly hostFunction: HostFunction;
  /** Whether a product and its addition may be one instruction, rounded once. */
  readonly isFused: boolean;
}

/** Computes values, each once, into locals. */
export interface ValueWriter {
  readonly scopes: Scopes;
  readonly host: Host;
  /** Along which variable vectors go at present. */
  vector: Vector | undefined;
  /** The value's one element. */
  scalar(value: Value): Local;
  /** The value's elements along the vector's variable. */
  wide(value: Value): Local;
  /** One or the other. */
  inLanes(value: Value, lanes: Lanes): Local;
}
