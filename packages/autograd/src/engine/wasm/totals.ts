// Accumulators in registers: initialization, updates, and the epilogue.
import type { DType } from "../../scalar/dtype.ts";
import { addIndices, constantIndex, term } from "../kernel/index-arithmetic.ts";
import type { Multiply, Total, Variable } from "../kernel/language.ts";
import { Substitution } from "../kernel/substitute.ts";
import { addMultiplyAdd } from "./arithmetic.ts";
import type { Local } from "./encoder.ts";
import type { KernelWriter } from "./kernel-writer.ts";
import { addLiteral } from "./lanes.ts";
import type { Vector } from "./value-writer.ts";

/** This many vectors with `start` in all lanes. */
export function totalsFrom(
  start: number,
  count: number,
  dtype: DType,
  { scopes, lanes }: KernelWriter,
): readonly Local[] {
  const totals = Array.from({ length: count }, () => scopes.body.local("v128"));
  for (const local of totals) {
    addLiteral(scopes.code, start, dtype, lanes);
    scopes.code.set(local);
  }
  return totals;
}

/** total += left * right, lane by lane. */
export function addProduct(
  total: Local,
  left: Local,
  right: Local,
  dtype: DType,
  { scopes, values, lanes }: KernelWriter,
): void {
  const { code, body } = scopes;
  addMultiplyAdd(code, body, dtype, [left, right, total], lanes, values.host.isFused);
  code.set(total);
}

/**
 * Writes the epilogue, the statements after a product, for the totals in `local`: those of
 * `vector`, at counters shifted by `moved`.
 */
export function writeEpilogue(
  { total, body }: Multiply,
  local: Local,
  vector: Vector,
  moved: ReadonlyMap<Variable, number>,
  writer: KernelWriter,
): void {
  const { scopes, values } = writer;
  const own: Total = { kind: "total", dtype: total.dtype };
  const replacements = [...moved].map(
    ([variable, by]) => [variable, addIndices(term(variable), constantIndex(by))] as const,
  );
  const here = new Substitution(new Map(replacements), { totals: new Map([[total, own]]) });
  const code = scopes.scoped(() => {
    scopes.bindTotal(own, local);
    values.along(vector, () => {
      for (const statement of body) writer.statement(here.statement(statement));
    });
  });
  scopes.code.append(code);
}
