// Kernels as text, for people and for tests that show what a change did to the code.
import type { Buffer, Factor, Index, Kernel, Statement, Total, Value } from "./language.ts";

/**
 * ```text
 * kernel matmul add sigmoid
 *   multiply t0 over row 100, column 16, inner 784: b0[784*row + inner] * b1[16*inner + column]
 *     b3[16*row + column] = div(1, add(1, exp(neg(add(t0, b2[column])))))
 * ```
 */
export function printKernel(kernel: Kernel): string {
  const names = new Map<Total, string>();
  const nameOf = (total: Total): string => {
    let name = names.get(total);
    if (name === undefined) names.set(total, (name = `t${names.size}`));
    return name;
  };
  const lines = [`kernel ${kernel.operations.join(" ")}`];
  for (const statement of kernel.body) printStatement(statement, 1, lines, nameOf);
  return lines.join("\n");
}

type NameOf = (total: Total) => string;

function printStatement(
  statement: Statement,
  depth: number,
  lines: string[],
  nameOf: NameOf,
): void {
  const line = (text: string) => lines.push("  ".repeat(depth) + text);
  const value = (x: Value) => printValue(x, nameOf);
  const place = (buffer: Buffer, index: Index) => `b${buffer.id}[${printIndex(index, nameOf)}]`;
  switch (statement.kind) {
    case "for":
      line(`for ${statement.variable.name} < ${statement.variable.size}`);
      for (const inner of statement.body) printStatement(inner, depth + 1, lines, nameOf);
      return;
    case "store":
      line(`${place(statement.buffer, statement.index)} = ${value(statement.value)}`);
      return;
    case "accumulate":
      line(`${place(statement.buffer, statement.index)} += ${value(statement.value)}`);
      return;
    case "reduce": {
      const over = statement.variables.map(({ name, size }) => `${name} < ${size}`).join(", ");
      const lanes = statement.lanes === 1 ? "" : ` in ${statement.lanes} lanes`;
      line(
        `${nameOf(statement.total)} = ${statement.combine} over ${over}${lanes}: ${value(statement.value)}`,
      );
      return;
    }
    case "multiply": {
      const { row, column, inner, left, right } = statement;
      const sizes = [row, column, inner].map(({ name, size }) => `${name} < ${size}`).join(", ");
      line(`multiply ${nameOf(statement.total)} over ${sizes}: ${value(left)} * ${value(right)}`);
      for (const part of statement.body) printStatement(part, depth + 1, lines, nameOf);
      return;
    }
  }
}

/** A value as text. Parts that are shared are written out each time. */
function printValue(value: Value, nameOf: NameOf): string {
  const inner = (x: Value) => printValue(x, nameOf);
  switch (value.kind) {
    case "literal":
      return Object.is(value.value, -0) ? "-0" : String(value.value);
    case "load":
      return `b${value.buffer.id}[${printIndex(value.index, nameOf)}]`;
    case "position":
      return printIndex(value.index, nameOf);
    case "apply":
      return `${value.operator}(${value.operands.map(inner).join(", ")})`;
    case "cast":
      return `${value.dtype}(${inner(value.operand)})`;
    case "guard": {
      const bounds = value.bounds.map(
        ({ index, from, to }) => `${from} <= ${printIndex(index, nameOf)} < ${to}`,
      );
      return `(${bounds.join(" and ")} ? ${inner(value.value)} : ${inner(value.otherwise)})`;
    }
    case "total":
      return nameOf(value);
  }
}

function printIndex({ constant, terms }: Index, nameOf: NameOf): string {
  const parts = terms.map(({ coefficient, factor }) => {
    const text = printFactor(factor, nameOf);
    return coefficient === 1 ? text : `${coefficient}*${text}`;
  });
  if (constant !== 0 || parts.length === 0) parts.push(String(constant));
  return parts.join(" + ");
}

function printFactor(factor: Factor, nameOf: NameOf): string {
  switch (factor.kind) {
    case "variable":
      return factor.name;
    case "quotient":
      return `floor((${printIndex(factor.of, nameOf)}) / ${factor.by})`;
    case "remainder":
      return `((${printIndex(factor.of, nameOf)}) mod ${factor.by})`;
    case "element":
      return printValue(factor.value, nameOf);
  }
}
