// Sums in blocks (kernel/reduction.ts of autograd): the loops, and the totals in float64 to which
// accumulators are added after each block.
import { type DType, type SumBlocks, type Variable } from "@nabla/autograd/backend";
import { registerType } from "./operators.ts";
import type { Scopes } from "./scopes.ts";
import type { Writer } from "./writer.ts";

/** The body of nested loops. */
export interface Turns {
  /** How many values of the last variable it processes at a time. */
  readonly step: number;
  readonly write: () => void;
  /** The body for the remaining values. */
  readonly writeRest?: () => void;
}

/** The loops over `variables`; `between` before each block. */
function loopsInBlocks(
  variables: readonly Variable[],
  blocks: SumBlocks | undefined,
  { step, write, writeRest }: Turns,
  scopes: Scopes,
  between: () => void,
): void {
  const last = variables.at(-1);
  if (!last) {
    write();
    return;
  }
  const whole = last.size - (last.size % step);
  const within = () => {
    scopes.loop(last, 0, whole, step, write);
    writeRest?.();
  };
  if (!blocks) {
    scopes.loops(variables.slice(0, -1), within);
    return;
  }
  const [variable, ...inside] = variables.slice(blocks.loop) as [Variable, ...Variable[]];
  scopes.loops(variables.slice(0, blocks.loop), () => {
    const isLast = inside.length === 0;
    const to = isLast ? whole : variable.size;
    const [from, end] = [scopes.fresh("from"), scopes.fresh("end")];
    scopes.block(`for (long ${from} = 0; ${from} < ${to}; ${from} += ${blocks.size}) {`, () => {
      between();
      const next = `${from} + ${blocks.size}`;
      scopes.line(`const long ${end} = ${next} < ${to} ? ${next} : ${to};`);
      if (isLast) scopes.loop(variable, from, end, step, write);
      else {
        scopes.loop(variable, from, end, 1, () => scopes.loops(inside.slice(0, -1), within));
      }
    });
    if (!isLast) return;
    if (whole < variable.size && whole % blocks.size === 0) between();
    writeRest?.();
  });
}

/** The loops over `variables`, in which `totals`, each with `lanes` lanes, sum from 0. */
export function addInBlocks(
  totals: readonly string[],
  dtype: DType,
  lanes: number,
  variables: readonly Variable[],
  blocks: SumBlocks | undefined,
  turns: Turns,
  { scopes }: Writer,
): void {
  if (!blocks || totals.length === 0) {
    loopsInBlocks(variables, undefined, turns, scopes, () => {});
    return;
  }
  const wide = registerType("float64", lanes);
  const all = scopes.fresh("all");
  const here = registerType(dtype, lanes);
  const isByHalves = dtype !== "float64" && lanes > 1;
  scopes.line(`${wide} ${all}[${totals.length}] = {0};`);
  loopsInBlocks(variables, blocks, turns, scopes, () =>
    totals.forEach((total, i) => {
      const text = isByHalves
        ? `addWide_${lanes}(&${all}[${i}], ${total})`
        : `${all}[${i}] += ${total}`;
      scopes.line(`${text}; ${total} = (${here}){0};`);
    }),
  );
  totals.forEach((total, i) => {
    const text = isByHalves
      ? `narrowSum_${lanes}(&${all}[${i}], ${total})`
      : `${all}[${i}] + ${total}`;
    scopes.line(`${total} = ${text};`);
  });
}
