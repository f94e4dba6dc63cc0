// Steps whose outcome is decided in the graph: what an optimiser would make of everything, and then
// what is made of that.
import { NablaError, type Parameter, substitute, type Tensor } from "@nabla/autograd";
import type { Stepper } from "./stepper.ts";

/** What the step that `assign` takes makes of parameters and cells, none of which it changes. */
export function outcomeOf(
  cells: readonly Parameter[],
  assign: () => readonly Parameter[],
): readonly Tensor[] {
  // Values, as what is assigned to a parameter that stands in for another goes to that one.
  const values = cells.map((cell) => cell.stopGradient());
  return substitute(cells, values, () => {
    assign();
    return cells.map((cell) => cell.stopGradient());
  });
}

/** The cells of `inner`, and others beside them. Throws `NablaError` where names are there already. */
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
