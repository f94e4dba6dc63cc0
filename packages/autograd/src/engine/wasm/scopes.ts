// Scopes: where code is written, bodies of loops and branches, nested, with the values computed in
// each. Anything with a name is computed once, into a local, hoisted to the outermost possible
// scope.
import type { Dependence } from "../kernel/dependence.ts";
import type { Total, Variable } from "../kernel/language.ts";
import { Code, type FunctionBody, type Local, type ValueType } from "./encoder.ts";
import {
  addExtent,
  type Extent,
  isSingleStep,
  type NumberArguments,
  sizeClass,
} from "./extents.ts";
import { listOf, parametersOf } from "./run-table.ts";
import { addFirstTurn } from "./shares.ts";

const nothing: ReadonlySet<Dependence> = new Set<Dependence>();

/** The body of a loop, or a branch. */
interface Scope {
  readonly code: Code;
  /** What is known from here on. */
  readonly binds: Set<Dependence>;
  /** Code of a branch stays there: what it loads may not exist if the branch is not taken. */
  readonly isBranch: boolean;
  /** Locals by name: one element or index each, and vectors. */
  readonly elements: Map<unknown, Local>;
  readonly vectors: Map<unknown, Local>;
}

function scopeOf(code: Code, binds: readonly Dependence[], isBranch: boolean): Scope {
  return { code, binds: new Set(binds), isBranch, elements: new Map(), vectors: new Map() };
}

function bindsOneOf({ binds }: Scope, dependences: ReadonlySet<Dependence>): boolean {
  if (binds.size === 0) return false;
  for (const one of dependences) if (binds.has(one)) return true;
  return false;
}

function namesIn(scope: Scope, type: ValueType): Map<unknown, Local> {
  return type === "v128" ? scope.vectors : scope.elements;
}

export class Scopes {
  readonly body: FunctionBody;
  /** Which numbers of the kernel are arguments. */
  readonly numbers: NumberArguments;
  /** The variable whose loops are divided among the parts of a run. */
  shared: Variable | undefined;
  /** From the outermost to the current scope. */
  readonly #open: Scope[];
  readonly #counters = new Map<Variable, Local>();
  readonly #totals = new Map<Total, Local>();

  constructor(body: FunctionBody, numbers: NumberArguments) {
    this.body = body;
    this.numbers = numbers;
    this.#open = [scopeOf(body.code, [], false)];
  }

  /** The current scope's code. */
  get code(): Code {
    return this.#open.at(-1)!.code;
  }

  /** The code that `write` adds in a new scope, in which `binds` are known. */
  scoped(write: () => void, binds: readonly Dependence[] = []): Code {
    return this.#within(scopeOf(new Code(), binds, false), write);
  }

  #within(scope: Scope, write: () => void): Code {
    this.#open.push(scope);
    write();
    this.#open.pop();
    return scope.code;
  }

  /**
   * Leaves the result of `inside` on the stack if the condition holds, else that of `otherwise`.
   */
  branch(condition: Local, type: ValueType, inside: () => void, otherwise: () => void): void {
    const [taken, other] = [inside, otherwise].map((write) =>
      this.#within(scopeOf(new Code(), [], true), write),
    ) as [Code, Code];
    this.code.get(condition);
    this.code.block("if", () => this.code.append(taken).add("else").append(other), type);
  }

  /** `write` where the condition holds. */
  when(condition: Local, write: () => void): void {
    const inner = this.#within(scopeOf(new Code(), [], true), write);
    this.code.get(condition).block("if", () => this.code.append(inner));
  }

  // Arguments

  /** The address of the kernel's argument list. */
  get list(): Local {
    return this.named("list", nothing, "i32", () => {
      const { table } = parametersOf(this.body);
      this.code.get(table).get(listOf(this.body)).add("i32.add");
    });
  }

  /** The word at a position of the argument list. */
  argument(position: number): Local {
    const { list } = this;
    return this.named(`given ${position}`, nothing, "i32", () => {
      this.code.get(list).memory("i32.load", 4 * position);
    });
  }

  // Sizes

  /** Whether a variable's size is an argument. */
  isArgument(variable: Variable): boolean {
    return this.numbers.has(variable);
  }

  /** The size of a variable. */
  sizeOf(variable: Variable): Extent {
    const position = this.numbers.get(variable);
    return position === undefined ? variable.size : { local: this.argument(position), less: 0 };
  }

  /** The size less what remains after whole steps. */
  wholeOf(variable: Variable, step: number): Extent {
    const size = this.sizeOf(variable);
    if (typeof size === "number") return size - (size % step);
    if (sizeClass % step === 0) return { ...size, less: this.restOf(variable, step) };
    const local = this.named(`${size.local.index} in steps of ${step}`, nothing, "i32", () => {
      const { code } = this;
      code.get(size.local).get(size.local).i32(step).add("i32.rem_u").add("i32.sub");
    });
    return { local, less: 0 };
  }

  /** What remains after whole steps; if the size is an argument, these have to divide its class. */
  restOf(variable: Variable, step: number): number {
    if (this.isArgument(variable) && sizeClass % step !== 0) {
      throw new Error(`unreachable: what remains after steps of ${step} is not known`);
    }
    return variable.size % step;
  }

  // Loops

  /** `write` for each `variable` from `from` up to `to`, in steps. */
  loop(variable: Variable, from: Extent, to: Extent, step: number, write: () => void): void {
    const isKnown = typeof from === "number" && typeof to === "number";
    if (isKnown && from >= to) return;
    const counter = this.counterOf(variable);
    const inner = this.scoped(write, [variable]);
    const { code } = this;
    if (variable === this.shared) {
      this.#sharedLoop(counter, from, to, step, inner);
      return;
    }
    addExtent(code, from).set(counter);
    if (isSingleStep(from, to, step)) {
      code.append(inner);
      return;
    }
    const turns = () =>
      code.block("loop", () => {
        code.append(inner);
        addExtent(code.get(counter).i32(step).add("i32.add").tee(counter), to).add("i32.lt_s");
        code.add("br_if", 0);
      });
    // The size is no less than its class.
    if (isKnown || (from === 0 && sizeClass % step === 0)) turns();
    else addExtent(code.get(counter), to).add("i32.lt_s").block("if", turns);
  }

  /**
   * `write` for each `variable` from 0 up to `to`, in steps; `between` before each `block` of its
   * values but the first.
   */
  loopInBlocks(
    variable: Variable,
    to: Extent,
    step: number,
    block: number,
    between: () => void,
    write: () => void,
  ): void {
    const counter = this.counterOf(variable);
    const end = this.body.local("i32");
    const [next, inner] = [this.scoped(between), this.scoped(write, [variable])];
    const { code } = this;
    code.i32(0).set(counter);
    code.block("loop", () => {
      addExtent(code.get(counter).i32(block).add("i32.add").tee(end), to);
      addExtent(code.get(end), to).add("i32.lt_s").add("select").set(end);
      code.block("loop", () => {
        code.append(inner);
        code.get(counter).i32(step).add("i32.add").tee(counter).get(end).add("i32.lt_s");
        code.add("br_if", 0);
      });
      addExtent(code.get(counter), to).add("i32.lt_s");
      code.block("if", () => code.append(next).add("br", 1));
    });
  }

  /** `write` in nested loops, each over all of its variable. */
  loops(variables: readonly Variable[], write: () => void): void {
    const [first, ...others] = variables;
    if (first) this.loop(first, 0, this.sizeOf(first), 1, () => this.loops(others, write));
    else write();
  }

  /** `write` for `step` values of the variable at a time, and once for the remainder. */
  inSteps(variable: Variable, step: number, write: (count: number) => void): void {
    const [whole, size] = [this.wholeOf(variable, step), this.sizeOf(variable)];
    this.loop(variable, 0, whole, step, () => write(step));
    if (typeof size === "number") {
      const rest = size % step;
      this.loop(variable, whole, size, rest, () => write(rest));
      return;
    }
    const rest = this.restOf(variable, sizeClass);
    const known = { ...size, less: rest };
    if (sizeClass % step !== 0) {
      this.loop(variable, whole, known, sizeClass, () => write(sizeClass));
    }
    if (rest > 0) this.loop(variable, known, size, rest, () => write(rest));
  }

  /** This part's iterations of the loop. */
  #sharedLoop(counter: Local, from: Extent, to: Extent, step: number, inner: Code): void {
    const { code } = this;
    const { part, parts } = parametersOf(this.body);
    const end = this.body.local("i32");
    for (const [later, local] of [counter, end].entries()) {
      addFirstTurn(code, { from, to, step }, { part, parts, later: later as 0 | 1 });
      addExtent(code.i32(step).add("i32.mul"), from).add("i32.add").set(local);
    }
    // Unsigned: if the last step goes beyond `to`, the end may be just beyond 2^31.
    code.get(counter).get(end).add("i32.lt_u");
    code.block("if", () => {
      code.block("loop", () => {
        code.append(inner);
        code.get(counter).i32(step).add("i32.add").tee(counter).get(end).add("i32.lt_u");
        code.add("br_if", 0);
      });
    });
  }

  /** The local of a loop variable. */
  counterOf(variable: Variable): Local {
    let counter = this.#counters.get(variable);
    if (!counter) this.#counters.set(variable, (counter = this.body.local("i32")));
    return counter;
  }

  // What is known

  /** Binds `total` to `local` in the current scope. */
  bindTotal(total: Total, local: Local): void {
    this.#open.at(-1)!.binds.add(total);
    this.#totals.set(total, local);
  }

  /** The local of `total`. */
  totalOf(total: Total): Local {
    return this.#totals.get(total)!;
  }

  /** The `dependences` that are vectors: totals, with one of its own in each lane. */
  vectorsAmong(dependences: ReadonlySet<Dependence>): readonly Total[] {
    const vectors: Total[] = [];
    for (const one of dependences) {
      if (one.kind === "total" && this.#totals.get(one)?.type === "v128") vectors.push(one);
    }
    return vectors;
  }

  /** The local of this type with the name. */
  known(name: unknown, type: ValueType): Local | undefined {
    for (const scope of this.#open) {
      const local = namesIn(scope, type).get(name);
      if (local) return local;
    }
    return undefined;
  }

  /** The local of what `write` leaves on the stack, computed where all `dependences` are known. */
  named(
    name: unknown,
    dependences: ReadonlySet<Dependence>,
    type: ValueType,
    write: () => void,
  ): Local {
    return this.known(name, type) ?? this.define(name, dependences, type, write);
  }

  /** The same for a name that is not known. */
  define(
    name: unknown,
    dependences: ReadonlySet<Dependence>,
    type: ValueType,
    write: () => void,
  ): Local {
    const position = this.#open.findLastIndex(
      (scope) => scope.isBranch || bindsOneOf(scope, dependences),
    );
    const scope = this.#open[Math.max(position, 0)]!;
    const local = this.body.local(type);
    // Operands are computed in this scope or further out; everything else stays where it is.
    const inner = this.#open.splice(Math.max(position, 0) + 1);
    write();
    this.#open.push(...inner);
    scope.code.set(local);
    namesIn(scope, type).set(name, local);
    return local;
  }

  /** The depth of the innermost scope that binds one of `dependences`. */
  depthOf(dependences: ReadonlySet<Dependence>): number {
    return this.#open.findLastIndex((scope) => bindsOneOf(scope, dependences));
  }
}
