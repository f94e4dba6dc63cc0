// Prints kernels, for people and for tests that show how a change affects the code.
import { isHalf } from "../../scalar/dtype.ts";
import { shortText } from "../../scalar/number-text.ts";
import { operandsOf } from "./dependence.ts";
import {
  type Buffer,
  type Factor,
  type Given,
  givenBuffer,
  givenNumber,
  type Index,
  type Kernel,
  type Statement,
  type Total,
  type Value,
} from "./language.ts";

/**
 * Prints the kernel with its arguments.
 *
 * ```text
 * kernel matmul add sigmoid
 *   multiply t0 over row 100, column 16, inner 784: b0[784*row + inner] * b1[16*inner + column]
 *     b3[16*row + column] = div(1, add(1, exp(neg(add(t0, b2[column])))))
 * ```
 */
export function printKernel(kernel: Kernel, given: Given): string {
  const printer = new Printer(given);
  return [`kernel ${kernel.operations.join(" ")}`, ...printer.block(kernel.body, 1)].join("\n");
}

type NameOf = (total: Total) => string;

class Printer {
  readonly #given: Given;
  readonly #totals = new Map<Total, string>();
  /** Values with lines of their own, because they are used more than once. */
  readonly #shared = new Map<Value, string>();

  constructor(given: Given) {
    this.#given = given;
  }

  /** The lines of statements in one loop, after those of shared values. */
  block(
    statements: readonly Statement[],
    depth: number,
    first?: { readonly value: Value; readonly name?: string },
  ): readonly string[] {
    const uses = usesIn([...(first ? [first.value] : []), ...statements.flatMap(storedIn)]);
    const lines: string[] = [];
    const line = (text: string) => lines.push("  ".repeat(depth) + text);
    const share = (value: Value) => {
      for (const part of inwardFirst(value)) {
        if (uses.get(part)! < 2 || this.#shared.has(part)) continue;
        const text = this.#value(part);
        this.#shared.set(part, `v${this.#shared.size}`);
        line(`${this.#shared.get(part)} = ${text}`);
      }
    };
    if (first) {
      share(first.value);
      const text = this.#value(first.value);
      line(first.name === undefined ? text : `${first.name} = ${text}`);
    }
    for (const statement of statements) {
      storedIn(statement).forEach(share);
      this.#statement(statement, depth, line, lines);
    }
    return lines;
  }

  #nameOf: NameOf = (total) => {
    let name = this.#totals.get(total);
    if (name === undefined) this.#totals.set(total, (name = `t${this.#totals.size}`));
    return name;
  };

  #statement(
    statement: Statement,
    depth: number,
    line: (text: string) => void,
    lines: string[],
  ): void {
    const value = (x: Value) => this.#value(x);
    switch (statement.kind) {
      case "for":
        line(
          `for ${statement.variable.name} < ${statement.variable.size}` +
            (statement.order === "any" ? "" : ", in order"),
        );
        lines.push(...this.block(statement.body, depth + 1));
        return;
      case "store":
        line(`${this.#place(statement.buffer, statement.index)} = ${value(statement.value)}`);
        return;
      case "accumulate":
        line(`${this.#place(statement.buffer, statement.index)} += ${value(statement.value)}`);
        return;
      case "reduce": {
        const { total, combine, variables, lanes } = statement;
        const over = variables.map(({ name, size }) => `${name} < ${size}`).join(", ");
        const inLanes = lanes === 1 ? "" : ` in ${lanes} lanes`;
        const start = `${this.#nameOf(total)} = ${combine} over ${over}${inLanes}:`;
        const uses = usesIn([statement.value]);
        if (inwardFirst(statement.value).every((part) => uses.get(part)! < 2)) {
          line(`${start} ${value(statement.value)}`);
          return;
        }
        line(start);
        lines.push(...this.block([], depth + 1, { value: statement.value }));
        return;
      }
      case "prefix": {
        const { before, total, start, variable, next } = statement;
        const [last, name] = [this.#nameOf(before), this.#nameOf(total)];
        line(
          `prefix ${variable.name} < ${variable.size}, ${last} = ${start}, then the ${name} before`,
        );
        lines.push(...this.block(statement.body, depth + 1, { name, value: next }));
        return;
      }
      case "multiply": {
        const { row, column, inner, left, right } = statement;
        const sizes = [row, column, ...inner]
          .map(({ name, size }) => `${name} < ${size}`)
          .join(", ");
        const product = `${value(left)} * ${value(right)}`;
        line(`multiply ${this.#nameOf(statement.total)} over ${sizes}: ${product}`);
        lines.push(...this.block(statement.body, depth + 1));
        return;
      }
    }
  }

  #value(value: Value): string {
    return this.#shared.get(value) ?? this.#expression(value);
  }

  readonly #text = (value: Value): string => this.#value(value);

  #place(buffer: Buffer, index: Index): string {
    // Such elements are read as float32, and what is stored there has been rounded.
    const stored = isHalf(buffer.dtype) ? `${buffer.dtype} ` : "";
    return `${stored}b${givenBuffer(this.#given, buffer).id}[${this.#index(index)}]`;
  }

  /** Prints an index, with the kernel's numeric arguments. */
  #index(index: Index): string {
    let { constant } = index;
    const parts: string[] = [];
    for (const { coefficient, factor } of index.terms) {
      if (factor.kind === "given") constant += coefficient * givenNumber(this.#given, factor);
      else parts.push(`${coefficient === 1 ? "" : `${coefficient}*`}${this.#factor(factor)}`);
    }
    if (constant !== 0 || parts.length === 0) parts.push(String(constant));
    return parts.join(" + ");
  }

  #factor(factor: Factor): string {
    switch (factor.kind) {
      case "variable":
        return factor.name;
      case "quotient":
        return `floor((${this.#index(factor.of)}) / ${factor.by})`;
      case "remainder":
        return `((${this.#index(factor.of)}) mod ${factor.by})`;
      case "element":
        return this.#value(factor.value);
      case "given":
        return String(givenNumber(this.#given, factor));
    }
  }

  #expression(value: Value): string {
    switch (value.kind) {
      case "literal":
        return shortText(value.value, value.dtype);
      case "load":
        return this.#place(value.buffer, value.index);
      case "position":
        return this.#index(value.index);
      case "apply":
        return `${value.operator}(${value.operands.map(this.#text).join(", ")})`;
      case "cast":
        return `${value.dtype}(${this.#value(value.operand)})`;
      case "guard": {
        const bounds = value.bounds.map(
          ({ index, from, to }) => `${from} <= ${this.#index(index)} < ${to}`,
        );
        const [inside, outside] = [this.#value(value.value), this.#value(value.otherwise)];
        return `(${bounds.join(" and ")} ? ${inside} : ${outside})`;
      }
      case "total":
        return this.#nameOf(value);
    }
  }
}

/** The values that a statement itself stores: all others are printed with the loops around them. */
function storedIn(statement: Statement): readonly Value[] {
  return statement.kind === "store" || statement.kind === "accumulate" ? [statement.value] : [];
}

/** How often each part of the values is used. */
function usesIn(values: readonly Value[]): ReadonlyMap<Value, number> {
  const uses = new Map<Value, number>();
  for (const root of values) {
    const waiting = [root];
    for (let value = waiting.pop(); value; value = waiting.pop()) {
      const before = uses.get(value) ?? 0;
      uses.set(value, before + 1);
      if (before === 0) waiting.push(...operandsOf(value));
    }
  }
  return uses;
}

/** Operators and casts of a value, operands before their users. */
function inwardFirst(root: Value): readonly Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  const path: Value[] = [root];
  while (path.length > 0) {
    const value = path.at(-1)!;
    const next = operandsOf(value).find((operand) => !seen.has(operand));
    seen.add(value);
    if (next) {
      path.push(next);
      continue;
    }
    path.pop();
    if (value.kind === "apply") order.push(value);
  }
  return order;
}
