// Steps whose outcome depends on values: the inner step is computed on stand-ins, and its result used
// in the graph.
import { NablaError, type Parameter, substitute, type Tensor } from "@nabla/autograd";
import type { Stepper } from "./stepper.ts";

/** The new values of parameters and cells after the step that `assign` takes; none of them is changed. */
export function outcomeOf(
  cells: readonly Parameter[],
  assign: () => readonly Parameter[],
): readonly Tensor[] {
  // Values rather than cells, because an assignment to a parameter that stands in for another goes to
  // that one.
  const values = cells.map((cell) => cell.stopGradient());
  return substitute(cells, values, () => {
    assign();
    return cells.map((cell) => cell.stopGradient());
  });
}

/** The cells of `inner`, and additional ones. Throws `NablaError` for duplicate names. */
export function cellsWith(
  operation: string,
  { cells }: Stepper,
  own: ReadonlyMap<string, Parameter>,
): ReadonlyMap<string, Parameter> {
  if ([...own.keys()].some((name) => cells.has(name))) {
    throw new NablaError(`${operation}: the optimiser is one of ${operation} already`);
  }
  return new Map([...cells, ...own]);
}
