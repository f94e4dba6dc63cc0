// Generates plain JavaScript from kernels: the oracle that shows whether a plan is right,
// independent of WebAssembly. Every operation is rounded to its dtype, as there.
import {
  conversions,
  type Data,
  type DType,
  isFloating,
  isHalf,
  isWhole,
  roundings,
} from "../../scalar/dtype.ts";
import { bitsOfHalf, numberOfHalf } from "../../scalar/half.ts";
import { exactText } from "../../scalar/number-text.ts";
import { operators } from "../../scalar/operators.ts";
import {
  type Buffer,
  type Factor,
  type Given,
  givenBuffer,
  type Index,
  type Kernel,
  type Statement,
  type Total,
  type Value,
  type Variable,
} from "../kernel/language.ts";
import { type Blocks, blocksOfMultiply, blocksOfReduce } from "../kernel/reduction.ts";

/** Called with a check's number and the index that is out of range. */
export type Fail = (check: number, index: number) => void;

/** Runs a kernel on the arrays of its arguments. */
export type KernelFunction = (given: Given, arrays: (buffer: Buffer) => Data, fail: Fail) => void;

/** Compiles a kernel to a function. */
export function kernelToJavaScript(kernel: Kernel): KernelFunction {
  const writer = new Writer();
  for (const statement of kernel.body) writer.statement(statement);
  const names = [...writer.buffers.values()];
  // oxlint-disable-next-line typescript/no-implied-eval
  const build = new Function(
    ...names,
    "operators",
    "roundings",
    "conversions",
    "halves",
    "fail",
    "given",
    writer.text(),
  );
  return (given, arrays, fail) => {
    const own = [...writer.buffers.keys()].map((buffer) => arrays(givenBuffer(given, buffer)));
    build(...own, operators, roundings, conversions, halves, fail, given);
  };
}

const halves = { of: numberOfHalf, bits: bitsOfHalf };

class Writer {
  readonly buffers = new Map<Buffer, string>();
  readonly #lines: string[] = [];
  readonly #names = new Map<object, string>();
  #guards = 0;
  /** Names of values computed on an earlier line that is still in scope; one map per block. */
  readonly #scopes: Map<Value | Factor, string>[] = [new Map<Value | Factor, string>()];

  text(): string {
    return `"use strict";\n${this.#lines.join("\n")}`;
  }

  #line(text: string): void {
    this.#lines.push(text);
  }

  #nameOf(thing: Variable | Total, prefix: string): string {
    let name = this.#names.get(thing);
    if (name === undefined) this.#names.set(thing, (name = `${prefix}${this.#names.size}`));
    return name;
  }

  #array(buffer: Buffer): string {
    let name = this.buffers.get(buffer);
    if (name === undefined) this.buffers.set(buffer, (name = `b${buffer.id}`));
    return name;
  }

  #block(open: string, write: () => void): void {
    this.#line(open);
    this.#scopes.push(new Map<Value | Factor, string>());
    write();
    this.#scopes.pop();
    this.#line("}");
  }

  #loop(variable: Variable, write: () => void): void {
    const name = this.#nameOf(variable, "i");
    this.#block(`for (let ${name} = 0; ${name} < ${variable.size}; ${name}++) {`, write);
  }

  #loops(variables: readonly Variable[], write: () => void): void {
    const [first, ...rest] = variables;
    if (first) this.#loop(first, () => this.#loops(rest, write));
    else write();
  }

  /** The loops over `variables`; `between` is a line before each block, and after the last. */
  #inBlocks(
    variables: readonly Variable[],
    blocks: Blocks | undefined,
    between: string,
    write: () => void,
  ): void {
    if (!blocks) {
      this.#loops(variables, write);
      return;
    }
    const [variable, ...inside] = variables.slice(blocks.loop) as [Variable, ...Variable[]];
    const name = this.#nameOf(variable, "i");
    this.#loops(variables.slice(0, blocks.loop), () => {
      const { size } = variable;
      this.#block(`for (let from = 0; from < ${size}; from += ${blocks.size}) {`, () => {
        this.#line(between);
        const end = `Math.min(from + ${blocks.size}, ${size})`;
        this.#block(`for (let ${name} = from; ${name} < ${end}; ${name}++) {`, () =>
          this.#loops(inside, write),
        );
      });
    });
    this.#line(between);
  }

  statement(statement: Statement): void {
    switch (statement.kind) {
      case "for":
        this.#loop(statement.variable, () =>
          statement.body.forEach((part) => this.statement(part)),
        );
        return;
      case "store":
      case "accumulate": {
        const { buffer, kind } = statement;
        const value = this.#value(statement.value);
        const element = `${this.#array(buffer)}[${this.#index(statement.index)}]`;
        const sum = this.#rounded(buffer.dtype, `${element} + ${value}`);
        const stored = isHalf(buffer.dtype) ? `halves.bits("${buffer.dtype}", ${value})` : value;
        this.#line(`${element} = ${kind === "store" ? stored : sum};`);
        return;
      }
      case "reduce": {
        const { total, combine, start, variables, value, lanes } = statement;
        const name = this.#nameOf(total, "t");
        const step = (a: string, b: string) =>
          this.#rounded(total.dtype, `operators.${combine}.evaluate(${a}, ${b})`);
        this.#line(`const ${name}s = new Array(${lanes}).fill(${literal(start)});`);
        this.#line(`let ${name}lane = 0;`);
        const blocks = blocksOfReduce(statement);
        if (blocks) this.#line(`const ${name}all = new Array(${lanes}).fill(0);`);
        const all = `for (let l = 0; l < ${lanes}; l++)`;
        const between = `${all} { ${name}all[l] += ${name}s[l]; ${name}s[l] = 0; }`;
        this.#inBlocks(variables, blocks, between, () => {
          const element = this.#value(value);
          this.#line(`${name}s[${name}lane] = ${step(`${name}s[${name}lane]`, element)};`);
          this.#line(`${name}lane = (${name}lane + 1) % ${lanes};`);
        });
        if (blocks)
          this.#line(`${all} ${name}s[l] = ${this.#rounded(total.dtype, `${name}all[l]`)};`);
        this.#line(`for (let half = ${lanes / 2}; half >= 1; half /= 2)`);
        this.#line(
          `  for (let l = 0; l < half; l++) ${name}s[l] = ${step(`${name}s[l]`, `${name}s[l + half]`)};`,
        );
        this.#line(`const ${name} = ${name}s[0];`);
        return;
      }
      case "prefix": {
        const { before, total, start, variable, next, body } = statement;
        const [last, name] = [this.#nameOf(before, "t"), this.#nameOf(total, "t")];
        this.#line(`let ${last} = ${literal(start)};`);
        this.#loop(variable, () => {
          this.#line(`const ${name} = ${this.#value(next)};`);
          for (const part of body) this.statement(part);
          this.#line(`${last} = ${name};`);
        });
        return;
      }
      case "multiply": {
        const { total, row, column, inner, left, right, body } = statement;
        const name = this.#nameOf(total, "t");
        this.#loops([row, column], () => {
          this.#line(`let ${name} = 0;`);
          const blocks = blocksOfMultiply(statement);
          if (blocks) this.#line(`let ${name}all = 0;`);
          this.#inBlocks(inner, blocks, `${name}all += ${name}; ${name} = 0;`, () => {
            const [a, b] = [this.#value(left), this.#value(right)];
            const product = isWhole(total.dtype) ? `Math.imul(${a}, ${b})` : `${a} * ${b}`;
            this.#line(
              `${name} = ${this.#rounded(total.dtype, `${name} + ${this.#rounded(total.dtype, product)}`)};`,
            );
          });
          if (blocks) this.#line(`${name} = ${this.#rounded(total.dtype, `${name}all`)};`);
          for (const part of body) this.statement(part);
        });
        return;
      }
    }
  }

  #rounded(dtype: DType, text: string): string {
    return dtype === "float64" ? `(${text})` : `roundings.${dtype}(${text})`;
  }

  /** The value's name; computed on its own line unless it is available. */
  #value(value: Value): string {
    if (value.kind === "total") return this.#nameOf(value, "t");
    if (value.kind === "literal")
      return literal(isFloating(value.dtype) ? roundings[value.dtype](value.value) : value.value);
    return this.#named(value, () => this.#expression(value));
  }

  #named(thing: Value | Factor, write: () => string): string {
    const scope = this.#scopes.find((names) => names.has(thing));
    if (scope) return scope.get(thing)!;
    const text = write();
    const name = `v${this.#lines.length}`;
    this.#line(`const ${name} = ${text};`);
    this.#scopes.at(-1)!.set(thing, name);
    return name;
  }

  #expression(value: Exclude<Value, Total | { kind: "literal" }>): string {
    switch (value.kind) {
      case "load": {
        const element = `${this.#array(value.buffer)}[${this.#index(value.index)}]`;
        const { dtype } = value.buffer;
        return isHalf(dtype) ? `halves.of("${dtype}", ${element})` : element;
      }
      case "position":
        return this.#index(value.index);
      case "cast":
        return `conversions.${value.dtype}(${this.#value(value.operand)})`;
      case "apply": {
        const { on, operator, operands } = value;
        const { evaluateInteger } = operators[operator];
        const method = isWhole(on) && evaluateInteger ? "evaluateInteger" : "evaluate";
        const call = `operators.${operator}.${method}(${operands.map((x) => this.#value(x)).join(", ")})`;
        return this.#rounded(value.dtype, call);
      }
      case "guard": {
        const name = `g${this.#guards++}`;
        const bounds = value.bounds.map(({ index, from, to }) => {
          const text = this.#index(index);
          return `${from} <= ${text} && ${text} < ${to}`;
        });
        this.#line(`let ${name};`);
        this.#block(`if (${bounds.join(" && ")}) {`, () =>
          this.#line(`${name} = ${this.#value(value.value)};`),
        );
        this.#block("else {", () => this.#line(`${name} = ${this.#value(value.otherwise)};`));
        return name;
      }
    }
  }

  #index({ constant, terms }: Index): string {
    const parts = terms.map(
      ({ coefficient, factor }) => `${coefficient} * ${this.#factor(factor)}`,
    );
    return `(${[constant, ...parts].join(" + ")})`;
  }

  #factor(factor: Factor): string {
    switch (factor.kind) {
      case "variable":
        return this.#nameOf(factor, "i");
      case "quotient":
        return `Math.floor(${this.#index(factor.of)} / ${factor.by})`;
      case "remainder":
        return `(${this.#index(factor.of)} % ${factor.by})`;
      case "element":
        return this.#named(factor, () => {
          const given = this.#value(factor.value);
          const from = `(${given} < 0 ? ${given} + ${factor.size} : ${given})`;
          return `${from} >= 0 && ${from} < ${factor.size} ? ${from} : (fail(${factor.check}, ${given}), 0)`;
        });
      case "given":
        return `given[${factor.position}]`;
    }
  }
}

function literal(value: number): string {
  const text = exactText(value);
  return value < 0 ? `(${text})` : text;
}
